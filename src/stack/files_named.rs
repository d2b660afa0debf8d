//! Files and folders that a stack file names and that are not there: told with their place, before anything is asked of AWS.

use std::path::Path;

use super::{
    mistake::Mistake,
    node::Node,
    place::Place,
    types::{Build, ImageSource, SecretSource, Stack},
};

/// What is missing of what the images below `root` are made of.
pub fn missing(root: &Node, stack: &Stack) -> Vec<Mistake> {
    let images = root.get("functions").map(Node::entries).unwrap_or_default().iter();
    let images =
        images.filter_map(|entry| Some((stack.functions.get(&entry.key)?, entry.value.get("image")?)));
    images
        .flat_map(|(function, node)| match &function.image.source {
            ImageSource::Context(build) => of_build(node, build),
            ImageSource::Archive(file) => absent(file, "file", at(node, "archive")).into_iter().collect(),
            ImageSource::Uri(_) => Vec::new(),
        })
        .collect()
}

fn of_build(node: &Node, build: &Build) -> Vec<Mistake> {
    let context = at(node, "context");
    if let Some(mistake) = absent(&build.context, "folder", context) {
        return vec![mistake.help("`image.context` names a folder, as seen from the stack file")];
    }
    let dockerfile = node.get("dockerfile").map_or(context, |node| node.place);
    let dockerfile = absent(&build.dockerfile, "Dockerfile", dockerfile)
        .map(|mistake| mistake.help("`image.dockerfile` names it, as seen from the context"));
    let secrets = build.secrets.iter().filter_map(|(id, source)| {
        let SecretSource::File(file) = source else { return None };
        absent(file, "file", at(node.get("secrets")?.get(id)?, "file"))
    });
    dockerfile.into_iter().chain(secrets).collect()
}

fn at(node: &Node, key: &str) -> Place {
    node.get(key).map_or(node.place, |node| node.place)
}

fn absent(path: &Path, what: &str, place: Place) -> Option<Mistake> {
    // What can't be looked at is told by whoever needs it.
    let there = path.try_exists().unwrap_or(true);
    (!there).then(|| Mistake::at(place, format!("there is no {what} {}", shown(path))))
}

/// Without the dots that come of putting relative paths together.
fn shown(path: &Path) -> String {
    path.components().collect::<std::path::PathBuf>().display().to_string()
}
