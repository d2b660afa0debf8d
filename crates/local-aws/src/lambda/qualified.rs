//! A function, a version or an alias as one of the things that have a resource policy of their own.

use super::{alias::Alias, errors::not_found, function::Function, name::FunctionRef};
use crate::{call::Call, error::AwsError, stable_id};
use jiff::Timestamp;
use serde_json::Value;

/// What a qualifier names, to be changed.
pub(crate) enum Qualified<'a> {
    /// The function itself, or a published version.
    Version(&'a mut Function),
    Alias(&'a mut Alias),
}

impl Qualified<'_> {
    pub(crate) fn statements(&mut self) -> &mut Vec<Value> {
        match self {
            Self::Version(function) => &mut function.statements,
            Self::Alias(alias) => &mut alias.statements,
        }
    }

    pub(crate) fn revision_id(&self, now: Timestamp) -> String {
        match self {
            Self::Version(function) => function.revision_id(now),
            Self::Alias(alias) => alias.revision.clone(),
        }
    }

    /// A new revision, after a change of its policy.
    pub(crate) fn revised(&mut self, request_id: &str) {
        match self {
            Self::Version(function) => function.revised(request_id),
            Self::Alias(alias) => alias.revision = stable_id::uuid(&["alias", &alias.revision, request_id]),
        }
    }
}

/// Finds it.
///
/// # Errors
/// It is not there, in the words that AWS has for it by what the qualifier looks like.
pub(crate) fn find<'a>(target: &FunctionRef, call: &'a mut Call) -> Result<Qualified<'a>, AwsError> {
    let missing = || missing(target);
    let function = call.region_mut().lambda.functions.get_mut(&target.name).ok_or_else(missing)?;
    let Some(qualifier) = &target.qualifier else { return Ok(Qualified::Version(function)) };
    if function.version(qualifier).is_some() {
        return function.version_mut(qualifier).map(Qualified::Version).ok_or_else(missing);
    }
    function.attached.aliases.get_mut(qualifier).map(Qualified::Alias).ok_or_else(missing)
}

/// A qualifier that could be an alias's name is taken for one.
pub(crate) fn missing(target: &FunctionRef) -> AwsError {
    let is_name = |q: &String| !q.contains('$') && !q.bytes().all(|b| b.is_ascii_digit());
    if target.qualifier.as_ref().is_some_and(is_name) {
        return not_found(format!("Cannot find alias arn: {}", target.qualified_arn()));
    }
    target.not_found()
}
