//! Files and folders that a stack file names and that are not there: told with their place, before anything is asked of AWS.

use super::{Build, FUNCTIONS, Function, ImageSource, SecretSource, build, image};
use crate::{mistake::Mistake, node::Node, place::Place, shape::Field};
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

/// What is missing of what the images below `root` are made of.
pub(crate) fn missing_files(functions: &BTreeMap<String, Function>, root: &Node) -> Vec<Mistake> {
    let images = FUNCTIONS.entries(root).iter();
    let images =
        images.filter_map(|entry| Some((functions.get(&entry.key)?, image::IMAGE.node(&entry.value)?)));
    images
        .flat_map(|(function, node)| match &function.image.source {
            ImageSource::Context(build) => of_build(node, build),
            ImageSource::Archive(file) => {
                absent(file, "file", place(node, &image::ARCHIVE)).into_iter().collect()
            }
            ImageSource::Uri(_) => Vec::new(),
        })
        .collect()
}

fn of_build(node: &Node, build: &Build) -> Vec<Mistake> {
    let context = place(node, &build::CONTEXT);
    if let Some(mistake) = absent(&build.context, "folder", context) {
        return vec![mistake.help("`image.context` names a folder, as seen from the stack file")];
    }
    let dockerfile = build::DOCKERFILE.field.node(node).map_or(context, |node| node.place);
    let dockerfile = absent(&build.dockerfile, "Dockerfile", dockerfile)
        .map(|mistake| mistake.help("`image.dockerfile` names it, as seen from the context"));
    let secrets = build.secrets.iter().filter_map(|(id, source)| {
        let SecretSource::File(file) = source else { return None };
        absent(file, "file", place(build::SECRETS.node(node)?.get(id)?, &build::SECRET_FILE))
    });
    dockerfile.into_iter().chain(secrets).collect()
}

fn place(node: &Node, key: &Field) -> Place {
    key.node(node).map_or(node.place, |node| node.place)
}

fn absent(path: &Path, what: &str, place: Place) -> Option<Mistake> {
    // What can't be looked at is told by whoever needs it.
    let there = path.try_exists().unwrap_or(true);
    (!there).then(|| Mistake::at(place, format!("there is no {what} {}", shown(path))))
}

/// Without the dots that come of putting relative paths together.
fn shown(path: &Path) -> String {
    path.components().collect::<PathBuf>().display().to_string()
}
