//! Which function answers what.

use super::{
    Api, Auth, auth,
    cors::CORS,
    path::{self, PathVariables, parent},
};
use crate::{
    mistake::Mistake,
    node::{Entry, Node, Value},
    place::Place,
    reader::Reader,
    rule::Rule,
    sections::{
        Function,
        functions::{self, tell_unknown},
    },
    shape::{Field, Fields, Shape},
    warnings::Warnings,
};
use std::collections::{BTreeMap, HashSet};

pub(crate) const ROUTES: Field = Field::new(
    "routes",
    Shape::map(&ROUTE_NAME, &ROUTE).not_empty(),
    "Which function answers what: `POST /items/{id}: <key of a function>`.",
)
.required()
.needed();

const ROUTE: Shape = Shape::Either(&[
    Shape::Text(&functions::KEY),
    Shape::Fields(&Fields::new(&[FUNCTION, auth::OF_A_ROUTE])),
]);
const FUNCTION: Field =
    Field::new("function", Shape::Text(&functions::KEY), "The key of a function.").required();

pub(crate) const ROUTE_NAME: Rule = Rule::new(
    "a method and a path, such as `GET /items/{id}`",
    "^(GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS|ANY) /[^ ]*$",
)
.hint(|text| match text.split_once(' ') {
    None => Some("write the method, one space, the path; `ANY` takes every method"),
    Some((method, _)) if method.chars().any(|c| c.is_ascii_lowercase()) => {
        Some("write the method in capital letters")
    }
    _ => None,
});

/// Methods of API Gateway.
pub(crate) const METHODS: &[&str] = &["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

/// Resources of one REST API; AWS raises it on request.
const API_RESOURCES: usize = 300;

#[derive(Debug, Clone, PartialEq)]
pub struct Route {
    /// GET … or ANY.
    pub method: String,
    /// `/items/{id}`
    pub path: String,
    /// Key in `functions:`.
    pub function: String,
    /// Default: the API's.
    pub auth: Auth,
}

/// The routes of `api`; `standard` is what a caller must show where a route says nothing.
pub(crate) fn read(
    reader: &mut Reader,
    api: &Node,
    standard: &Auth,
    functions: &BTreeMap<String, Function>,
) -> Vec<Route> {
    let has_cors = CORS.node(api).is_some();
    let (mut variables, mut told) = (PathVariables::default(), HashSet::new());
    let mut routes = Vec::new();
    for entry in ROUTES.entries(api) {
        let Some((method, path)) = entry.key.split_once(' ').filter(|_| ROUTE_NAME.fits(&entry.key)) else {
            continue;
        };
        check_path(reader, entry, path, &mut variables);
        check_preflight(reader, entry, method, has_cors);
        check_function(reader, entry, functions, &mut told);
        routes.push(Route {
            method: method.to_owned(),
            path: path.to_owned(),
            function: function(&entry.value).map(|(name, _)| name).unwrap_or_default(),
            auth: Auth::read(reader, &auth::OF_A_ROUTE, &entry.value, functions)
                .unwrap_or_else(|| standard.clone()),
        });
    }
    routes
}

/// The function's key that a route names, and where; `None` if it cannot be read.
fn function(route: &Node) -> Option<(String, Place)> {
    match &route.value {
        Value::Scalar(_) => route.given().map(|scalar| (scalar.text.clone(), route.place)),
        _ => Some((FUNCTION.text(route)?, FUNCTION.node(route)?.place)),
    }
}

fn check_function(
    reader: &mut Reader,
    entry: &Entry,
    functions: &BTreeMap<String, Function>,
    told: &mut HashSet<String>,
) {
    let unknown = function(&entry.value).filter(|(name, _)| !functions.contains_key(name));
    let Some((name, place)) = unknown else { return };
    // Without any function that is what is wrong; and a key that is misspelt is one mistake, however many routes have it.
    if !functions.is_empty() && told.insert(name.clone()) {
        tell_unknown(reader, functions, &name, place, &format!("`{}` leads to", entry.key));
    }
}

fn check_preflight(reader: &mut Reader, entry: &Entry, method: &str, has_cors: bool) {
    if has_cors && method == "OPTIONS" {
        reader.tell(
            Mistake::at(entry.key_place, "`cors` answers OPTIONS already")
                .expected("leave out this route, or `cors`"),
        );
    }
}

fn check_path(reader: &mut Reader, entry: &Entry, path: &str, variables: &mut PathVariables) {
    let fault = path::fault(path).or_else(|| variables.clash(path, entry.key_place.line));
    if let Some((message, expected)) = fault {
        let message = format!("`{}`: {message}", entry.key);
        reader.tell(Mistake::at(entry.key_place, message).expected(expected));
    }
}

pub(crate) fn warn(api: &Api, warnings: &mut Warnings) {
    let resources = path::resources(api.routes.iter().map(|route| route.path.as_str()));
    if resources > API_RESOURCES {
        let text = format!(
            "the routes make {resources} resources; an API has {API_RESOURCES}, unless AWS raised that"
        );
        warnings.tell(&["api", ROUTES.name], text);
    }
    api.routes.iter().for_each(|route| route.warn(api, warnings));
}

impl Route {
    fn warn(&self, api: &Api, warnings: &mut Warnings) {
        let name = format!("{} {}", self.method, self.path);
        let mut tell = |text: String| warnings.tell(&["api", ROUTES.name, &name], text);
        if ["/ping", "/sping"].contains(&self.path.as_str()) {
            tell(format!("API Gateway answers `{}` itself, as its health check", self.path));
        }
        if !self.path.ends_with("+}") {
            return;
        }
        let above = parent(&self.path);
        if self.auth == Auth::None && self.method == "ANY" && api.allow_from.is_empty() {
            tell(format!(
                "anybody may call `{}` with every method, at every path below `{above}`",
                self.function
            ));
        }
        if above == "/" && api.routes.iter().all(|other| other.path != above) {
            tell(format!(
                "`{name}` does not cover `/` itself, which answers 403: add `{} /: {}`",
                self.method, self.function
            ));
        }
    }
}
