#![allow(clippy::unwrap_used)]

mod accepted;
mod budget;
mod contract;
mod files;
mod mistakes;
mod mistakes_in_functions;
mod mistakes_in_the_api;
mod robust;
mod same_as_schema;
mod slips;
mod variables;

use std::path::Path;

use super::{Stack, StackError, Values, read};

pub(super) const FULL: &str = include_str!("full.yaml");
pub(super) const OURS: &str = include_str!("../../../../stack.yaml");
pub(super) const HELLO: &str = include_str!("../../../../examples/hello/stack.yaml");

/// The least a stack needs; tests write the rest below `functions.f` or below `api`.
pub(super) fn stack_with(function: &str, api: &str) -> String {
    let indent = |text: &str, by: &str| text.lines().map(|line| format!("{by}{line}\n")).collect::<String>();
    format!(
        "stack: s\nfunctions:\n  f:\n{}    image: {{context: .}}\napi:\n{}  routes: {{GET /: f}}\n",
        indent(function, "    "),
        indent(api, "  ")
    )
}

pub(super) fn environment(name: &str) -> Option<String> {
    match name {
        "TOKEN" | "GOOGLE_API_KEY" => Some("hunter2".into()),
        "NUMBER" => Some("512".into()),
        "MOBILE_KEY" => Some("a-key-of-ones-own-for-tests".into()),
        "EMPTY" => Some(String::new()),
        _ => None,
    }
}

pub(super) fn parse(text: &str) -> Result<Stack, StackError> {
    parse_for(text, Values::Needed)
}

pub(super) fn parse_for(text: &str, values: Values) -> Result<Stack, StackError> {
    read(text, "stack.yaml", Path::new("/project"), values, &environment)
}

/// `line:column message` of each mistake.
pub(super) fn told(text: &str) -> Vec<String> {
    let error = parse(text).expect_err(text);
    let place = |it: &super::Mistake| format!("{}:{}", it.line().unwrap_or(0), it.column().unwrap_or(0));
    error.mistakes.iter().map(|it| format!("{} {}", place(it), it.message)).collect()
}
