//! Why a template has no result.

use std::fmt;

/// On AWS the client sees a 500 and the execution log has the reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TemplateFailure(pub String);

impl fmt::Display for TemplateFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

pub(crate) fn failed<T>(why: impl Into<String>) -> Result<T, TemplateFailure> {
    Err(TemplateFailure(why.into()))
}
