//! What a function is known by.

use serde::Serialize;

/// The version that changes.
pub(crate) const LATEST: &str = "$LATEST";

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct FunctionIdentity {
    pub account: String,
    pub region: String,
    pub name: String,
    pub arn: String,
}
