//! The fields of a resource: what differs, in words where its own name says little, and what something is made with.

use super::detail::Detail;
use crate::engine::{Field, Meaning, Words};
use crate::ui::text::StyledText;
use serde_json::Value;

/// How the two sides of a difference are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sides {
    /// What will become of what: `128 → 256`.
    Arrow,
    /// What AWS has beside what the file says: `128 in AWS, 256 in the stack file`.
    Named,
}

/// Values longer than this are shortened in the middle.
const LONGEST: usize = 60;

/// What a field is called, and how it differs.
struct Line {
    name: String,
    difference: StyledText,
}

/// The fields that differ, one below the other.
pub(super) fn changed(words: &[Words], fields: &[Field], detail: Detail, sides: Sides) -> Vec<StyledText> {
    let line = |f: &Field| Line { name: f.path.clone(), difference: difference(f, sides) };
    let shown: Vec<Line> = match detail {
        Detail::Whole => fields.iter().map(line).collect(),
        Detail::Short => {
            let plain =
                fields.iter().filter(|f| !is_bookkeeping(words, &f.path) && !f.path.starts_with("tags."));
            plain.map(|f| in_words(words, f, sides).unwrap_or_else(|| line(f))).chain(tags(fields)).collect()
        }
    };
    if shown.is_empty() {
        return vec![StyledText::from("    only lambdeploy's own tags (--verbose shows them)")];
    }
    let width = shown.iter().map(|l| l.name.chars().count()).max().unwrap_or_default();
    let text = |l: Line| StyledText::new().exact(format!("    {:width$}  ", l.name)).then(l.difference);
    shown.into_iter().map(text).collect()
}

/// What only this tool needs to know: it stands in tags, and says nothing to a person.
fn is_bookkeeping(words: &[Words], path: &str) -> bool {
    matches!(meaning(words, path), Some(Meaning::Bookkeeping))
        || path.starts_with("tags.lambdeploy:") && !path.ends_with(":adopted")
}

/// The person's own tags, in one line; and whether the thing is taken over.
fn tags(fields: &[Field]) -> Option<Line> {
    let names = fields.iter().filter_map(|f| f.path.strip_prefix("tags."));
    let names: Vec<_> = names
        .filter(|name| *name == "lambdeploy:adopted" || !name.starts_with("lambdeploy:"))
        .map(|name| if name == "lambdeploy:adopted" { "adopted (`destroy` keeps it)" } else { name })
        .collect();
    let line = || Line { name: "tags".to_owned(), difference: StyledText::from(names.join(", ")) };
    (!names.is_empty()).then(line)
}

/// What a difference means, as the kind says of it.
fn in_words(words: &[Words], field: &Field, sides: Sides) -> Option<Line> {
    let Meaning::Says { planned, standing } = &meaning(words, &field.path)? else { return None };
    let text = match sides {
        Sides::Arrow => planned,
        Sides::Named => standing,
    };
    Some(Line { name: field.path.clone(), difference: StyledText::from(*text) })
}

fn meaning<'a>(words: &'a [Words], path: &str) -> Option<&'a Meaning> {
    words.iter().find(|it| it.are_of(path)).map(|it| &it.meaning)
}

fn difference(field: &Field, sides: Sides) -> StyledText {
    match (&field.have, &field.want, sides) {
        (Value::Null, Value::Object(_), Sides::Arrow) => StyledText::new().green("added"),
        (Value::Object(_), Value::Null, Sides::Arrow) => StyledText::new().red("removed"),
        (Value::Null, Value::Object(_), Sides::Named) => StyledText::from("only in the stack file"),
        (Value::Object(_), Value::Null, Sides::Named) => StyledText::from("only in AWS"),
        (have, want, Sides::Arrow) => StyledText::from(format!("{} → {}", short(have), short(want))),
        (have, want, Sides::Named) => {
            StyledText::from(format!("{} in AWS, {} in the stack file", short(have), short(want)))
        }
    }
}

/// What something is made with, a line each; what is not set is left out.
pub(super) fn settings(all: &Value) -> Vec<StyledText> {
    let mut found = Vec::new();
    leaves(String::new(), all, &mut found);
    let width = found.iter().map(|(path, _)| path.chars().count()).max().unwrap_or_default();
    let line = |(path, value): (String, String)| {
        StyledText::new().exact(format!("    {path:width$}  ")).plain(value)
    };
    found.into_iter().map(line).collect()
}

fn leaves(path: String, value: &Value, found: &mut Vec<(String, String)>) {
    match value {
        Value::Object(map) => {
            let below = |key: &str| if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
            map.iter().for_each(|(key, value)| leaves(below(key), value, found));
        }
        Value::Null => {}
        Value::Array(items) if items.is_empty() => {}
        Value::String(text) if text.is_empty() => {}
        _ => found.push((path, whole(value))),
    }
}

/// A value as a person writes it.
fn whole(value: &Value) -> String {
    match value {
        Value::Null => "(none)".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// The same, shortened where it is long.
fn short(value: &Value) -> String {
    let text = whole(value);
    if let Some(image) = short_image(&text) {
        return image;
    }
    let length = text.chars().count();
    if length <= LONGEST {
        return text;
    }
    let head: String = text.chars().take(LONGEST / 2 - 1).collect();
    let tail: String = text.chars().skip(length - LONGEST / 2).collect();
    format!("{head}…{tail}")
}

/// `…/hello@3c11936a280b` for an image by its digest: the registry's name says nothing, the digest's end neither.
fn short_image(text: &str) -> Option<String> {
    let (name, digest) = text.split_once("@sha256:").filter(|_| !text.contains(char::is_whitespace))?;
    let name = name.rsplit('/').next()?;
    Some(format!("…/{name}@{}", digest.get(..12)?))
}
