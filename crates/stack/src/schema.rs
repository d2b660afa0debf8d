//! The JSON Schema of the stack file, for editors. It is made from the table that the check uses.

use serde_json::{Map, Value, json};

use super::{
    examples,
    node::Node,
    rule::Rule,
    sections,
    shape::{DefaultValue, Field, Fields, Shape},
};

/// The JSON Schema (draft 7, which editors know best) of `stack.yaml`; its examples are from `files`, which write
/// every key.
pub(crate) fn schema(files: &[Node]) -> Value {
    let mut schema = shape(&sections::STACK, false);
    let head = json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "stack.yaml of lambdeploy",
        "definitions": {
            "reference": {
                "description": "A variable from the environment or from .env beside the file.",
                "type": "string",
                "pattern": "\\$\\{[A-Za-z_]",
            },
        },
    });
    if let (Value::Object(head), Value::Object(schema)) = (head, &mut schema) {
        schema.extend(head);
    }
    files.iter().for_each(|file| examples::add(&mut schema, file));
    schema
}

/// `closed`: no `${…}` may stand here.
fn shape(shape: &Shape, closed: bool) -> Value {
    match shape {
        Shape::Text(rule) => or_reference(text(rule), closed || rule.pattern.is_none()),
        Shape::Whole { min, max } => {
            or_reference(json!({ "type": "integer", "minimum": min, "maximum": max }), closed)
        }
        Shape::Decimal => or_reference(json!({ "type": "number", "minimum": 0 }), closed),
        Shape::Flag => or_reference(json!({ "type": "boolean" }), closed),
        Shape::Choice(choices) => or_reference(json!({ "enum": choice_values(choices) }), closed),
        Shape::List { of, min, max } => {
            or_reference(list(of, self::shape(of, closed), *min, *max), closed || !of.may_be_scalar())
        }
        Shape::Map { keys, of, min, max } => map(keys, self::shape(of, closed), *min, *max),
        Shape::Fields(known) => fields(known, closed),
        Shape::Either(shapes) => {
            json!({ "anyOf": shapes.iter().map(|each| self::shape(each, closed)).collect::<Vec<_>>() })
        }
        Shape::Nullable(inner) => json!({ "anyOf": [self::shape(inner, closed), { "type": "null" }] }),
    }
}

fn or_reference(schema: Value, closed: bool) -> Value {
    if closed { schema } else { json!({ "anyOf": [schema, { "$ref": "#/definitions/reference" }] }) }
}

fn text(rule: &Rule) -> Value {
    let mut schema = Map::new();
    let kinds = if rule.spelled { json!(["string", "number", "boolean"]) } else { json!("string") };
    schema.insert("type".into(), kinds);
    if let Some(pattern) = rule.pattern {
        schema.insert("pattern".into(), pattern.into());
    }
    if let Some(except) = rule.except {
        schema.insert("not".into(), json!({ "type": "string", "pattern": except }));
    }
    if rule.max < usize::MAX {
        schema.insert("maxLength".into(), rule.max.into());
    }
    schema.into()
}

fn choice_values(choices: &[&str]) -> Vec<Value> {
    choices.iter().map(|choice| choice.parse::<u64>().map_or_else(|_| json!(choice), Value::from)).collect()
}

/// What may be empty may also be nothing: a key with all its items commented out.
fn kinds(kind: &str, min: usize) -> Value {
    if min == 0 { json!([kind, "null"]) } else { json!(kind) }
}

fn list(of: &Shape, items: Value, min: usize, max: usize) -> Value {
    let mut schema = Map::new();
    schema.insert("type".into(), kinds("array", min));
    schema.insert("items".into(), items);
    schema.insert("uniqueItems".into(), (!of.repeats()).into());
    bounds(&mut schema, ["minItems", "maxItems"], min, max);
    schema.into()
}

fn map(keys: &Rule, values: Value, min: usize, max: usize) -> Value {
    let mut schema = Map::new();
    schema.insert("type".into(), kinds("object", min));
    schema.insert("propertyNames".into(), text(&Rule { spelled: false, ..*keys }));
    schema.insert("additionalProperties".into(), values);
    bounds(&mut schema, ["minProperties", "maxProperties"], min, max);
    schema.into()
}

fn bounds(schema: &mut Map<String, Value>, [least, most]: [&str; 2], min: usize, max: usize) {
    if min > 0 {
        schema.insert(least.into(), min.into());
    }
    if max < usize::MAX {
        schema.insert(most.into(), max.into());
    }
}

fn fields(known: &Fields, closed: bool) -> Value {
    let required: Vec<_> =
        known.fields.iter().filter(|field| field.required).map(|field| field.name).collect();
    let mut schema = Map::new();
    schema.insert("type".into(), kinds("object", required.len() + known.one_of.len()));
    let properties: Map<_, _> =
        known.fields.iter().map(|each| (each.name.to_owned(), field(each, closed))).collect();
    schema.insert("properties".into(), properties.into());
    schema.insert("additionalProperties".into(), false.into());
    if !required.is_empty() {
        schema.insert("required".into(), json!(required));
    }
    if !known.one_of.is_empty() {
        let each: Vec<_> = known.one_of.iter().map(|name| json!({ "required": [name] })).collect();
        schema.insert("oneOf".into(), each.into());
    }
    if !known.together.is_empty() {
        let needs: Map<_, _> =
            known.together.iter().map(|&name| (name.into(), json!(known.together))).collect();
        schema.insert("dependencies".into(), needs.into());
    }
    schema.into()
}

fn field(field: &Field, closed: bool) -> Value {
    let inner = shape(&field.shape, closed || field.closed.is_some());
    let mut schema = Map::new();
    schema.insert("description".into(), field.about.into());
    if let Some(default) = default(field) {
        schema.insert("default".into(), default);
    }
    if let Value::Object(inner) = inner {
        schema.extend(inner);
    }
    schema.into()
}

fn default(field: &Field) -> Option<Value> {
    match (field.default, field.shape) {
        (DefaultValue::None, _) => None,
        (DefaultValue::Whole(number), _) => Some(number.into()),
        (DefaultValue::Flag(flag), _) => Some(flag.into()),
        (DefaultValue::Text(text), _) => Some(text.into()),
        (DefaultValue::Empty, Shape::Text(_)) => Some("".into()),
        (DefaultValue::Empty, Shape::List { .. }) => Some(json!([])),
        (DefaultValue::Empty, _) => Some(json!({})),
    }
}
