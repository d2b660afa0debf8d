//! What API Gateway would refuse of a route's path.

use std::collections::{BTreeSet, HashMap};

/// What is wrong, and what was expected.
pub(crate) type PathFault = (String, String);

/// What alone makes it no path of API Gateway.
pub(crate) fn fault(path: &str) -> Option<PathFault> {
    if path == "/" {
        return None;
    }
    if path.ends_with('/') {
        return Some(("the path ends with `/`".into(), "leave out the last `/`".into()));
    }
    let parts: Vec<_> = path.split('/').skip(1).collect();
    parts.iter().enumerate().find_map(|(index, part)| part_fault(part, index + 1 == parts.len()))
}

fn part_fault(part: &str, last: bool) -> Option<PathFault> {
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
pub(crate) struct PathVariables(HashMap<String, (String, usize)>);

impl PathVariables {
    pub(crate) fn clash(&mut self, path: &str, line: usize) -> Option<PathFault> {
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

/// `/` of `/{proxy+}`, `/files` of `/files/{proxy+}`.
pub(crate) fn parent(path: &str) -> &str {
    match path.rsplit_once('/') {
        None | Some(("", _)) => "/",
        Some((parent, _)) => parent,
    }
}

/// How many resources of API Gateway the paths make: every path with all its parents, and the root.
pub(crate) fn resources<'a>(paths: impl Iterator<Item = &'a str>) -> usize {
    let mut resources = BTreeSet::from([""]);
    for path in paths.map(|path| path.trim_end_matches('/')) {
        resources.extend(path.match_indices('/').skip(1).map(|(at, _)| &path[..at]));
        resources.insert(path);
    }
    resources.len()
}
