//! API keys.

use super::{Api, Auth, Route, cors::CORS, usage_plan::USAGE_PLAN};
use crate::{
    mistake::Mistake,
    node::Node,
    reader::Reader,
    rule::Rule,
    shape::{Field, Fields, Shape},
    text::Text,
    warnings::Warnings,
};
use std::collections::BTreeMap;

pub(crate) const KEYS: Field = Field::new(
    "keys",
    Shape::list(&KEY),
    "Names of API keys. Default: one named <stack>, if a route asks for a key.",
)
.needed();

const KEY: Shape = Shape::Either(&[Shape::Text(&KEY_NAME), Shape::Fields(&Fields::new(&[NAME, VALUE]))]);
const NAME: Field = Field::new("name", Shape::Text(&KEY_NAME), "The key's name.").required();
const VALUE: Field = Field::new(
    "value",
    Shape::Text(&KEY_VALUE),
    "A value of your own, such as `${WEB_KEY}`: for a key that moves between accounts. Default: AWS makes one.",
)
.required()
.spared();
const KEY_VALUE: Rule = Rule::new("20 to 128 letters, digits, `-` or `_`", "^[A-Za-z0-9_-]{20,128}$");

/// A key's name stands in tags: in its id, and in the list of what a stack has.
const KEY_NAME: Rule = Rule::new("1 to 200 letters, digits or `+-._/@`", "^[A-Za-z0-9+._/@-]{1,200}$");

/// Where a route asks for a key there must be one.
pub(crate) fn read(reader: &mut Reader, api: &Node, routes: &[Route]) -> Vec<String> {
    let needed = routes.iter().any(|route| route.auth == Auth::ApiKey);
    if let Some(list) = KEYS.node(api).filter(|list| needed && !list.is_null() && list.items().is_empty()) {
        reader.tell(
            Mistake::at(list.place, "`api.keys` is empty, and a route asks for a key")
                .expected("at least one name")
                .help("leave `keys` out for one key that is named like the stack"),
        );
    }
    if KEYS.node(api).is_none_or(Node::is_null) {
        return needed.then(|| reader.stack.clone()).into_iter().collect();
    }
    let mut names = Vec::new();
    for (item, name) in KEYS.items(api).iter().filter_map(|item| Some((item, name_of(item)?))) {
        if names.contains(&name) && item.scalar().is_none() {
            reader.tell(Mistake::at(item.place, format!("the key `{name}` is in the list already")));
        }
        names.push(name);
    }
    names
}

/// The values of those that have one of their own, by name. What is unset is left out.
pub(crate) fn read_values(api: &Node) -> BTreeMap<String, Text> {
    let own = |item: &Node| Some((name_of(item)?, Text::of(VALUE.scalar(item)?)));
    KEYS.items(api).iter().filter_map(own).collect()
}

fn name_of(item: &Node) -> Option<String> {
    match item.scalar() {
        Some(_) => item.given().map(|scalar| scalar.text.clone()),
        None => NAME.text(item),
    }
}

pub(crate) fn warn(api: &Api, warnings: &mut Warnings) {
    if api.key_values.values().any(|value| !value.secret) {
        let text = "a key's value stands in the file: whoever reads the file can call; write `${NAME}`";
        warnings.tell(&["api", KEYS.name], text);
    }
    let asked = api.routes.iter().any(|route| route.auth == Auth::ApiKey);
    let anyone = api.cors.as_ref().is_some_and(|cors| cors.origins.iter().any(|origin| origin == "*"));
    if anyone && asked {
        let text = "every page may call with the key: whoever sees a page that has it can use it anywhere";
        warnings.tell(&["api", CORS.name, "origins"], text);
    }
    if !asked && !api.keys.is_empty() {
        warnings.tell(&["api", KEYS.name], "no route asks for a key: write `auth: api_key`");
    } else if !asked && api.usage_plan.is_some() {
        let text = "the usage plan limits nobody: it counts by key, and no route asks for one";
        warnings.tell(&["api", USAGE_PLAN.name], text);
    }
}
