//! Mapping templates: the part of Apache Velocity (VTL) that a MOCK integration and a gateway response need.
//!
//! Whatever is outside that part is a [`Failure`] that says so, never a guess: `#set`, `#if`/`#elseif`/`#else`/`#end`,
//! comments, references with properties, methods and indexes, `==` `!=` `<` `<=` `>` `>=` `&&` `||` `!`, literals, and
//! API Gateway's own `$input`, `$context`, `$stageVariables`, `$util`.

mod evaluate;
mod expression;
mod input;
mod json_path;
mod lexer;
mod methods;
mod parse;
mod syntax;
mod util;

#[cfg(test)]
mod tests;

use serde_json::Value;
use std::{collections::BTreeMap, fmt};

/// AWS's limit of a mapping template, in bytes.
const TEMPLATE_LIMIT: usize = 300 * 1024;
/// What a template may grow to, in bytes: as much as a payload.
const OUTPUT_LIMIT: usize = 10 * 1024 * 1024;
/// What a template may make and read on the way, in bytes.
const WORK_LIMIT: usize = 5 * OUTPUT_LIMIT;
/// How deep directives, expressions and arguments may nest.
const DEPTH_LIMIT: usize = 32;

/// Why a template has no result. On AWS the client sees a 500 and the execution log has the reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure(pub String);

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

pub(super) fn failed<T>(why: impl Into<String>) -> Result<T, Failure> {
    Err(Failure(why.into()))
}

/// What the references of a template find.
#[derive(Debug, Clone, Default)]
pub struct Scope {
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
pub struct Rendered {
    pub text: String,
    pub status: Option<u16>,
    pub headers: BTreeMap<String, String>,
}

/// Evaluates a mapping template.
///
/// # Errors
/// The template is not valid, too large, or uses what is not emulated.
pub fn render(template: &str, scope: &Scope) -> Result<Rendered, Failure> {
    checked_size(template)?;
    evaluate::run(&parse::template(template)?, scope)
}

/// Replaces references only, as gateway responses do: `#` has no meaning there.
///
/// # Errors
/// A reference is not valid or uses what is not emulated.
pub fn substitute(template: &str, scope: &Scope) -> Result<String, Failure> {
    checked_size(template)?;
    Ok(evaluate::run(&parse::references(template)?, scope)?.text)
}

fn checked_size(template: &str) -> Result<(), Failure> {
    if template.len() > TEMPLATE_LIMIT {
        return failed(format!("the template is larger than {TEMPLATE_LIMIT} bytes"));
    }
    Ok(())
}
