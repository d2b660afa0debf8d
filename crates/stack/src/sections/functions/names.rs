//! Names that AWS keeps apart: no two functions may share a function name or a role. A repository they may share.

use super::{
    FUNCTIONS, Function, Role, function,
    role::{self, ROLE},
};
use crate::{
    DefaultNames,
    mistake::Mistake,
    node::Node,
    place::Place,
    reader::{Reader, SOME_REGION},
    sections::destination::REGION,
};
use std::collections::{BTreeMap, HashMap};

/// What AWS takes for the name of a role.
const ROLE_NAME_LENGTH: usize = 64;

pub(crate) fn check(reader: &mut Reader, root: &Node, functions: &BTreeMap<String, Function>) {
    if reader.stack.is_empty() {
        return;
    }
    let (mut taken, region) = (Taken::default(), REGION.text(root));
    for entry in FUNCTIONS.entries(root) {
        let Some(function) = functions.get(&entry.key) else { continue };
        let own = FunctionNames { function, node: &entry.value, place: entry.key_place };
        own.function_name(reader, &mut taken);
        own.role(reader, &mut taken, region.as_deref());
    }
}

/// Which name of which kind belongs to which function.
#[derive(Default)]
struct Taken(HashMap<(&'static str, String), String>);

struct FunctionNames<'a> {
    function: &'a Function,
    node: &'a Node,
    /// Of the function's key.
    place: Place,
}

impl FunctionNames<'_> {
    fn function_name(&self, reader: &mut Reader, taken: &mut Taken) {
        let written = function::NAME.node(self.node);
        if written.is_none() && !function::FUNCTION_NAME.fits(&self.function.name) {
            self.too_long(reader, "function", "name");
        }
        self.claim(reader, taken, "function", &self.function.name, written);
    }

    /// IAM compares names without case.
    fn role(&self, reader: &mut Reader, taken: &mut Taken, region: Option<&str>) {
        let Role::Managed(role) = &self.function.role else { return };
        let written = ROLE.node(self.node).and_then(|role| role::NAME.node(role));
        let stack = reader.stack.clone();
        let defaults = DefaultNames { stack: &stack, region: region.unwrap_or(SOME_REGION) };
        if role.name.is_none() && defaults.role(&self.function.key).len() > ROLE_NAME_LENGTH {
            self.too_long(reader, "role", "role.name");
        }
        let name = role.name_or_default(&self.function.key, defaults).to_lowercase();
        self.claim(reader, taken, "role", &name, written);
    }

    fn claim(
        &self,
        reader: &mut Reader,
        taken: &mut Taken,
        kind: &'static str,
        name: &str,
        written: Option<&Node>,
    ) {
        if let Some(first) = taken.0.insert((kind, name.to_owned()), self.function.key.clone()) {
            let place = written.map_or(self.place, |node| node.place);
            let message = format!("`{}` and `{first}` have one {kind} name", self.function.key);
            reader
                .tell(Mistake::at(place, message).expected(format!("each function has a {kind} of its own")));
        }
    }

    fn too_long(&self, reader: &mut Reader, kind: &str, key: &str) {
        let message = format!("the default name of the {kind} of `{}` is too long", self.function.key);
        reader.tell(
            Mistake::at(self.place, message)
                .expected("AWS takes 64 characters")
                .help(format!("shorten this key or the stack's name, or write `{key}`")),
        );
    }
}
