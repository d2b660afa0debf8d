//! What a function is known by.

use serde::Serialize;

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct FunctionIdentity {
    pub account: String,
    pub region: String,
    pub name: String,
    pub arn: String,
}
