//! Which resource and method of a deployment answers a path.

use crate::apigateway::draft::{Draft, Method, Resource};
use serde_json::{Map, Value};

/// The method that was found, and what the path's variables hold.
#[derive(Debug, Clone)]
pub(crate) struct Route {
    pub resource_id: String,
    /// As in the API: `/items/{id}`.
    pub resource_path: String,
    pub method: Method,
    /// Values as they came, percent-encoded: API Gateway hands them on like this.
    pub path_parameters: Map<String, Value>,
}

/// How well a resource fits, segment by segment from the left: a literal beats a variable beats a greedy variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fit {
    Greedy,
    Variable,
    Literal,
}

/// Finds the best resource, then the method in it: its own name before ANY.
///
/// # Errors
/// Why there is none, for the access log.
pub(crate) fn find(draft: &Draft, method: &str, path: &str) -> Result<Route, String> {
    let path = path.trim_start_matches('/');
    let path = path.strip_suffix('/').unwrap_or(path);
    let plain = plain(path);
    let matching = draft.resources.values().filter(|r| !r.resource_methods.is_empty());
    let best = matching.filter_map(|r| Some((fit(&r.path, &plain)?, r))).max_by(|a, b| a.0.cmp(&b.0));
    let (_, resource) = best.ok_or_else(|| format!("no resource with methods matches /{path}"))?;
    let found = resource.resource_methods.get(method).or_else(|| resource.resource_methods.get("ANY"));
    let found = found.ok_or_else(|| format!("resource {} has no method {method}", resource.path))?;
    Ok(Route {
        resource_id: resource.id.clone(),
        resource_path: resource.path.clone(),
        method: found.clone(),
        path_parameters: parameters(resource, path),
    })
}

/// A path in the one form in which routes and policies see it: nothing is encoded that need not be. `/secr%65t` is
/// `/secret`, and `%2F` is no slash.
pub(crate) fn plain(path: &str) -> String {
    let mut plain = String::with_capacity(path.len());
    let mut rest = path;
    while let Some(at) = rest.find('%') {
        plain.push_str(&rest[..at]);
        let code = rest.get(at + 1..at + 3).and_then(|digits| u8::from_str_radix(digits, 16).ok());
        let needless = code.map(char::from).filter(|c| c.is_ascii_alphanumeric() || "-._~:".contains(*c));
        plain.push(needless.unwrap_or('%'));
        rest = &rest[at + if needless.is_some() { 3 } else { 1 }..];
    }
    plain + rest
}

fn segments(path: &str) -> impl Iterator<Item = &str> {
    path.trim_start_matches('/').split('/')
}

fn variable(segment: &str) -> Option<&str> {
    segment.strip_prefix('{')?.strip_suffix('}')
}

fn fit(template: &str, path: &str) -> Option<Vec<Fit>> {
    let mut rest = segments(path);
    let mut fits = Vec::new();
    for wanted in segments(template) {
        let given = rest.next()?;
        match variable(wanted) {
            Some(_) if given.is_empty() => return None,
            Some(name) if name.ends_with('+') => {
                fits.push(Fit::Greedy);
                return Some(fits);
            }
            Some(_) => fits.push(Fit::Variable),
            None if wanted == given => fits.push(Fit::Literal),
            None => return None,
        }
    }
    rest.next().is_none().then_some(fits)
}

fn parameters(resource: &Resource, path: &str) -> Map<String, Value> {
    let mut found = Map::new();
    let mut rest = path;
    for wanted in segments(&resource.path) {
        let (given, after) = rest.split_once('/').unwrap_or((rest, ""));
        match variable(wanted) {
            Some(name) if name.ends_with('+') => {
                found.insert(name.trim_end_matches('+').to_owned(), rest.into());
            }
            Some(name) => drop(found.insert(name.to_owned(), given.into())),
            None => {}
        }
        rest = after;
    }
    found
}
