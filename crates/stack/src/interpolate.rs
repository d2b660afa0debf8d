//! `${NAME}`, `${NAME:-default}`, `${NAME:?message}` and `$$` in scalars, after the file is parsed.

use super::{
    mistake::Mistake,
    node::{Kind, Node, Origin, Scalar, Unset, Value},
    place::Place,
};

/// Defaults may hold references themselves, to this depth.
const MAX_DEPTH: usize = 8;

/// Of one scalar, so many unset references are told.
const MAX_UNSET: usize = 20;

/// What a variable holds, by name; `None`: it is not set.
pub(crate) type Lookup<'a> = &'a dyn Fn(&str) -> Option<String>;

/// Replaces the references in every scalar below `root`; keys stay as they are. What cannot be read comes back as
/// mistakes; what is not set stays in the tree, for whoever needs the value to complain about.
pub(super) fn interpolate(root: &mut Node, text: &str, lookup: Lookup) -> Vec<Mistake> {
    let mut mistakes = Vec::new();
    walk(root, &mut |node| scalar(node, text, lookup, &mut mistakes));
    mistakes
}

fn walk(node: &mut Node, visit: &mut dyn FnMut(&mut Node)) {
    match &mut node.value {
        Value::Scalar(_) => visit(node),
        Value::List(items) => items.iter_mut().for_each(|item| walk(item, visit)),
        Value::Map(entries) => entries.iter_mut().for_each(|entry| walk(&mut entry.value, visit)),
    }
}

fn scalar(node: &mut Node, text: &str, lookup: Lookup, mistakes: &mut Vec<Mistake>) {
    let place = node.place;
    let Value::Scalar(scalar @ Scalar { kind: Kind::Text, .. }) = &mut node.value else { return };
    if !scalar.text.contains('$') {
        return;
    }
    let mut reader = ReferenceReader { text, place, lookup, found: Interpolated::default() };
    match reader.expand(&scalar.text, 0) {
        Ok(value) => {
            scalar.text = value;
            scalar.origin = reader.found.origin();
        }
        Err(problem) => mistakes.push(problem),
    }
}

#[derive(Default)]
struct Interpolated {
    any: bool,
    outside: bool,
    unset: Vec<Unset>,
}

impl Interpolated {
    fn origin(self) -> Origin {
        match self {
            Self { any: false, .. } => Origin::File,
            Self { unset, .. } if !unset.is_empty() => Origin::Unset(unset),
            Self { outside: true, .. } => Origin::Outside,
            _ => Origin::Default,
        }
    }
}

struct ReferenceReader<'a> {
    /// The whole file.
    text: &'a str,
    /// Of the scalar.
    place: Place,
    lookup: Lookup<'a>,
    found: Interpolated,
}

impl ReferenceReader<'_> {
    fn expand(&mut self, mut rest: &str, depth: usize) -> Result<String, Mistake> {
        let mut out = String::new();
        while let Some((before, after)) = rest.split_once('$') {
            out.push_str(before);
            rest = if let Some(after) = after.strip_prefix('$') {
                out.push('$');
                after
            } else if let Some(inside) = after.strip_prefix('{') {
                let end = closing(inside).ok_or_else(|| self.problem("`${` without its `}`", inside))?;
                out.push_str(&self.reference(&inside[..end], depth)?);
                &inside[end + 1..]
            } else {
                out.push('$');
                after
            };
        }
        out.push_str(rest);
        Ok(out)
    }

    /// What `${inside}` stands for; empty when nothing answers.
    fn reference(&mut self, inside: &str, depth: usize) -> Result<String, Mistake> {
        let length = inside.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(inside.len());
        let (name, operator) = inside.split_at(length);
        if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) {
            return Err(self.problem("`${…}` needs the name of a variable", inside));
        }
        if depth == MAX_DEPTH {
            return Err(self.problem("`${…}` within `${…}` goes too deep", inside));
        }
        self.found.any = true;
        let value = (self.lookup)(name);
        let filled = value.clone().filter(|value| !value.is_empty());
        if operator.is_empty() {
            return Ok(self.outside(value).unwrap_or_else(|| self.unset(name, None)));
        }
        if let Some(default) = operator.strip_prefix(":-") {
            return self.outside(filled).map_or_else(|| self.expand(default, depth + 1), Ok);
        }
        if let Some(message) = operator.strip_prefix(":?") {
            return Ok(self.outside(filled).unwrap_or_else(|| self.unset(name, Some(message))));
        }
        Err(self.problem("this form of `${…}` is not known", inside))
    }

    fn outside(&mut self, value: Option<String>) -> Option<String> {
        self.found.outside |= value.is_some();
        value
    }

    fn unset(&mut self, name: &str, message: Option<&str>) -> String {
        if self.found.unset.len() == MAX_UNSET {
            return String::new();
        }
        let message = message.filter(|message| !message.is_empty()).map(str::to_owned);
        let place = self.locate(name);
        self.found.unset.push(Unset { name: name.to_owned(), place, message });
        String::new()
    }

    fn problem(&self, message: &str, inside: &str) -> Mistake {
        Mistake::at(self.locate(inside), message)
            .expected("`${NAME}`, `${NAME:-default}` or `${NAME:?message}`")
            .help("a `$` that stands for itself before a `{` is written `$$`")
    }

    /// The reference in the file when it can be found there (an escape may spell it otherwise), else the scalar.
    fn locate(&self, inside: &str) -> Place {
        let from = self.found.unset.last().map_or(self.place.start, |last| last.place.end);
        let reference = format!("${{{inside}");
        let region = self.text.get(from..self.place.end).unwrap_or_default();
        let Some(offset) = region.find(&reference) else { return self.place };
        let length = region[offset..].find('}').map_or(reference.len(), |end| end + 1);
        Place::of(self.text, from + offset, from + offset + length)
    }
}

