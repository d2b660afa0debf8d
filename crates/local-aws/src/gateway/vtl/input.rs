//! `$input`: what the request brought.

use super::{
    failure::{TemplateFailure, failed},
    json_path,
    scope::Scope,
    value::shown,
};
use serde_json::Value;

pub(crate) fn call(scope: &Scope, name: &str, arguments: &[Option<Value>]) -> Result<Value, TemplateFailure> {
    match (name, arguments) {
        ("params", []) => Ok(scope.params.clone()),
        ("params", [Some(key)]) => Ok(parameter(scope, &shown(key))),
        ("path", [Some(path)]) => json_path::find(&document(scope)?, &shown(path)),
        ("json", [Some(path)]) => Ok(json_path::find(&document(scope)?, &shown(path))?.to_string().into()),
        _ => failed(format!(
            "$input.{name} with {} argument(s) is not implemented by the local AWS",
            arguments.len()
        )),
    }
}

/// `params('x')` names one of the three maps, or looks for x in the path, the query and the headers, in this order.
fn parameter(scope: &Scope, key: &str) -> Value {
    let places = ["path", "querystring", "header"];
    if places.contains(&key) {
        return scope.params[key].clone();
    }
    let found = places.iter().find_map(|place| scope.params[place].get(key));
    found.cloned().unwrap_or_else(|| "".into())
}

/// The body as JSON; without a body an empty object.
fn document(scope: &Scope) -> Result<Value, TemplateFailure> {
    if scope.body.trim().is_empty() {
        return Ok(Value::Object(serde_json::Map::new()));
    }
    serde_json::from_str(&scope.body).map_err(|e| TemplateFailure(format!("the body is not JSON: {e}")))
}
