//! What a person most likely meant by what cannot be.

use super::{
    node::{Kind, Node, Value},
    scalar::whole,
    shape::{Fields, Shape},
    unit::Unit,
};

/// Characters of a person's own text that an example repeats.
const SHOWN: usize = 60;

/// The nearest of `known`, if it is near enough to have been meant.
pub(super) fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let length = word.chars().count();
    if length > 64 {
        return None;
    }
    known
        .into_iter()
        .map(|name| (strsim::damerau_levenshtein(&word.to_lowercase(), &name.to_lowercase()), name))
        .filter(|(distance, _)| *distance <= (length / 3).max(1))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

/// The same among the choices of a key; of numbers the one that is nearest in value.
pub(super) fn nearest_choice<'a>(text: &str, choices: &[&'a str]) -> Option<&'a str> {
    match whole(text) {
        Some(number) => {
            let numbers = choices.iter().filter_map(|choice| Some((whole(choice)?, *choice)));
            numbers.min_by_key(|(choice, _)| choice.abs_diff(number)).map(|(_, choice)| choice)
        }
        None => nearest(text, choices.iter().copied()),
    }
}

/// The usual slip: a number in quotes, or text that YAML takes for a number.
pub(super) fn quotes(node: &Node, shape: &Shape) -> Option<String> {
    let scalar = node.scalar()?;
    let said = match (shape, scalar.kind) {
        (Shape::Text(_) | Shape::Choice(_), Kind::Number | Kind::Flag) => "put it in quotes",
        (Shape::Whole { .. } | Shape::Decimal, Kind::Text) if scalar.text.parse::<f64>().is_ok() => {
            "write it without quotes"
        }
        (Shape::Flag, Kind::Text)
            if ["yes", "no", "on", "off", "true", "false"].contains(&scalar.text.as_str()) =>
        {
            "write `true` or `false`, without quotes"
        }
        _ => return None,
    };
    Some(said.to_owned())
}

/// A number that has its unit with it.
pub(super) fn with_unit(node: &Node, shape: &Shape, unit: Option<Unit>) -> Option<String> {
    let scalar = node.scalar().filter(|scalar| scalar.kind == Kind::Text && !scalar.refers())?;
    let (unit, number) = (unit?, unit?.whole(&scalar.text)?.to_string());
    match shape {
        Shape::Whole { .. } => Some(format!("write {number} ({})", unit.name())),
        Shape::Choice(choices) => {
            Some(format!("write {} ({})", nearest_choice(&number, choices)?, unit.name()))
        }
        _ => None,
    }
}

/// What the value of `key` could look like, where it is another kind of thing than it must be.
pub(super) fn example(key: &str, node: &Node, shape: &Shape) -> Option<String> {
    match (shape, &node.value) {
        (Shape::List { of, .. }, Value::Scalar(scalar)) if of.may_be_scalar() => {
            let own = !scalar.refers() && !scalar.text.contains('\n') && scalar.text.chars().count() <= SHOWN;
            let item = if own { &scalar.text } else { "…" };
            Some(format!("write it in brackets: `{key}: [{item}]`"))
        }
        (Shape::List { .. }, _) => Some(format!("write the items below `{key}:`, each after a `- `")),
        (Shape::Fields(fields), _) => {
            Some(format!("write its keys below it, or in braces: `{key}: {{{}: …}}`", first_key(fields)?))
        }
        (Shape::Map { keys, .. }, _) => {
            Some(format!("write a line `name: value` below `{key}:` for each; a name is {}", keys.expected))
        }
        (Shape::Either(shapes), _) => {
            shapes.iter().find(|shape| !shape.is_scalar()).and_then(|shape| example(key, node, shape))
        }
        (scalar, Value::List(_)) if scalar.is_scalar() => {
            Some("write one value, without brackets or `-`".into())
        }
        (scalar, Value::Map(_)) if scalar.is_scalar() => {
            Some("write one value; a text with `{` or `: ` in it must be in quotes".into())
        }
        _ => None,
    }
}

fn first_key(fields: &Fields) -> Option<&'static str> {
    let required = fields.fields.iter().find(|field| field.required).map(|field| field.name);
    required.or_else(|| fields.one_of.first().copied()).or_else(|| fields.names().next())
}
