//! YAML text to tree. What the text can cost is bounded: its size, its depth, what aliases unfold to.

mod raw;

use serde_saphyr::{
    DuplicateKeyPolicy, Location, NonFiniteFloatPolicy, Options, Spanned, UserMessageFormatter,
};

use super::{
    mistake::Mistake,
    node::{Entry, Kind, Node, Origin, Scalar, Value},
    place::{Place, floor},
};
use raw::Raw;

/// Bytes of a stack file. A stack of three hundred routes has some twenty thousand.
pub(super) const MAX_BYTES: usize = 1 << 20;
const MAX_NODES: usize = 50_000;
const MAX_DEPTH: usize = 24;
const MAX_ALIASES: usize = 1_000;

/// The tree of `text`, and what is wrong with its keys. A mistake in the syntax comes alone.
pub(super) fn parse(text: &str) -> Result<(Node, Vec<Mistake>), Mistake> {
    if text.len() > MAX_BYTES {
        return Err(Mistake::of_file(format!("the stack file is larger than {} KiB", MAX_BYTES >> 10)));
    }
    let raw = serde_saphyr::from_str_with_options::<Spanned<Raw>>(text, options())
        .map_err(|error| syntax(text, &error))?;
    let mut builder = TreeBuilder { text, mistakes: Vec::new() };
    let root = builder.node(raw);
    Ok((root, builder.mistakes))
}

fn options() -> Options {
    serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_depth: MAX_DEPTH,
            max_nodes: MAX_NODES,
            max_events: 4 * MAX_NODES,
            max_aliases: MAX_ALIASES,
            max_anchors: MAX_ALIASES,
            max_documents: 1,
            max_total_scalar_bytes: 4 * MAX_BYTES,
            max_recorded_anchor_bytes: 4 * MAX_BYTES,
        },
        alias_limits: serde_saphyr::alias_limits! {
            max_total_replayed_events: MAX_NODES,
            max_replay_stack_depth: MAX_DEPTH,
        },
        duplicate_keys: DuplicateKeyPolicy::PassThrough,
        strict_booleans: true,
        reject_unsupported_tags: true,
        non_finite_float_policy: NonFiniteFloatPolicy::AsString,
        with_snippet: false,
    }
}

fn syntax(text: &str, error: &serde_saphyr::Error) -> Mistake {
    let place = error
        .location()
        .map_or(Place::START, |location| Place::at(text, index(location.line()), index(location.column())));
    let said = error.without_snippet().render_with_formatter(&UserMessageFormatter);
    let said = said.split(" at line ").next().unwrap_or(&said).trim_end_matches([':', ',', ' ']);
    let mistake = Mistake::at(place, format!("not valid YAML: {said}"));
    let (line, _) = place.first_line(text);
    match usual_slip(&text[line]) {
        Some(help) => mistake.help(help),
        None => mistake,
    }
}

/// What is often wrong with such a line.
fn usual_slip(line: &str) -> Option<String> {
    let indent = line.len() - line.trim_start().len();
    if line[..indent].contains('\t') {
        return Some("indent with spaces: YAML takes no tabs".into());
    }
    let (key, value) = line.trim().split_once(": ")?;
    let value = value.trim();
    if let Some(sign) = value.chars().next().filter(|c| "*&!%@`|>".contains(*c)) {
        return Some(format!("a text that begins with `{sign}` must be in quotes: `{key}: \"{sign}…\"`"));
    }
    let plain = !value.starts_with(['"', '\'', '[', '{', '#']);
    (plain && (value.contains(": ") || value.ends_with(':')))
        .then(|| format!("a text with `: ` in it must be in quotes: `{key}: \"…: …\"`"))
}

fn place(text: &str, location: Location) -> Place {
    let start = index(location.span().byte_offset().unwrap_or(0));
    let length = index(location.span().byte_len().unwrap_or(0));
    let [start, end] = [start, start.saturating_add(length)].map(|at| floor(text, at));
    // The parser has counted the lines; counting again for each node would cost the length of the text.
    Place { line: index(location.line()), column: index(location.column()), start, end }
}

