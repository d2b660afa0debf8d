//! What goes into a template, and what comes out.

use serde_json::Value;
use std::collections::BTreeMap;

/// What the references of a template find.
#[derive(Debug, Clone, Default)]
pub(crate) struct Scope {
    /// `$input.params()`: `path`, `querystring` and `header`, each an object of strings.
    pub params: Value,
    /// `$input.body`.
    pub body: String,
    /// `$context`.
    pub context: Value,
    /// `$stageVariables`.
    pub stage_variables: Value,
    /// `$method`, for gateway responses only.
    pub method: Option<Value>,
}

/// What a template made: its text, and what it set in `$context.responseOverride`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Rendered {
    pub text: String,
    pub status: Option<u16>,
    pub headers: BTreeMap<String, String>,
}