/// Where the `}` is that closes what has just been opened.
fn closing(inside: &str) -> Option<usize> {
    let mut open = 0usize;
    let mut previous = ' ';
    for (at, c) in inside.char_indices() {
        match c {
            '{' if previous == '$' => open += 1,
            '}' if open == 0 => return Some(at),
            '}' => open -= 1,
            _ => {}
        }
        previous = c;
    }
    None
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::yaml;

    fn environment(name: &str) -> Option<String> {
        match name {
            "SET" => Some("value".into()),
            "DOLLAR" => Some("${SET}$$".into()),
            "EMPTY" => Some(String::new()),
            _ => None,
        }
    }

    fn expand(text: &str) -> (Scalar, Vec<Mistake>) {
        let file = format!("k: '{text}'\n");
        let mut root = yaml::parse(&file).unwrap().0;
        let mistakes = interpolate(&mut root, &file, &environment);
        (root.get("k").unwrap().scalar().unwrap().clone(), mistakes)
    }

    #[test]
    fn every_form() {
        for (text, want, origin) in [
            ("plain", "plain", Origin::File),
            ("$NAME $ {x} 5$", "$NAME $ {x} 5$", Origin::File),
            ("$${SET}", "${SET}", Origin::File),
            ("a$$b", "a$b", Origin::File),
            ("${SET}", "value", Origin::Outside),
            ("x-${SET}-y", "x-value-y", Origin::Outside),
            ("${DOLLAR}", "${SET}$$", Origin::Outside),
            ("${EMPTY}", "", Origin::Outside),
            ("${SET:-other}", "value", Origin::Outside),
            ("${EMPTY:-other}", "other", Origin::Default),
            ("${NO:-}", "", Origin::Default),
            ("${NO:-a{b}c}", "a{bc}", Origin::Default),
            ("${NO:-${SET}}!", "value!", Origin::Outside),
            ("${NO:-${NO:-deep}}", "deep", Origin::Default),
            ("${SET:?needed}", "value", Origin::Outside),
        ] {
            let (scalar, mistakes) = expand(text);
            assert_eq!((scalar.text.as_str(), &scalar.origin), (want, &origin), "{text}");
            assert_eq!(mistakes, [], "{text}");
        }
    }

    #[test]
    fn what_is_unset_is_found_at_its_place() {
        let (scalar, _) = expand("a-${NO}-${NO:?set it}-${EMPTY:?fill it}");
        let Origin::Unset(unset) = scalar.origin else { panic!("{scalar:?}") };
        let told: Vec<_> =
            unset.iter().map(|u| (u.name.as_str(), u.place.column, u.message.as_deref())).collect();
        assert_eq!(told, [("NO", 7, None), ("NO", 13, Some("set it")), ("EMPTY", 27, Some("fill it"))]);
    }

    #[test]
    fn a_block_of_lines_shows_the_line_of_the_reference() {
        let file = "k: |\n  one\n  two ${NO}\n";
        let mut root = yaml::parse(file).unwrap().0;
        assert_eq!(interpolate(&mut root, file, &environment), []);
        let Origin::Unset(unset) = &root.get("k").unwrap().scalar().unwrap().origin else { panic!() };
        assert_eq!((unset[0].place.line, unset[0].place.column), (3, 7));
    }

    #[test]
    fn what_is_no_reference_is_a_mistake() {
        for text in ["${", "${}", "${1A}", "${A", "${A-b}", "${A+b}", "${A:b}", "${ A }", "${A:-${B}"] {
            assert_eq!(expand(text).1.len(), 1, "{text}");
        }
        assert_eq!(expand(&format!("{}{}", "${A:-".repeat(50_000), "}".repeat(50_000))).1.len(), 1);
    }

    #[test]
    fn a_secret_is_not_in_the_debug_output() {
        assert!(!format!("{:?}", expand("${SET}").0).contains("value"));
    }
}
