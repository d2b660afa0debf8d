//! May this caller do that? Asked before every operation of a caller whose key belongs to an IAM user of the account, or
//! to a session of one of its roles.
//! Any other key may do everything.

mod asked;
mod context;
mod required;

#[cfg(test)]
mod tests;

use crate::{
    blobs::RegistryAccess,
    call::{Call, TagsOf},
    error::AwsError,
    iam::{Caller, CallerKind},
    permission::Permission,
    policy::{self, Decision, Principal, Request},
    service::{Operation, Service},
    shared::Shared,
    world::{Account, World},
};
pub(crate) use asked::Asked;
use context::CallContext;
use serde_json::Value;
use std::{net::IpAddr, sync::Arc};

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

/// As [`check`], for a caller of the registry, whose rights came with the password.
///
/// # Errors
/// Who may not do what, in AWS's words.
pub(crate) fn check_access(
    shared: &Shared,
    access: &RegistryAccess,
    permission: &Permission,
    tags_of: TagsOf,
) -> Result<(), String> {
    let mut world = shared.world();
    let Some(caller) =
        caller(world.account(&access.account), &access.account, &shared.asked, &access.access_key)
    else {
        return Ok(());
    };
    let context = CallContext {
        now: shared.clock.now(),
        region: access.region.clone(),
        account: access.account.clone(),
        peer: None,
        tags_of,
    };
    shared.asked.note(permission);
    permit(&world, &caller, permission, &context)
}

/// Whoever an access key belongs to, with all policies that hold for them; nobody: a key that may do everything.
struct Asker {
    caller: Caller,
    policies: Arc<[Value]>,
    boundary: Option<Value>,
}

fn caller(account: &Account, number: &str, asked: &Asked, access_key: &str) -> Option<Asker> {
    if let Some(policies) = asked.given_to(access_key) {
        let arn = format!("arn:aws:iam::{number}:user/{access_key}");
        let caller = Caller { kind: CallerKind::User, id: access_key.to_owned(), arn, entity: None };
        return Some(Asker { caller, policies, boundary: None });
    }
    let iam = &account.iam;
    let caller = iam.caller_of_key(access_key)?;
    Some(Asker {
        policies: iam.policies_of_caller(&caller).into(),
        boundary: iam.boundary_of_caller(&caller),
        caller,
    })
}

fn allow(call: &mut Call<'_>, permission: &Permission, peer: Option<IpAddr>) -> Result<(), AwsError> {
    let (key, number, asked) = (call.access_key.clone(), call.account.clone(), call.asked);
    let Some(asker) = caller(call.account_mut(), &number, asked, &key) else { return Ok(()) };
    asked.note(permission);
    let context = CallContext {
        now: call.now,
        region: call.region.clone(),
        account: call.account.clone(),
        peer,
        tags_of: call.tags_of,
    };
    permit(call.world, &asker, permission, &context).map_err(|text| call.words.access_denied(text))
}

/// Whether the caller's policies, and its permissions boundary, allow what is needed.
fn permit(
    world: &World,
    asker: &Asker,
    permission: &Permission,
    context: &CallContext,
) -> Result<(), String> {
    let (Permission { action, resource, .. }, Asker { caller, policies, boundary }) = (permission, asker);
    let request = Request {
        principal: Principal::Aws(caller.arn.clone()),
        action,
        resource,
        context: context.keys(world, caller, permission),
    };
    let because = match policy::evaluate(policies.iter(), &request) {
        Decision::Deny => "with an explicit deny in an identity-based policy".to_owned(),
        Decision::NoMatch => format!("because no identity-based policy allows the {action} action"),
        Decision::Allow => match boundary.as_ref().map(|b| policy::evaluate([b], &request)) {
            None | Some(Decision::Allow) => return Ok(()),
            Some(Decision::Deny) => "with an explicit deny in a permissions boundary".to_owned(),
            Some(Decision::NoMatch) => format!("because no permissions boundary allows the {action} action"),
        },
    };
    let shown = permission.shown.as_ref().unwrap_or(resource);
    Err(format!("User: {} is not authorized to perform: {action} on resource: {shown} {because}", caller.arn))
}
