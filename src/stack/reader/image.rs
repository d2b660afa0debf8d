//! Images.

use std::path::PathBuf;

use super::{Reader, map, text, whole};
use crate::stack::{
    defaults, limits,
    mistake::Mistake,
    node::{Entry, Node},
    types::{Build, Image, ImageSource, SecretSource},
};

/// Keys that only mean something beside `context`, and beside an image that we push.
const OF_A_BUILD: &[&str] = &["dockerfile", "target", "args", "secrets"];
const OF_A_PUSH: &[&str] = &["repository", "keep"];

impl Reader<'_> {
    pub(super) fn image(&mut self, function: &Entry) -> Image {
        let node = function.value.get("image").unwrap_or(&function.value);
        if node.get("context").is_none() {
            self.out_of_place(node, OF_A_BUILD, "only an image that is built from `context` has it");
        }
        if node.get("uri").is_some() {
            self.out_of_place(node, OF_A_PUSH, "an image by `uri` stays in the repository where it is");
        }
        Image {
            source: self.source(node),
            repository: self.repository(function, node),
            keep: whole(node, "keep").unwrap_or(defaults::KEEP),
        }
    }

    fn out_of_place(&mut self, node: &Node, keys: &[&str], why: &str) {
        for entry in node.entries().iter().filter(|entry| keys.contains(&entry.key.as_str())) {
            self.tell(
                Mistake::at(entry.key_place, format!("`{}` has no place here", entry.key)).expected(why),
            );
        }
    }

    fn source(&self, node: &Node) -> ImageSource {
        if node.get("uri").is_some() {
            return ImageSource::Uri(text(node, "uri").unwrap_or_default());
        }
        if node.get("archive").is_some() {
            return ImageSource::Archive(self.path(text(node, "archive")));
        }
        let context = self.path(text(node, "context"));
        ImageSource::Context(Build {
            dockerfile: context.join(text(node, "dockerfile").as_deref().unwrap_or(defaults::DOCKERFILE)),
            context,
            target: text(node, "target"),
            args: map(node, "args"),
            secrets: node.get("secrets").map(|secrets| self.secrets(secrets)).unwrap_or_default(),
            left_out: Vec::new(),
        })
    }

    fn secrets(&self, node: &Node) -> std::collections::BTreeMap<String, SecretSource> {
        let source = |node: &Node| match text(node, "env") {
            Some(name) => SecretSource::Env(name),
            None => SecretSource::File(self.path(text(node, "file"))),
        };
        node.entries().iter().map(|entry| (entry.key.clone(), source(&entry.value))).collect()
    }

    fn path(&self, relative: Option<String>) -> PathBuf {
        self.folder.join(relative.unwrap_or_default())
    }

    fn repository(&mut self, function: &Entry, node: &Node) -> String {
        if let Some(uri) = text(node, "uri") {
            return repository_of(&uri).to_owned();
        }
        text(node, "repository").unwrap_or_else(|| {
            let name = self.default_names().repository(&function.key);
            if !self.stack.is_empty() && !limits::REPOSITORY.fits(&name) {
                let message = format!("`{name}` cannot be the name of a repository");
                self.tell(
                    Mistake::at(function.key_place, message)
                        .expected(format!("expected {}", limits::REPOSITORY.expected))
                        .help("give the repository a name of its own: `image.repository`"),
                );
            }
            name
        })
    }
}

/// `host/team/app:tag` → `team/app`
fn repository_of(uri: &str) -> &str {
    let path = uri.split_once('/').map_or(uri, |(_, path)| path);
    path.split(['@', ':']).next().unwrap_or(path)
}
