//! What a Lambda authorizer answers.

use serde_json::{Map, Value};

/// An answer that says who calls and what the caller may do.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct AuthorizerAnswer {
    pub principal: String,
    pub policy: Value,
    /// Already as text, as functions see it.
    pub context: Map<String, Value>,
    /// The value of the API key, for `apiKeySource` AUTHORIZER. A secret.
    pub usage_key: Option<String>,
}

impl AuthorizerAnswer {
    /// Reads the function's result.
    ///
    /// # Errors
    /// What is missing or not allowed in it.
    pub(crate) fn read(payload: &[u8]) -> Result<Self, String> {
        let value: Value = serde_json::from_slice(payload).map_err(|e| format!("not JSON: {e}"))?;
        let policy = &value["policyDocument"];
        if !policy["Statement"].is_array() && !policy["Statement"].is_object() {
            return Err("no policyDocument with Statement".to_owned());
        }
        let principal = value["principalId"].as_str().ok_or("principalId is no text")?;
        Ok(Self {
            principal: principal.to_owned(),
            policy: policy.clone(),
            context: context(&value["context"])?,
            usage_key: value["usageIdentifierKey"].as_str().map(str::to_owned),
        })
    }
}

/// Texts, numbers and booleans only; all become texts.
fn context(value: &Value) -> Result<Map<String, Value>, String> {
    match value {
        Value::Null => Ok(Map::new()),
        Value::Object(members) => members
            .iter()
            .filter(|(_, value)| !value.is_null())
            .map(|(name, value)| match value {
                Value::String(_) => Ok((name.clone(), value.clone())),
                Value::Number(_) | Value::Bool(_) => Ok((name.clone(), value.to_string().into())),
                _ => Err(format!("context.{name} is neither a text nor a number nor a boolean")),
            })
            .collect(),
        _ => Err("context is no object".to_owned()),
    }
}
