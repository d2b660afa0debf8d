//! Which route of the stack a call is for, and at which path.

use crate::{
    exit::Usage,
    outputs::SampleCall,
    stack::{Check, Route, Stack},
};
use anyhow::Result;

/// A request before it has a URL.
#[derive(Debug, PartialEq)]
pub(super) struct Target<'a> {
    pub route: &'a Route,
    pub method: String,
    /// Below the stage, with the query.
    pub path: String,
    /// What the stack file's own check of this route sends.
    pub check: Option<&'a Check>,
}

/// The route that `words` mean: nothing, a path, or a method and a path. `has_body`: whether the caller gives one, which says
/// which of several methods is meant.
///
/// # Errors
/// The stack has no such route; none can be called without saying which.
pub(super) fn target<'a>(stack: &'a Stack, words: &[String], has_body: bool) -> Result<Target<'a>> {
    let words = words.join(" ");
    if words.is_empty() {
        return of_sample(stack);
    }
    let (method, path) = words
        .split_once(' ')
        .map_or((None, words.as_str()), |(method, path)| (Some(method.to_uppercase()), path));
    let path = format!("/{}", path.trim_start_matches('/'));
    let routes = matching(stack, path.split('?').next().unwrap_or_default());
    let route = match &method {
        Some(method) => {
            routes.iter().find(|r| r.method == *method).or_else(|| routes.iter().find(|r| r.method == "ANY"))
        }
        None => routes.iter().find(|r| takes_body(&r.method) == has_body).or_else(|| routes.first()),
    };
    let Some(&route) = route else { return Err(no_route(stack, &words).into()) };
    let method = method.unwrap_or_else(|| concrete_method(route, has_body).to_owned());
    let check = check_of(stack, route);
    let path = if path.contains('{') { SampleCall::path(&path) } else { path };
    Ok(Target { route, method, path, check })
}

fn of_sample(stack: &Stack) -> Result<Target<'_>> {
    let Some(sample) = SampleCall::of(stack) else {
        let why = "no route of the stack can be called with nothing but a key: name one, and give the headers it asks for (-H)";
        return Err(Usage(why.to_owned()).into());
    };
    let check = check_of(stack, sample.route);
    Ok(Target { route: sample.route, method: sample.method().to_owned(), path: sample.path, check })
}

/// The check whose body and headers are known: a variable that is not set is no reason to send an empty body.
fn check_of<'a>(stack: &'a Stack, route: &Route) -> Option<&'a Check> {
    let name = format!("{} {}", route.method, route.path);
    stack.checks.iter().find(|check| check.route == name && !check.unset)
}

/// The routes at `path`, the most exact first, as API Gateway chooses.
fn matching<'a>(stack: &'a Stack, path: &str) -> Vec<&'a Route> {
    let mut found: Vec<&Route> = stack.api.routes.iter().filter(|route| fits(&route.path, path)).collect();
    found.sort_by_key(|route| route.path.split('/').map(looseness).collect::<Vec<_>>());
    found
}

fn fits(template: &str, path: &str) -> bool {
    let (mut parts, mut rest) = (template.split('/'), path.split('/'));
    loop {
        match (parts.next(), rest.next()) {
            (None, None) => return true,
            (Some(part), Some(value)) if looseness(part) == 2 => return !value.is_empty(),
            (Some(part), Some(value)) if looseness(part) == 1 && !value.is_empty() => {}
            (Some(part), Some(value)) if part == value => {}
            _ => return false,
        }
    }
}

/// 0: itself; 1: `{id}`, any one part; 2: `{proxy+}`, all that is left.
fn looseness(part: &str) -> u8 {
    match part.starts_with('{') {
        false => 0,
        true => 1 + u8::from(part.ends_with("+}")),
    }
}

fn takes_body(method: &str) -> bool {
    matches!(method, "POST" | "PUT" | "PATCH")
}

fn concrete_method(route: &Route, has_body: bool) -> &str {
    match route.method.as_str() {
        "ANY" if has_body => "POST",
        "ANY" => "GET",
        method => method,
    }
}

fn no_route(stack: &Stack, words: &str) -> Usage {
    let routes: Vec<String> = stack.api.routes.iter().map(|r| format!("{} {}", r.method, r.path)).collect();
    Usage(format!("the stack has no route {words}; it has {}", routes.join(", ")))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::target;
    use crate::stack::{self, Stack, Values};
    use std::path::Path;

    const STACK: &str = "
stack: shop
functions: {f: {image: {context: .}}}
api:
  routes:
    GET /items: f
    POST /items: f
    GET /items/{id}: f
    GET /items/new: f
    ANY /files/{proxy+}: f
checks: [{route: POST /items, body: '{}'}]
";

    fn stack() -> Stack {
        stack::read(STACK, "stack.yaml", Path::new("/"), Values::NotNeeded, &|_| None).unwrap()
    }

    #[track_caller]
    fn is(words: &str, has_body: bool, want: &str) {
        let stack = stack();
        let words: Vec<String> = words.split_whitespace().map(str::to_owned).collect();
        let told = match target(&stack, &words, has_body) {
            Ok(found) => format!("{} {} by {}", found.method, found.path, found.route.path),
            Err(error) => error.to_string(),
        };
        assert_eq!(told, want);
    }

    #[test]
    fn a_call_finds_its_route_as_the_gateway_does() {
        is("", false, "POST /items by /items");
        is("/items", false, "GET /items by /items");
        is("/items", true, "POST /items by /items");
        is("items/7?full=yes", false, "GET /items/7?full=yes by /items/{id}");
        is("/items/new", false, "GET /items/new by /items/new");
        is("/items/{id}", false, "GET /items/hello by /items/{id}");
        is("put /files/a/b", false, "PUT /files/a/b by /files/{proxy+}");
        is("/files/a", true, "POST /files/a by /files/{proxy+}");
        is("/files/a", false, "GET /files/a by /files/{proxy+}");
    }

    #[test]
    fn what_is_no_route_is_refused_with_those_that_are() {
        for words in ["/", "/items/7/8", "/items/", "/files/", "DELETE /items"] {
            is(
                words,
                false,
                &format!(
                    "the stack has no route {words}; it has GET /items, POST /items, GET /items/{{id}}, GET /items/new, ANY /files/{{proxy+}}"
                ),
            );
        }
    }
}
