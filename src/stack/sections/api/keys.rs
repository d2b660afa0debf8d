//! API keys.

use super::{Api, Auth, Route, cors::CORS, usage_plan::USAGE_PLAN};
use crate::stack::{
    mistake::Mistake,
    node::Node,
    reader::Reader,
    rule::Rule,
    shape::{Field, Shape},
    warnings::Warnings,
};

pub(crate) const KEYS: Field = Field::new(
    "keys",
    Shape::list(&Shape::Text(&KEY_NAME)),
    "Names of API keys. Default: one named <stack>, if a route asks for a key.",
)
.needed();

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
    let default = || needed.then(|| reader.stack.clone()).into_iter().collect();
    KEYS.texts(api).unwrap_or_else(default)
}

pub(crate) fn warn(api: &Api, warnings: &mut Warnings) {
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
