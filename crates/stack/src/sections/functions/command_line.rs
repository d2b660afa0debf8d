//! A command line: a list of words, or text that is split as a shell would.

use crate::{
    mistake::Mistake,
    node::{Node, Value},
    reader::Reader,
    rule::Rule,
    shape::{Field, Shape},
};

pub(crate) const WORDS: Shape =
    Shape::Either(&[Shape::Text(&LINE), Shape::list(&Shape::Text(&Rule::PLAIN)).not_empty().at_most(1500)]);

const LINE: Rule = Rule::new("a list of words, or one line that a shell could split", "[^ ]");

pub(crate) fn read(reader: &mut Reader, key: &Field, function: &Node) -> Option<Vec<String>> {
    let node = key.node(function)?;
    if let Value::List(_) = node.value {
        return key.texts(function);
    }
    let words = shlex::split(&node.given()?.text);
    if words.is_none() {
        reader.tell(Mistake::at(node.place, format!("`{}` has a quote that is not closed", key.name)));
    }
    words
}