/// What is beyond any text is cut to it later.
fn index(number: impl TryInto<usize>) -> usize {
    number.try_into().unwrap_or(usize::MAX)
}

/// The file's own spelling of what `location` covers.
fn spelling(text: &str, location: Location) -> Option<&str> {
    let start = index(location.span().byte_offset()?);
    text.get(start..start.checked_add(index(location.span().byte_len()?))?)
}

struct TreeBuilder<'a> {
    text: &'a str,
    mistakes: Vec<Mistake>,
}

impl TreeBuilder<'_> {
    fn node(&mut self, raw: Spanned<Raw>) -> Node {
        let place = place(self.text, raw.referenced);
        let value = match raw.value {
            Raw::List(items) => Value::List(items.into_iter().map(|item| self.node(item)).collect()),
            Raw::Map(entries) => Value::Map(self.entries(entries)),
            Raw::Text(text) => scalar(text, Kind::Text),
            Raw::Null => scalar(String::new(), Kind::Null),
            Raw::Flag => scalar(self.spelled(raw.defined), Kind::Flag),
            Raw::Number => scalar(self.spelled(raw.defined), Kind::Number),
        };
        Node { value, place }
    }

    fn spelled(&self, location: Location) -> String {
        spelling(self.text, location).unwrap_or_default().trim().to_owned()
    }

    fn entries(&mut self, raw: Vec<(Spanned<Raw>, Spanned<Raw>)>) -> Vec<Entry> {
        let mut entries: Vec<Entry> = Vec::with_capacity(raw.len());
        let mut lines = std::collections::HashMap::new();
        for (key, value) in raw {
            let key_place = place(self.text, key.referenced);
            let value = self.node(value);
            let Some(key) = self.key(key) else { continue };
            if let Some(line) = lines.insert(key.clone(), key_place.line) {
                self.mistakes.push(Mistake::at(key_place, twice(&key, line)));
            } else {
                entries.push(Entry { key, key_place, value });
            }
        }
        entries
    }

    fn key(&mut self, key: Spanned<Raw>) -> Option<String> {
        match key.value {
            Raw::Text(text) => Some(text),
            Raw::Flag | Raw::Number => Some(self.spelled(key.defined)),
            Raw::Null | Raw::List(_) | Raw::Map(_) => {
                let place = place(self.text, key.referenced);
                self.mistakes.push(Mistake::at(place, "a key must be text"));
                None
            }
        }
    }
}

fn twice(key: &str, line: usize) -> String {
    format!("`{key}` is written twice: first in line {line}")
}

