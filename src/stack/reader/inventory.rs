//! What tags can hold of a stack: the names of all that it has stand in tags of its REST API.

use std::collections::BTreeMap;

use super::Reader;
use crate::stack::{
    limits,
    mistake::Mistake,
    node::Node,
    types::{Function, ImageSource, Role},
};

/// Characters around the names: `f,,,,` for a function, `k,` for a key.
const FUNCTION: usize = 5;
const KEY: usize = 2;

pub fn check(
    reader: &mut Reader,
    root: &Node,
    functions: &BTreeMap<String, Function>,
    keys: &[String],
    tags: usize,
) {
    let mut entries: Vec<usize> = keys.iter().map(|key| key.len() + KEY).collect();
    for entry in root.get("functions").map(Node::entries).unwrap_or_default() {
        let Some(function) = functions.get(&entry.key) else { continue };
        let length = names(reader, function) + FUNCTION;
        if length > limits::TAG_VALUE_LENGTH {
            let most = limits::TAG_VALUE_LENGTH - FUNCTION;
            let message = format!("the names of `{}` are too long together", entry.key);
            reader.tell(Mistake::at(entry.key_place, message).expected(format!(
                "at most {most} characters for key, name, role and repository: a tag lists them"
            )));
        }
        entries.push(length);
    }
    let values = packed(&entries);
    if tags + limits::OWN_TAGS + values > limits::AWS_TAGS {
        let place = root.get("functions").map_or(root.place, |node| node.place);
        let message = format!("the names of all functions and keys need {values} tags");
        reader.tell(
            Mistake::at(place, message)
                .expected(format!(
                    "at most {}, with {tags} tags of your own",
                    limits::AWS_TAGS - limits::OWN_TAGS - tags
                ))
                .help("shorten names, leave out tags, or make it two stacks"),
        );
    }
}

fn names(reader: &Reader, function: &Function) -> usize {
    let role = match &function.role {
        Role::Existing(_) => 0,
        Role::Managed(role) => role.name.as_ref().map_or_else(
            || reader.stack.len() + function.key.len() + limits::LONGEST_REGION + 2,
            String::len,
        ),
    };
    let repository = match function.image.source {
        ImageSource::Uri(_) => 0,
        _ => function.image.repository.len(),
    };
    function.key.len() + function.name.len() + role + repository
}

/// How many values hold all entries, one after the other with a `;` between.
fn packed(entries: &[usize]) -> usize {
    let fill = |(values, used): (usize, usize), &entry: &usize| match used + 1 + entry {
        together if values > 0 && together <= limits::TAG_VALUE_LENGTH => (values, together),
        _ => (values + 1, entry),
    };
    entries.iter().fold((0, 0), fill).0
}
