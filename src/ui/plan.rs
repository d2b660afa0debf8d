//! A plan and outputs as text.

use super::style::Style;
use crate::{
    engine::{Change, Field, Plan, Planned},
    outputs::Outputs,
};
use serde_json::Value;
use std::fmt::Write;

/// Whether what is made is shown with all its settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Settings {
    Shown,
    Hidden,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Heading {
    Up(Settings),
    Destroy,
}

/// Values longer than this are shortened in the middle.
const LONGEST: usize = 60;

/// One line a resource that changes, its fields below, the unchanged ones counted.
pub fn render(plan: &Plan, heading: Heading, style: Style) -> String {
    let mut text = String::new();
    for item in plan.items.iter().filter(|i| !i.change.is_keep()) {
        text += &resource(item, style);
        if let (Heading::Up(Settings::Shown), Some(all)) = (heading, &item.settings) {
            text += &settings(all);
        }
    }
    let kept: Vec<_> = plan
        .items
        .iter()
        .filter(|i| heading == Heading::Destroy && i.adopted && i.change.is_keep())
        .collect();
    for item in &kept {
        _ = writeln!(
            text,
            "{} {} was here before the stack and is kept (--include-adopted deletes it)",
            style.dim("="),
            item.id
        );
    }
    for item in plan.items.iter() {
        if let Some(why) = &item.kept_for {
            _ = writeln!(text, "{} {} is kept: {why} stays and works with it", style.dim("="), item.id);
        }
    }
    for item in plan.items.iter().filter(|i| heading == Heading::Destroy && i.foreign.is_some()) {
        if let Some(what) = &item.foreign {
            _ = writeln!(text, "{} {what} is not this stack's and is left alone", style.dim("="));
        }
    }
    if heading != Heading::Destroy && plan.has_changes() {
        text += &unchanged(plan, style);
    }
    text += &counts(plan, heading);
    text
}

/// The first two that stay as they are; the rest is counted.
fn unchanged(plan: &Plan, style: Style) -> String {
    let kept: Vec<_> = plan.items.iter().filter(|i| i.change.is_keep()).map(|i| i.id.to_string()).collect();
    let more = kept.len().saturating_sub(2);
    let rest = if more > 0 { format!(", {more} more") } else { String::new() };
    let names = kept.iter().take(2).cloned().collect::<Vec<_>>().join(", ");
    if names.is_empty() { names } else { format!("{} {names}{rest}\n", style.dim("=")) }
}

pub(super) fn resource(item: &Planned, style: Style) -> String {
    let mut text = String::new();
    match &item.change {
        Change::Create => _ = writeln!(text, "{} {}", style.green("+"), named(item, style)),
        Change::Delete => {
            let loses = item.loses.as_ref().map(|what| format!(", with {what}")).unwrap_or_default();
            _ = writeln!(text, "{} {}{loses}", style.red("-"), named(item, style));
        }
        Change::Keep => {}
        Change::Update(fields) => {
            _ = writeln!(text, "{} {}", style.yellow("~"), named(item, style));
            let width = fields.iter().map(|f| f.path.chars().count()).max().unwrap_or_default();
            for field in fields {
                _ = writeln!(text, "    {}", line(field, width, style));
            }
        }
    }
    text
}

/// What something is made with, a line each; what is not set is left out.
fn settings(all: &Value) -> String {
    let mut lines = Vec::new();
    leaves(String::new(), all, &mut lines);
    let width = lines.iter().map(|(path, _)| path.chars().count()).max().unwrap_or_default();
    lines.iter().map(|(path, value)| format!("    {path:width$}  {value}\n")).collect()
}

fn leaves(path: String, value: &Value, lines: &mut Vec<(String, String)>) {
    match value {
        Value::Object(map) => {
            let below = |key: &str| if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
            map.iter().for_each(|(key, value)| leaves(below(key), value, lines));
        }
        Value::Null => {}
        Value::Array(items) if items.is_empty() => {}
        Value::String(text) if text.is_empty() => {}
        _ => lines.push((path, whole(value))),
    }
}

/// The id, and beside it what AWS calls the thing.
fn named(item: &Planned, style: Style) -> String {
    let id = item.id.to_string();
    if item.called.is_empty() { id } else { format!("{id}  {}", style.dim(&item.called)) }
}

fn line(field: &Field, width: usize, style: Style) -> String {
    let path = &field.path;
    match (&field.have, &field.want) {
        (Value::Null, Value::Object(_)) => format!("{path:width$}  {}", style.green("added")),
        (Value::Object(_), Value::Null) => format!("{path:width$}  {}", style.red("removed")),
        (have, want) => format!("{path:width$}  {} → {}", short(have), short(want)),
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

fn counts(plan: &Plan, heading: Heading) -> String {
    let of = |wanted: fn(&Change) -> bool| plan.items.iter().filter(|i| wanted(&i.change)).count();
    let all = [
        (of(|c| *c == Change::Create), "to create"),
        (of(|c| matches!(c, Change::Update(_))), "to update"),
        (of(|c| *c == Change::Delete), "to delete"),
        (if heading != Heading::Destroy { of(Change::is_keep) } else { 0 }, "unchanged"),
    ];
    let some: Vec<_> = all.iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("{n} {what}")).collect();
    if some.is_empty() { String::new() } else { some.join(", ") + "\n" }
}

pub fn render_outputs(outputs: &Outputs) -> String {
    let mut text = String::new();
    match &outputs.url {
        Some(url) => _ = writeln!(text, "url  {}/", url.url),
        None => _ = writeln!(text, "url  (not up)"),
    }
    for key in &outputs.keys {
        let value = key.value.as_deref().unwrap_or("*** (--show-key shows it)");
        _ = writeln!(text, "key  {}  {value}", key.name);
    }
    text
}
