//! Differences as API Gateway's patch operations.

use aws_sdk_apigateway::types::{Op, PatchOperation};

fn operation(op: Op, path: &str, value: Option<String>) -> PatchOperation {
    PatchOperation::builder().op(op).path(path).set_value(value).build()
}

/// The wished value in the place of the one there, where they differ.
pub(crate) fn changed<T: PartialEq + ToString>(path: &str, have: &T, want: &T) -> Option<PatchOperation> {
    (have != want).then(|| replace(path, want.to_string()))
}

pub(crate) fn replace(path: &str, value: impl ToString) -> PatchOperation {
    operation(Op::Replace, path, Some(value.to_string()))
}

/// Takes away what is at the path.
pub(crate) fn remove(path: &str) -> PatchOperation {
    operation(Op::Remove, path, None)
}

/// Adds one to the list at the path.
pub(crate) fn add_to(path: &str, value: &str) -> PatchOperation {
    operation(Op::Add, path, Some(value.to_owned()))
}

/// Takes one from the list at the path.
pub(crate) fn remove_from(path: &str, value: &str) -> PatchOperation {
    operation(Op::Remove, path, Some(value.to_owned()))
}
