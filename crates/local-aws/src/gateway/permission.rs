//! Whether API Gateway may invoke a function: the function's own policy says so, or the role that the integration names.

use super::{exchange::Exchange, refusal::GatewayRefusal};
use crate::{
    iam::state::{Entity, Iam},
    lambda::{invocation::Callee, permission::allows_apigateway},
    policy::{self, Context, Decision, Principal},
    world::World,
};
use serde_json::Value;

/// Checks the right to invoke for a call, by `credentials` (a role's ARN) where the integration has them.
///
/// # Errors
/// What is missing, for the access log.
pub(crate) fn check(
    world: &World,
    callee: &Callee,
    credentials: Option<&str>,
    source_arn: &str,
) -> Result<(), String> {
    let arn = callee.arn();
    match credentials {
        Some(role) => by_role(world, role, &arn),
        None if allows_apigateway(world, callee, source_arn) => Ok(()),
        None => Err(format!(
            "Invalid permissions on Lambda function: no statement of the policy of {arn} lets \
             apigateway.amazonaws.com invoke it for {source_arn}"
        )),
    }
}

/// The ARN of a call as a function's permission has to match it: the path as it was called.
pub(crate) fn source_arn(exchange: &Exchange) -> Result<String, GatewayRefusal> {
    let path = exchange.request.path.as_str();
    Ok(exchange.site()?.method_arn(&exchange.request.method, path.strip_suffix('/').unwrap_or(path)))
}

fn by_role(world: &World, role: &str, function_arn: &str) -> Result<(), String> {
    let account = role.split(':').nth(4).unwrap_or_default();
    let iam = world.accounts.get(account).map(|a| &a.iam);
    let found = iam.and_then(|iam| Some((iam, iam.role_by_arn(role)?)));
    let Some((iam, found)) = found else { return Err(format!("there is no role {role}")) };
    let trust: Value =
        serde_json::from_str(&found.trust).map_err(|e| format!("trust policy of {role}: {e}"))?;
    if !allows([&trust], "sts:AssumeRole", role) {
        return Err(format!("role {role} does not trust apigateway.amazonaws.com"));
    }
    if !role_allows(iam, &found.entity, function_arn) {
        return Err(format!("role {role} does not allow lambda:InvokeFunction on {function_arn}"));
    }
    Ok(())
}

fn role_allows(iam: &Iam, role: &Entity, function_arn: &str) -> bool {
    let within = iam.boundary_of(role).is_none_or(|b| allows([&b], "lambda:InvokeFunction", function_arn));
    within && allows(&iam.policies_of(role), "lambda:InvokeFunction", function_arn)
}

fn allows<'d>(policies: impl IntoIterator<Item = &'d Value>, action: &str, resource: &str) -> bool {
    let principal = Principal::Service("apigateway.amazonaws.com".to_owned());
    let request = policy::Request { principal, action, resource, context: Context::new() };
    policy::evaluate(policies, &request) == Decision::Allow
}
