//! Mapping templates: the part of Apache Velocity (VTL) that a MOCK integration and a gateway response need.
//!
//! Whatever is outside that part is a [`TemplateFailure`] that says so, never a guess: `#set`, `#if`/`#elseif`/`#else`/`#end`,
//! comments, references with properties, methods and indexes, `==` `!=` `<` `<=` `>` `>=` `&&` `||` `!`, literals, and
//! API Gateway's own `$input`, `$context`, `$stageVariables`, `$util`.

mod evaluate;
mod expression;
mod failure;
mod input;
mod json_path;
mod lexer;
mod limits;
mod methods;
mod parse;
mod scope;
mod syntax;
mod util;
mod value;

#[cfg(test)]
mod tests;

pub(crate) use failure::TemplateFailure;
pub(crate) use scope::{Rendered, Scope};

use failure::failed;
use limits::TEMPLATE_LIMIT;

/// Evaluates a mapping template.
///
/// # Errors
/// The template is not valid, too large, or uses what is not emulated.
pub(crate) fn render(template: &str, scope: &Scope) -> Result<Rendered, TemplateFailure> {
    checked_size(template)?;
    evaluate::run(&parse::template(template)?, scope)
}

/// Replaces references only, as gateway responses do: `#` has no meaning there.
///
/// # Errors
/// A reference is not valid or uses what is not emulated.
pub(crate) fn substitute(template: &str, scope: &Scope) -> Result<String, TemplateFailure> {
    checked_size(template)?;
    Ok(evaluate::run(&parse::references(template)?, scope)?.text)
}

fn checked_size(template: &str) -> Result<(), TemplateFailure> {
    if template.len() > TEMPLATE_LIMIT {
        return failed(format!("the template is larger than {TEMPLATE_LIMIT} bytes"));
    }
    Ok(())
}
