//! What a browser asks before a page's call, and must be told.

use super::{
    fix::Fix,
    row::{Ask, Must, Row, RowNeed, SentKey, concrete},
};
use crate::stack::{Cors, Route, Stack};
use std::collections::{BTreeMap, BTreeSet};

/// A page that no stack allows: the name is reserved for never existing.
pub(super) const STRANGER: &str = "https://stranger.invalid";

/// One row for each path and allowed origin, and one for a page from elsewhere.
pub(super) fn rows(stack: &Stack, cors: &Cors) -> Vec<Row> {
    let mut paths: BTreeMap<&str, Vec<&Route>> = BTreeMap::new();
    for route in &stack.api.routes {
        paths.entry(&route.path).or_default().push(route);
    }
    let mut all = Vec::new();
    for (path, routes) in paths.into_iter().filter(|(_, routes)| routes.iter().all(|r| r.method != "OPTIONS"))
    {
        let origins = cors.origins.iter().map(|o| if o == "*" { STRANGER } else { o });
        all.extend(origins.map(|origin| allowed(cors, path, &routes, origin)));
        if cors.origins != ["*"] {
            all.push(foreign(cors, path, &routes));
        }
    }
    all
}

fn allowed(cors: &Cors, path: &str, routes: &[&Route], origin: &str) -> Row {
    Row {
        promise: format!("a page of {origin} may call {path}"),
        ask: ask(cors, path, routes, origin),
        must: vec![
            Must::Succeed,
            Must::LetRead { origin: origin.to_owned(), credentials: cors.credentials },
            Must::List { header: "access-control-allow-methods", names: methods(cors, routes) },
            Must::List { header: "access-control-allow-headers", names: headers(cors, routes) },
        ],
        need: RowNeed::Nothing,
        reserved: BTreeMap::new(),
        fix: Fix::Preflight,
    }
}

fn foreign(cors: &Cors, path: &str, routes: &[&Route]) -> Row {
    Row {
        promise: format!("a page from elsewhere may not call {path}"),
        ask: ask(cors, path, routes, STRANGER),
        must: vec![Must::NotLetRead { origin: STRANGER.to_owned() }],
        need: RowNeed::Nothing,
        reserved: BTreeMap::new(),
        fix: Fix::Preflight,
    }
}

fn ask(cors: &Cors, path: &str, routes: &[&Route], origin: &str) -> Ask {
    Ask::new("OPTIONS", &concrete(path))
        .header("origin", origin)
        .header("access-control-request-method", methods(cors, routes).first().map_or("GET", |m| m))
        .header("access-control-request-headers", &headers(cors, routes).join(","))
        .key(SentKey::None)
}

/// What a page wants to use: the file's own list, else what the path has.
fn methods(cors: &Cors, routes: &[&Route]) -> Vec<String> {
    if !cors.methods.is_empty() {
        return cors.methods.clone();
    }
    let any = ["GET", "POST", "PUT", "PATCH", "DELETE"];
    let each = |r: &&Route| match r.method.as_str() {
        "ANY" => any.map(str::to_owned).to_vec(),
        method => vec![method.to_owned()],
    };
    routes.iter().flat_map(each).collect::<BTreeSet<_>>().into_iter().collect()
}

/// What a page's call sends: what it is, who it is from, and what the file adds.
fn headers(cors: &Cors, routes: &[&Route]) -> Vec<String> {
    let mut names = BTreeSet::from(["content-type".to_owned()]);
    for route in routes {
        names.extend(route.auth.headers());
    }
    names.extend(cors.headers.iter().filter(|h| *h != "*").map(|h| h.to_lowercase()));
    names.into_iter().collect()
}