fn scalar(text: String, kind: Kind) -> Value {
    Value::Scalar(Scalar { text, kind, origin: Origin::File })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn tree(text: &str) -> Node {
        parse(text).unwrap().0
    }

    #[test]
    fn keeps_the_spelling_of_numbers_and_their_places() {
        let root = tree("a: 012345678901 # guard\nb: [1.10, 0x10, \"7\", true]\nc: &n 1_000\nd: *n\n");
        let a = root.get("a").unwrap();
        assert_eq!(a.scalar().unwrap().text, "012345678901");
        assert_eq!((a.place.line, a.place.column, a.place.end - a.place.start), (1, 4, 12));
        let spelled: Vec<_> = root.get("b").unwrap().items().iter().map(|n| n.scalar().unwrap()).collect();
        assert_eq!(
            spelled.iter().map(|s| s.text.as_str()).collect::<Vec<_>>(),
            ["1.10", "0x10", "7", "true"]
        );
        assert_eq!(spelled[2].kind, Kind::Text);
        assert_eq!(spelled[3].kind, Kind::Flag);
        assert_eq!(root.get("d").unwrap().scalar().unwrap().text, "1_000");
        assert_eq!(root.get("d").unwrap().place.line, 4);
    }

    #[test]
    fn places_survive_what_is_not_ascii() {
        let root = tree("k: [\"äöü\", yes, ü: 1]\n");
        let items = root.get("k").unwrap().items();
        assert_eq!(items[1].scalar().unwrap().kind, Kind::Text);
        assert_eq!(items[1].place.column, 12);
        assert_eq!(items[2].entries()[0].value.place.column, 20);
        assert_eq!(items[2].entries()[0].value.scalar().unwrap().text, "1");
    }

    #[test]
    fn a_merge_key_unfolds() {
        let root = tree("a: &a {x: 1, y: 2}\nb: {<<: *a, y: 3}\n");
        let b = root.get("b").unwrap();
        assert_eq!(b.get("x").unwrap().scalar().unwrap().text, "1");
        assert_eq!(b.get("y").unwrap().scalar().unwrap().text, "3");
    }

    #[test]
    fn a_key_twice_is_told_with_both_lines() {
        let (root, mistakes) = parse("a: 1\nb: 2\na: 3\n").unwrap();
        assert_eq!(root.get("a").unwrap().scalar().unwrap().text, "1");
        assert_eq!(mistakes[0].message, "`a` is written twice: first in line 1");
        assert_eq!(mistakes[0].line(), Some(3));
    }

    #[test]
    fn syntax_is_told_with_its_place() {
        for (text, line) in [
            ("a: [1, 2\nb: 3\n", 2),
            ("a: \"open\n", 1),
            ("a: b: c\n", 1),
            ("a: 1\n\tb: 2\n", 1),
            ("a: *nobody\n", 1),
            ("a: !Ref b\n", 1),
            ("a: 1\n---\nb: 2\n", 2),
        ] {
            let mistake = parse(text).unwrap_err();
            assert!(mistake.message.starts_with("not valid YAML: "), "{text:?}: {mistake:?}");
            assert!(mistake.message.len() > 20, "{text:?}: {mistake:?}");
            assert!(mistake.line().unwrap() >= line, "{text:?}: {mistake:?}");
        }
    }

    #[test]
    fn the_usual_slips_are_told_what_to_do() {
        for (text, help) in [
            (
                "stack: s\ndescription: Looks at: pictures\n",
                "a text with `: ` in it must be in quotes: `description: \"…: …\"`",
            ),
            ("a:\n  - name: b: c\n", "a text with `: ` in it must be in quotes: `- name: \"…: …\"`"),
            ("a:\n\tb: 1\n", "indent with spaces: YAML takes no tabs"),
            ("a: *nobody\n", "a text that begins with `*` must be in quotes: `a: \"*…\"`"),
            ("a: @b\n", "a text that begins with `@` must be in quotes: `a: \"@…\"`"),
        ] {
            assert_eq!(parse(text).unwrap_err().help.as_deref(), Some(help), "{text:?}");
        }
        assert_eq!(parse("a: [1, 2\nb: 3\n").unwrap_err().help, None);
    }

    #[test]
    fn hostile_text_is_refused_quickly() {
        let mut laughs = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
        for level in 1..12 {
            let before = format!("*a{}, ", level - 1).repeat(9);
            laughs.push_str(&format!("a{level}: &a{level} [{before}]\n"));
        }
        let deep = "[".repeat(100_000);
        let blocks: String = (0..3_000).map(|depth| format!("{}a:\n", " ".repeat(depth % 300))).collect();
        let itself = "a: &a [*a]\n".to_owned();
        let big = format!("a: {}\n", "x".repeat(MAX_BYTES));
        let many = format!("a: [{}]\n", "1,".repeat(MAX_NODES + 1));
        let started = std::time::Instant::now();
        for text in [laughs, deep, blocks, itself, big, many] {
            let mistake = parse(&text).unwrap_err();
            assert!(mistake.message.len() < 300, "{}", mistake.message);
        }
        assert!(started.elapsed().as_secs() < 10, "took {:?}", started.elapsed());
    }
}
