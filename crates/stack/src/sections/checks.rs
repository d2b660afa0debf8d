//! Checks: requests of one's own.

use super::api::{HEADER_NAME, ROUTE_NAME, Route};
use crate::{
    JsonPath, Text,
    mistake::Mistake,
    node::{Kind, Node, Scalar},
    reader::Reader,
    rule::Rule,
    shape::{Field, Fields, Shape},
    slips::nearest,
    written::WithDefault,
};
use serde_json::Value as Json;
use std::collections::BTreeMap;

pub(crate) const CHECKS: Field = Field::new(
    "checks",
    Shape::list(&Shape::Fields(&Fields::new(&[ROUTE, PATH, HEADERS, BODY, STATUS.field, JSON]))),
    "What `verify` asks of the functions themselves.",
)
.or_empty();

const ROUTE: Field =
    Field::new("route", Shape::Text(&ROUTE_NAME), "One of the API's routes, as it is written there.")
        .required();
const PATH: Field = Field::new(
    "path",
    Shape::Text(&Rule::new("a path as it is called, such as `/items/7?full=yes`", "^/[^ #{}]*$")),
    "What is called. Default: the route's path, if it has no variables.",
);
const HEADERS: Field =
    Field::new("headers", Shape::map(&HEADER_NAME, &Shape::Text(&Rule::PLAIN)), "Sent besides the key.")
        .or_empty();
const BODY: Field = Field::new(
    "body",
    Shape::Text(&Rule::PLAIN),
    "Sent as JSON, if the headers say nothing else. Default: no body.",
);
const STATUS: WithDefault<u32> =
    Field::new("status", Shape::Whole { min: 100, max: 599 }, "What the function must answer.")
        .shown()
        .or_whole(200);
const JSON: Field = Field::new(
    "json",
    Shape::map(&JSON_PATH, &Shape::Text(&Rule::PLAIN)),
    "What must be where in the answer: `$.message: Hello`.",
)
.or_empty();

const JSON_PATH: Rule = Rule::new(
    "a way into the answer's JSON, such as `$.items[0].name`",
    "^\\$(\\.[A-Za-z0-9_$@-]+|\\['[^']+'\\]|\\[[0-9]{1,9}\\])*$",
)
.hint(|text| (!text.starts_with('$')).then_some("begin with `$`, which is the whole answer"));

/// A request of one's own, and what the function must answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Check {
    /// `POST /items/{id}`: one of the API's.
    pub route: String,
    /// What is called; default: the route's own path, which then has no variables.
    pub path: String,
    pub headers: BTreeMap<String, Text>,
    pub body: Option<Text>,
    /// Default: 200.
    pub status: u32,
    /// What must be where in the answer's body.
    pub json: Vec<(JsonPath, Json)>,
    /// A variable in it is not set, so it can't be asked.
    pub unset: bool,
}

pub(crate) fn read(reader: &mut Reader, root: &Node, routes: &[Route]) -> Vec<Check> {
    CHECKS.items(root).iter().map(|item| Check::read(reader, item, routes)).collect()
}

impl Check {
    fn read(reader: &mut Reader, node: &Node, routes: &[Route]) -> Self {
        let route = ROUTE.text(node).unwrap_or_default();
        let headers = HEADERS.entries(node).iter().filter_map(|e| Some((e.key.clone(), value(&e.value)?)));
        let json = JSON.entries(node).iter();
        let json = json.filter_map(|e| Some((JsonPath::parse(&e.key)?, json_value(e.value.given()?))));
        Self {
            path: called(reader, node, &route, routes),
            headers: headers.collect(),
            body: BODY.node(node).and_then(value),
            status: STATUS.read(node),
            json: json.collect(),
            unset: is_unset(node),
            route,
        }
    }
}

/// The path that is called, which must be the route's.
fn called(reader: &mut Reader, check: &Node, route: &str, routes: &[Route]) -> String {
    let Some(node) = ROUTE.node(check) else { return String::new() };
    let names: Vec<String> = routes.iter().map(|r| format!("{} {}", r.method, r.path)).collect();
    let is_known = names.iter().any(|name| name == route);
    let Some((_, template)) = route.split_once(' ').filter(|_| is_known) else {
        let meant = nearest(route, names.iter().map(String::as_str));
        let guess = meant.map_or_else(String::new, |name| format!(", did you mean `{name}`?"));
        let mistake = Mistake::at(node.place, format!("there is no route `{route}`{guess}"));
        reader.tell(mistake.expected("a route of `api.routes`, as it is written there"));
        return String::new();
    };
    let path = PATH.text(check).unwrap_or_else(|| template.to_owned());
    if PATH.text(check).is_none() && template.contains('{') {
        let message = format!("`{route}` has variables, and the check has no `path`");
        reader.tell(Mistake::at(node.place, message).expected("`path` with a value for each"));
    } else if !leads_to(&path, template) {
        let message = format!("`{path}` does not lead to `{route}`");
        let place = PATH.node(check).unwrap_or(node).place;
        reader.tell(Mistake::at(place, message).expected(format!("a path such as `{template}`")));
    }
    path
}

/// Whether API Gateway takes `path` for `template`.
fn leads_to(path: &str, template: &str) -> bool {
    let path = path.split('?').next().unwrap_or_default();
    let (mut given, mut wanted) = (path.split('/'), template.split('/'));
    loop {
        match (given.next(), wanted.next()) {
            (None, None) => return true,
            (Some(rest), Some(part)) if part.ends_with("+}") => return !rest.is_empty(),
            (Some(part), Some(variable)) if variable.starts_with('{') => {
                if part.is_empty() {
                    return false;
                }
            }
            (Some(part), Some(same)) if part == same => {}
            _ => return false,
        }
    }
}

fn value(node: &Node) -> Option<Text> {
    node.scalar().filter(|_| !node.is_null()).map(Text::of)
}

/// `7` is a number, `'7'` is text, as in YAML.
fn json_value(scalar: &Scalar) -> Json {
    match scalar.kind {
        Kind::Number | Kind::Flag => {
            serde_json::from_str(&scalar.text.to_lowercase()).unwrap_or_else(|_| scalar.text.as_str().into())
        }
        _ => scalar.text.as_str().into(),
    }
}

/// Whether a variable below `node` has no value.
fn is_unset(node: &Node) -> bool {
    node.scalar().is_some_and(Scalar::unset)
        || node.items().iter().any(is_unset)
        || node.entries().iter().any(|entry| is_unset(&entry.value))
}
