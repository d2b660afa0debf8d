//! The region's settings: the role that stage logs are written with.

use super::{
    errors::bad_request,
    patch::{self, Patch},
};
use crate::{
    call::{Call, Reply},
    error::AwsError,
    iam,
    policy::{self, Context, Decision, Principal, Request},
};
use serde_json::{Value, json};

pub(crate) fn get(call: &mut Call<'_>, _: Value) -> Result<Reply, AwsError> {
    Ok(Reply::ok(wire(call)))
}

pub(crate) fn update(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    for patch in patch::read(call, &input)? {
        apply(call, &patch)?;
    }
    Ok(Reply::ok(wire(call)))
}

fn apply(call: &mut Call<'_>, patch: &Patch) -> Result<(), AwsError> {
    const PATHS: &[&str] = &["/cloudwatchRoleArn"];
    if patch.path != PATHS[0] || patch.replaces().is_err() {
        return Err(patch.unsupported(PATHS));
    }
    let role = patch.non_empty();
    if role.as_deref().is_some_and(|arn| !can_log(call, arn)) {
        return Err(bad_request(
            "The role ARN does not have required permissions configured. Please grant trust permission for API Gateway and add the required role policy.",
        ));
    }
    call.region_mut().apigateway.cloudwatch_role = role;
    Ok(())
}

/// Whether API Gateway may assume the role, and the role write logs.
fn can_log(call: &mut Call<'_>, arn: &str) -> bool {
    let logs = call.arn("logs", "log-group:*");
    let iam = &call.account_mut().iam;
    let Some(role) = iam.role_by_arn(arn) else { return false };
    let principal = Principal::Aws(arn.to_owned());
    let request =
        Request { principal, action: "logs:PutLogEvents", resource: &logs, context: Context::new() };
    iam::trusts(&role.trust, "apigateway.amazonaws.com")
        && policy::evaluate(&iam.policies_of(&role.entity), &request) == Decision::Allow
}

fn wire(call: &mut Call<'_>) -> Value {
    let mut body = json!({
        "apiKeyVersion": "4",
        "features": ["UsagePlans"],
        "throttleSettings": { "burstLimit": 5000, "rateLimit": 10000.0 },
    });
    if let Some(role) = &call.region_mut().apigateway.cloudwatch_role {
        body["cloudwatchRoleArn"] = json!(role);
    }
    body
}
