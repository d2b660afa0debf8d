//! The resource policy: who may invoke a function.

use super::{
    errors::{invalid, not_found, refuse},
    function::{Function, ensure_revision},
    invocation::Callee,
    name::FunctionRef,
    qualified,
    service_principals::is_service,
};
use crate::{
    call::{Call, Reply},
    constraint::Failures,
    error::AwsError,
    policy::{self, Decision, Principal, Request},
    world::World,
};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// Bytes of the whole policy.
pub(crate) const POLICY_LIMIT: usize = 20_480;
const ARN: &str = r"arn:(aws[a-zA-Z0-9-]*):([a-zA-Z0-9\-])+:((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\d{1})?:(\d{12})?:(.*)";

/// Whether API Gateway may invoke a function for a request to `source_arn`
/// (`arn:aws:execute-api:<region>:<account>:<api>/<stage>/<METHOD>/<path>`).
pub(crate) fn allows_apigateway(world: &World, callee: &Callee, source_arn: &str) -> bool {
    let Callee { account, region, function, qualifier } = callee;
    let region = world.accounts.get(account).and_then(|a| a.regions.get(region));
    let Some(function) = region.and_then(|r| r.lambda.functions.get(function)) else { return false };
    let Some((resource, statements)) = policy_of(function, qualifier.as_deref()) else { return false };
    let one = |text: &str| vec![text.to_owned()];
    let request = Request {
        principal: Principal::Service("apigateway.amazonaws.com".to_owned()),
        action: "lambda:InvokeFunction",
        resource: &resource,
        context: BTreeMap::from([
            ("aws:sourcearn".to_owned(), one(source_arn)),
            ("aws:sourceaccount".to_owned(), one(account)),
        ]),
    };
    policy::evaluate([&document(statements)], &request) == Decision::Allow
}

/// The ARN by which a function is called, and the statements that are about that ARN: a permission of the function is none
/// of its versions and aliases, `$LATEST` included.
fn policy_of<'a>(function: &'a Function, qualifier: Option<&str>) -> Option<(String, &'a [Value])> {
    let Some(qualifier) = qualifier else { return Some((function.id.arn.clone(), &function.statements)) };
    let alias = function.attached.aliases.get(qualifier).map(|alias| &alias.statements);
    let version = || Some(&function.versions.get(&qualifier.parse().ok()?)?.statements);
    Some((format!("{}:{qualifier}", function.id.arn), alias.or_else(version)?))
}

pub(crate) fn add_permission(call: &mut Call, input: Value) -> Result<Reply, AwsError> {
    let target = FunctionRef::of(call, &input)?;
    constrain(&input)?;
    if target.qualifier.as_deref() == Some("$LATEST") {
        return Err(invalid("We currently do not support adding policies for $LATEST."));
    }
    let (now, request_id) = (call.now, call.request_id.clone());
    let statement = statement(&input, &target.qualified_arn())?;
    let mut resource = qualified::find(&target, call)?;
    ensure_revision(&resource.revision_id(now), &input["RevisionId"], "GetPolicy")?;
    if resource.statements().iter().any(|s| s["Sid"] == statement["Sid"]) {
        let sid = input["StatementId"].as_str().unwrap_or_default();
        let why = format!(
            "The statement id ({sid}) provided already exists. Please provide a new statement id, or remove the existing statement."
        );
        return Err(AwsError::new(409, "ResourceConflictException", why));
    }
    let mut statements = resource.statements().clone();
    statements.push(statement.clone());
    let size = document(&statements).to_string().len();
    if size > POLICY_LIMIT {
        let why = format!("The final policy size ({size}) is bigger than the limit ({POLICY_LIMIT}).");
        return Err(AwsError::new(400, "PolicyLengthExceededException", why));
    }
    *resource.statements() = statements;
    resource.revised(&request_id);
    Ok(Reply::created(json!({ "Statement": statement.to_string() })))
}

