//! Routes: what API Gateway would refuse of their paths, and whom they lead to.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::{Reader, auth, text};
use crate::stack::{
    limits,
    mistake::Mistake,
    node::{Entry, Node, Value},
    place::Place,
    shape::one_of,
    slips::nearest,
    types::{Auth, Function, Route},
};

impl Reader<'_> {
    pub(super) fn routes(
        &mut self,
        api: &Node,
        standard: &Auth,
        functions: &BTreeMap<String, Function>,
        cors: bool,
    ) -> Vec<Route> {
        let (mut variables, mut told) = (Variables::default(), HashSet::new());
        let entries = api.get("routes").map(Node::entries).unwrap_or_default();
        let fitting = entries.iter().filter(|entry| limits::ROUTE.fits(&entry.key));
        fitting
            .filter_map(|entry| {
                let (method, path) = entry.key.split_once(' ')?;
                self.path_of_route(entry, path, &mut variables);
                self.preflight(entry, method, cors);
                self.target(entry, functions, &mut told);
                self.authorizer(&entry.value, functions);
                Some(Route {
                    method: method.to_owned(),
                    path: path.to_owned(),
                    function: target(&entry.value).map(|(name, _)| name).unwrap_or_default(),
                    auth: auth::read(&entry.value).unwrap_or_else(|| standard.clone()),
                })
            })
            .collect()
    }

    fn target(&mut self, entry: &Entry, functions: &BTreeMap<String, Function>, told: &mut HashSet<String>) {
        let Some((name, place)) = target(&entry.value).filter(|(name, _)| !functions.contains_key(name))
        else {
            return;
        };
        // Without any function that is what is wrong; and a key that is misspelt is one mistake, however many routes have it.
        if functions.is_empty() || !told.insert(name.clone()) {
            return;
        }
        let names: Vec<_> = functions.keys().map(String::as_str).collect();
        let meant = nearest(&name, names.iter().copied());
        let guess = meant.map_or_else(String::new, |name| format!(", did you mean `{name}`?"));
        let mistake =
            Mistake::at(place, format!("`{}` leads to a function that is not there{guess}", entry.key));
        self.tell(mistake.expected(format!("expected {}", one_of(&names))));
    }

    fn preflight(&mut self, entry: &Entry, method: &str, cors: bool) {
        if cors && method == "OPTIONS" {
            self.tell(
                Mistake::at(entry.key_place, "`cors` answers OPTIONS already")
                    .expected("leave out this route, or `cors`"),
            );
        }
    }

    fn path_of_route(&mut self, entry: &Entry, path: &str, variables: &mut Variables) {
        let fault = Path(path).fault().or_else(|| variables.clash(path, entry.key_place.line));
        if let Some((message, expected)) = fault {
            self.tell(Mistake::at(entry.key_place, format!("`{}`: {message}", entry.key)).expected(expected));
        }
    }
}

/// The function's key that a route names, and where; `None` if it cannot be read.
fn target(node: &Node) -> Option<(String, Place)> {
    match &node.value {
        Value::Scalar(_) => super::set(Some(node)).map(|scalar| (scalar.text.clone(), node.place)),
        _ => Some((text(node, "function")?, node.get("function")?.place)),
    }
}

type Fault = (String, String);

struct Path<'a>(&'a str);

impl Path<'_> {
    /// What alone makes it no path of API Gateway.
    fn fault(&self) -> Option<Fault> {
        if self.0 == "/" {
            return None;
        }
        if self.0.ends_with('/') {
            return Some(("the path ends with `/`".into(), "leave out the last `/`".into()));
        }
        let parts: Vec<_> = self.0.split('/').skip(1).collect();
        parts.iter().enumerate().find_map(|(index, part)| part_fault(part, index + 1 == parts.len()))
    }
}

fn part_fault(part: &str, last: bool) -> Option<Fault> {
    let plain = |text: &str, more: &str| {
        !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || more.contains(c))
    };
    let variable = variable(part);
    if part.is_empty() {
        Some(("a part of the path is empty".into(), "one `/` between two parts".into()))
    } else if let Some(meant) = as_elsewhere(part) {
        Some((format!("`{part}` is not a variable of API Gateway"), format!("`{meant}`")))
    } else if variable.is_some_and(|name| name.ends_with('+')) && !last {
        Some((format!("`{part}` takes all the rest"), format!("`{part}` as the last part")))
    } else if variable.is_some_and(|name| !plain(name.strip_suffix('+').unwrap_or(name), "._:-")) {
        let expected = "letters, digits or `._:-` in the braces, then perhaps a `+`";
        Some((format!("`{part}` is not a variable"), expected.into()))
    } else if variable.is_none() && !plain(part, "._:-") {
        let expected = "letters, digits or `._:-`, or all of the part in braces: `/{name}`";
        Some((format!("`{part}` cannot be part of a path"), expected.into()))
    } else {
        None
    }
}

/// What a part is called here that other programs take for a variable: `:id`, `<id>`, `[id]`, `*`.
fn as_elsewhere(part: &str) -> Option<String> {
    if part == "*" || part == "**" {
        return Some("{proxy+}".into());
    }
    let between = |open: char, close: char| part.strip_prefix(open)?.strip_suffix(close);
    let name = part.strip_prefix(':').or_else(|| between('<', '>')).or_else(|| between('[', ']'))?;
    let plain = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || "_-".contains(c));
    plain.then(|| format!("{{{name}}}"))
}

/// `name` of `{name}`, `name+` of `{name+}`.
fn variable(part: &str) -> Option<&str> {
    part.strip_prefix('{')?.strip_suffix('}')
}

/// The variable that each parent path has, and the line where it came up. API Gateway takes one of each parent.
#[derive(Default)]
struct Variables(HashMap<String, (String, usize)>);

impl Variables {
    fn clash(&mut self, path: &str, line: usize) -> Option<Fault> {
        let mut parent = String::new();
        for part in path.split('/').skip(1) {
            if variable(part).is_some() {
                let (first, at) = self.0.entry(parent.clone()).or_insert_with(|| (part.to_owned(), line));
                if first != part {
                    let message = format!("`{part}` stands where line {at} has `{first}`");
                    return Some((message, format!("one variable in one place: `{first}`")));
                }
            }
            parent = format!("{parent}/{part}");
        }
        None
    }
}
