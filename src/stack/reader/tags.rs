//! The stack's own tags: the characters that no pattern sees to.

use super::Reader;
use crate::stack::{limits, mistake::Mistake, node::Node, place::Place};

/// Tells of characters beyond ASCII that are no letters or digits.
pub fn check(reader: &mut Reader, root: &Node) {
    for entry in root.get("tags").map(Node::entries).unwrap_or_default() {
        let value = entry.value.scalar().map_or("", |scalar| &scalar.text);
        for (place, text) in [(entry.key_place, entry.key.as_str()), (entry.value.place, value)] {
            check_one(reader, place, text);
        }
    }
}

fn check_one(reader: &mut Reader, place: Place, text: &str) {
    let Some(other) = text.chars().find(|c| !c.is_ascii() && !limits::is_for_tags(*c)) else { return };
    let message = format!("a tag cannot hold `{other}`");
    reader.tell(Mistake::at(place, message).expected("letters, digits, spaces or `+-=._:/@`"));
}