fn constrain(input: &Value) -> Result<(), AwsError> {
    let mut failures = Failures::default();
    let text = |member: &str| input[member].as_str();
    for (member, name) in [("statementId", "StatementId"), ("action", "Action"), ("principal", "Principal")] {
        failures.required(member, text(name).as_ref());
    }
    failures.length("statementId", text("StatementId"), 100);
    failures.pattern("statementId", text("StatementId"), "([a-zA-Z0-9-_]+)");
    failures.pattern("action", text("Action"), "(lambda:[*]|lambda:[a-zA-Z]+|[*])");
    failures.pattern("principal", text("Principal"), r"[^\s]+");
    failures.pattern("sourceArn", text("SourceArn"), ARN);
    failures.pattern("sourceAccount", text("SourceAccount"), r"\d{12}");
    failures.length("action", text("Action"), 10_000);
    failures.length("principal", text("Principal"), 2048);
    failures.length("sourceArn", text("SourceArn"), 10_000);
    failures.one_of("functionUrlAuthType", text("FunctionUrlAuthType"), &["NONE", "AWS_IAM"]);
    failures.length("eventSourceToken", text("EventSourceToken"), 256);
    failures.pattern("eventSourceToken", text("EventSourceToken"), r"[a-zA-Z0-9._\-]+");
    failures.pattern("principalOrgID", text("PrincipalOrgID"), "o-[a-z0-9]{10,32}");
    refuse(failures)
}

/// The statement as AWS stores it.
fn statement(input: &Value, resource: &str) -> Result<Value, AwsError> {
    let mut equals = Map::new();
    for (member, key) in [
        ("SourceAccount", "AWS:SourceAccount"),
        ("EventSourceToken", "lambda:EventSourceToken"),
        ("FunctionUrlAuthType", "lambda:FunctionUrlAuthType"),
        ("PrincipalOrgID", "aws:PrincipalOrgID"),
    ] {
        if !input[member].is_null() {
            equals.insert(key.to_owned(), input[member].clone());
        }
    }
    let mut statement = json!({
        "Sid": input["StatementId"],
        "Effect": "Allow",
        "Principal": principal(input["Principal"].as_str().unwrap_or_default())?,
        "Action": input["Action"],
        "Resource": resource,
    });
    if !equals.is_empty() {
        statement["Condition"]["StringEquals"] = Value::Object(equals);
    }
    if input["InvokedViaFunctionUrl"] == true {
        statement["Condition"]["Bool"]["lambda:InvokedViaFunctionUrl"] = json!("true");
    }
    if !input["SourceArn"].is_null() {
        statement["Condition"]["ArnLike"]["AWS:SourceArn"] = input["SourceArn"].clone();
    }
    Ok(statement)
}

fn principal(text: &str) -> Result<Value, AwsError> {
    let is_account = text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit());
    match text {
        "*" => Ok(json!("*")),
        _ if is_account => Ok(json!({ "AWS": format!("arn:aws:iam::{text}:root") })),
        _ if text.starts_with("arn:") => Ok(json!({ "AWS": text })),
        _ if is_service(text) => Ok(json!({ "Service": text })),
        _ => Err(invalid("The provided principal was invalid. Please check the principal and try again.")),
    }
}

pub(crate) fn document(statements: &[Value]) -> Value {
    json!({ "Version": "2012-10-17", "Id": "default", "Statement": statements })
}

pub(crate) fn get_policy(call: &mut Call, input: Value) -> Result<Reply, AwsError> {
    let target = FunctionRef::of(call, &input)?;
    let now = call.now;
    let resource = qualified::find(&target, call).ok();
    let resource = resource.and_then(|mut r| (!r.statements().is_empty()).then_some(r));
    let mut resource = resource.ok_or_else(|| not_found("The resource you requested does not exist."))?;
    Ok(Reply::ok(
        json!({ "Policy": document(resource.statements()).to_string(), "RevisionId": resource.revision_id(now) }),
    ))
}

pub(crate) fn remove_permission(call: &mut Call, input: Value) -> Result<Reply, AwsError> {
    let target = FunctionRef::of(call, &input)?;
    let sid = input["StatementId"].as_str().unwrap_or_default();
    let mut failures = Failures::default();
    failures.length("statementId", Some(sid), 100);
    failures.pattern("statementId", Some(sid), "([a-zA-Z0-9-_.]+)");
    refuse(failures)?;
    let (now, request_id) = (call.now, call.request_id.clone());
    if !call.region_mut().lambda.functions.contains_key(&target.name) {
        return Err(not_found(format!("No policy found for: {}", target.qualified_arn())));
    }
    let mut resource = qualified::find(&target, call)?;
    if resource.statements().is_empty() {
        return Err(not_found("No policy is associated with the given resource."));
    }
    ensure_revision(&resource.revision_id(now), &input["RevisionId"], "GetPolicy")?;
    let place = resource.statements().iter().position(|s| s["Sid"] == sid);
    let place =
        place.ok_or_else(|| not_found(format!("Statement {sid} is not found in resource policy.")))?;
    resource.statements().remove(place);
    resource.revised(&request_id);
    Ok(Reply::no_content())
}
