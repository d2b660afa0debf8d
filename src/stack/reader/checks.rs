//! Checks: requests of one's own.

use serde_json::Value as Json;

use super::{Reader, secret, set, text, whole};
use crate::stack::{
    defaults,
    json_path::JsonPath,
    mistake::Mistake,
    node::{Kind, Node, Scalar},
    slips::nearest,
    types::{Check, Route, Text},
};

impl Reader<'_> {
    pub(super) fn checks(&mut self, root: &Node, routes: &[Route]) -> Vec<Check> {
        let items = root.get("checks").map(Node::items).unwrap_or_default();
        items.iter().map(|item| self.check(item, routes)).collect()
    }

    fn check(&mut self, node: &Node, routes: &[Route]) -> Check {
        let route = text(node, "route").unwrap_or_default();
        let path = self.called(node, &route, routes);
        let entries = |key: &str| node.get(key).map(Node::entries).unwrap_or_default();
        let headers = entries("headers").iter().filter_map(|e| Some((e.key.clone(), value(&e.value)?)));
        let json = entries("json")
            .iter()
            .filter_map(|e| Some((JsonPath::parse(&e.key)?, json(set(Some(&e.value))?))));
        Check {
            path,
            headers: headers.collect(),
            body: node.get("body").and_then(value),
            status: whole(node, "status").unwrap_or(defaults::CHECK_STATUS),
            json: json.collect(),
            unset: unset(node),
            route,
        }
    }

    /// The path that is called, which must be the route's.
    fn called(&mut self, node: &Node, route: &str, routes: &[Route]) -> String {
        let Some(at) = node.get("route") else { return String::new() };
        let names: Vec<String> = routes.iter().map(|r| format!("{} {}", r.method, r.path)).collect();
        let Some((_, template)) = route.split_once(' ').filter(|_| names.iter().any(|name| name == route))
        else {
            let meant = nearest(route, names.iter().map(String::as_str));
            let guess = meant.map_or_else(String::new, |name| format!(", did you mean `{name}`?"));
            let mistake = Mistake::at(at.place, format!("there is no route `{route}`{guess}"));
            self.tell(mistake.expected("a route of `api.routes`, as it is written there"));
            return String::new();
        };
        match (text(node, "path"), node.get("path")) {
            (Some(path), Some(at)) => {
                if !leads_to(&path, template) {
                    let message = format!("`{path}` does not lead to `{route}`");
                    self.tell(
                        Mistake::at(at.place, message).expected(format!("a path such as `{template}`")),
                    );
                }
                path
            }
            _ if template.contains('{') => {
                let message = format!("`{route}` has variables, and the check has no `path`");
                self.tell(Mistake::at(at.place, message).expected("`path` with a value for each"));
                String::new()
            }
            _ => template.to_owned(),
        }
    }
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
    node.scalar().filter(|_| !node.is_null()).map(secret)
}

/// `7` is a number, `'7'` is text, as in YAML.
fn json(scalar: &Scalar) -> Json {
    match scalar.kind {
        Kind::Number | Kind::Flag => {
            serde_json::from_str(&scalar.text.to_lowercase()).unwrap_or_else(|_| scalar.text.as_str().into())
        }
        _ => scalar.text.as_str().into(),
    }
}

/// Whether a variable below `node` has no value.
fn unset(node: &Node) -> bool {
    node.scalar().is_some_and(Scalar::unset)
        || node.items().iter().any(unset)
        || node.entries().iter().any(|entry| unset(&entry.value))
}
