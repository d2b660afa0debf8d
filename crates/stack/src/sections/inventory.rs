//! What tags can hold of a stack: the names of all that it has stand in tags of its REST API.

use super::{AWS_TAGS, OWN_TAGS, Stack};
use crate::{
    DefaultNames, Entry,
    inventory::VALUE_LENGTH,
    mistake::Mistake,
    node::Node,
    reader::{Reader, SOME_REGION},
};

pub(crate) fn check(reader: &mut Reader, root: &Node, stack: &Stack) {
    let defaults = DefaultNames { stack: &stack.name, region: SOME_REGION };
    let inventory = stack.inventory(SOME_REGION);
    for function in root.get("functions").map(Node::entries).unwrap_or_default() {
        let is_long = |entry: &&Entry| entry.key == function.key && entry.text(defaults).len() > VALUE_LENGTH;
        if let Some(entry) = inventory.iter().find(is_long) {
            let message = format!("the key `{}` and the name of its {} are too long", entry.key, entry.kind);
            let most = VALUE_LENGTH - entry.kind.len() - 2;
            reader.tell(
                Mistake::at(function.key_place, message)
                    .expected(format!("at most {most} characters together: a tag of the API lists them")),
            );
        }
    }
    let values = inventory.values(defaults).len();
    let tags = stack.tags.len();
    if tags + OWN_TAGS + values > AWS_TAGS {
        let place = root.get("functions").map_or(root.place, |node| node.place);
        let message = format!("the names of all functions and keys need {values} tags");
        let most = AWS_TAGS - OWN_TAGS - tags;
        reader.tell(
            Mistake::at(place, message)
                .expected(format!("at most {most}, with {tags} tags of your own"))
                .help("shorten names, leave out tags, or make it two stacks"),
        );
    }
}
