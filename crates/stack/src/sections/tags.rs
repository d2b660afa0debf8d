//! The stack's own tags.

use crate::{
    mistake::Mistake,
    node::Node,
    place::Place,
    reader::Reader,
    rule::Rule,
    shape::{Field, Shape},
};
use std::collections::BTreeMap;

pub(crate) const TAGS: Field = Field::new(
    "tags",
    Shape::map(&KEY, &Shape::Text(&VALUE)).at_most(40),
    "Tags for everything that can carry them.",
)
.or_empty();

/// What one thing can have. A stack may use 40 of them, because ours come on top.
pub(crate) const AWS_TAGS: usize = 50;
/// Our tags besides the inventory: the stack, the id, the region, whether it was adopted.
pub(crate) const OWN_TAGS: usize = 4;

/// What may be in the tags of every service involved: AWS's `[\p{L}\p{Z}\p{N}_.:/=+\-@]`. The patterns see to ASCII;
/// which of the other characters are letters is for the reader to see ([`is_for_tags`]).
const KEY: Rule = Rule::new(
    "1 to 128 letters, digits, spaces or `+-=._:/@`, not beginning with `aws:` or `lambdeploy:`",
    "^[^!-*,;<>?\\[-\\^`{-\\x7f\\x00-\\x1f]{1,128}$",
)
.except("^([aA][wW][sS]|lambdeploy):");
const VALUE: Rule = Rule::new(
    "up to 256 letters, digits, spaces or `+-=._:/@`",
    "^[^!-*,;<>?\\[-\\^`{-\\x7f\\x00-\\x1f]{0,256}$",
)
.spelled();

pub(crate) fn read(reader: &mut Reader, root: &Node) -> BTreeMap<String, String> {
    for entry in TAGS.entries(root) {
        let value = entry.value.scalar().map_or("", |scalar| &scalar.text);
        check(reader, entry.key_place, &entry.key);
        check(reader, entry.value.place, value);
    }
    TAGS.map(root)
}

/// Tells of a character beyond ASCII that is no letter or digit.
fn check(reader: &mut Reader, place: Place, text: &str) {
    let Some(other) = text.chars().find(|c| !c.is_ascii() && !is_for_tags(*c)) else { return };
    let message = format!("a tag cannot hold `{other}`");
    reader.tell(Mistake::at(place, message).expected("letters, digits, spaces or `+-=._:/@`"));
}

/// Whether a tag may hold this character.
fn is_for_tags(c: char) -> bool {
    c.is_alphanumeric() || c == ' ' || "+-=._:/@".contains(c)
}
