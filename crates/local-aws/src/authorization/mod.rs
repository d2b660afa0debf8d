//! May this caller do that? Asked before every operation of a caller whose key belongs to an IAM user of the account, or
//! to a session of one of its roles.
//! Any other key may do everything.

mod context;
mod required;

#[cfg(test)]
mod tests;

use crate::{
    call::Call,
    error::AwsError,
    iam::Caller,
    permission::Permission,
    policy::{self, Decision, Principal, Request},
    service::{Operation, Service},
    world::World,
};
use context::CallContext;
use serde_json::Value;
use std::net::IpAddr;

/// # Errors
/// AWS's refusal, if the caller is one that lacks a permission that the operation needs. `peer` is where the request
/// came from, for `aws:SourceIp`.
pub(crate) fn check(
    call: &mut Call<'_>,
    service: &Service,
    operation: &Operation,
    input: &Value,
    peer: Option<IpAddr>,
) -> Result<(), AwsError> {
    required::by(call, service, operation, input)
        .iter()
        .try_for_each(|permission| allow(call, permission, peer))
}

/// As [`check`], for one permission that another service asks for with the caller's rights.
///
/// # Errors
/// AWS's refusal.
pub(crate) fn check_one(call: &mut Call<'_>, permission: &Permission) -> Result<(), AwsError> {
    allow(call, permission, None)
}

fn allow(call: &mut Call<'_>, permission: &Permission, peer: Option<IpAddr>) -> Result<(), AwsError> {
    let key = call.access_key.clone();
    let Some(caller) = call.account_mut().iam.caller_of_key(&key) else { return Ok(()) };
    let context = CallContext {
        now: call.now,
        region: call.region.clone(),
        account: call.account.clone(),
        peer,
        tags_of: call.tags_of,
    };
    permit(call.world, &caller, permission, &context).map_err(|text| call.words.access_denied(text))
}

/// Whether the caller's policies, and its permissions boundary, allow what is needed.
fn permit(
    world: &World,
    caller: &Caller,
    permission: &Permission,
    context: &CallContext,
) -> Result<(), String> {
    let Permission { action, resource, .. } = permission;
    let Some(iam) = world.accounts.get(&context.account).map(|a| &a.iam) else { return Ok(()) };
    let request = Request {
        principal: Principal::Aws(caller.arn.clone()),
        action,
        resource,
        context: context.keys(world, caller, permission),
    };
    let because = match policy::evaluate(&iam.policies_of_caller(caller), &request) {
        Decision::Deny => "with an explicit deny in an identity-based policy".to_owned(),
        Decision::NoMatch => format!("because no identity-based policy allows the {action} action"),
        Decision::Allow => match iam.boundary_of_caller(caller).map(|b| policy::evaluate([&b], &request)) {
            None | Some(Decision::Allow) => return Ok(()),
            Some(Decision::Deny) => "with an explicit deny in a permissions boundary".to_owned(),
            Some(Decision::NoMatch) => format!("because no permissions boundary allows the {action} action"),
        },
    };
    let shown = permission.shown.as_ref().unwrap_or(resource);
    Err(format!("User: {} is not authorized to perform: {action} on resource: {shown} {because}", caller.arn))
}
