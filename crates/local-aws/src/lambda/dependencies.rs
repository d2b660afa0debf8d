//! All that Lambda asks of IAM, ECR and Logs.

use super::{
    errors::invalid,
    history::{Attempt, FailedAttempt},
    invocation::Callee,
    sandbox::{ImageRef, Sandbox},
    settings::Settings,
    source::{ImageSource, Source},
};
use crate::{
    authorization, blobs,
    call::{Call, Reply},
    config::Delays,
    ecr,
    error::AwsError,
    iam::state::{Iam, Role},
    permission::Permission,
    policy::{self, Decision, Principal, Request},
    secret::Secret,
    world::World,
};
use jiff::Timestamp;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The statement by which Lambda lets itself into a repository.
const PULL: &str = "LambdaECRImageRetrievalPolicy";

/// An image as ECR knows it.
#[derive(Debug, Clone)]
pub(crate) struct Found {
    pub digest: String,
    pub media_type: String,
    /// Digest and media type of its layers.
    pub layers: Vec<(String, String)>,
}

/// The image that a tag or digest names in an account's registry.
pub(crate) fn image(call: &mut Call, account: &str, repository: &str, reference: &str) -> Option<Found> {
    let image = call.world.region(account, &call.region).ecr.image(repository, reference)?;
    let (digest, media_type) = (image.digest.clone(), image.media_type.clone());
    Some(Found { digest, media_type, layers: layers(&image.manifest) })
}

fn layers(manifest: &str) -> Vec<(String, String)> {
    let manifest: Value = serde_json::from_str(manifest).unwrap_or_default();
    let text = |v: &Value| v.as_str().unwrap_or_default().to_owned();
    let layers = manifest["layers"].as_array().map(Vec::as_slice).unwrap_or_default();
    layers.iter().map(|l| (text(&l["digest"]), text(&l["mediaType"]))).collect()
}

/// Whether an image is still there. Lambda keeps functions whose image was deleted alive for a while, but there is no
/// telling for how long: here the next container fails.
///
/// # Errors
/// `CodeArtifactUserFailedException`, which says so.
pub(crate) fn ensure_image(world: &mut World, image: &ImageRef) -> Result<(), AwsError> {
    let ImageRef { account, region, repository, digest } = image;
    if world.region(account, region).ecr.image(repository, digest).is_some() {
        return Ok(());
    }
    let why = format!("The image {repository}@{digest} of the function is not in ECR any more.");
    Err(AwsError::new(502, "CodeArtifactUserFailedException", why))
}

/// Why a function that is woken does not come to life: its image is gone.
pub(crate) fn image_is_gone(world: &mut World, callee: &Callee, version: &str) -> Option<FailedAttempt> {
    let region = world.region(&callee.account, &callee.region);
    let function = region.lambda.functions.get(&callee.function)?.version(version)?;
    let Source::Image(image) = &function.source else { return None };
    if region.ecr.image(&image.repository, &image.digest).is_some() {
        return None;
    }
    let reason = format!("ImageDeleted: the image {} is not in ECR any more", image.uri);
    Some(FailedAttempt { of: Attempt::Waking, code: "ImageDeleted", reason })
}

/// The unique id of the role that is given the right to decrypt a function's variables, where there are any.
pub(crate) fn grantee(call: &mut Call, settings: &Settings) -> Option<String> {
    let role = call.account_mut().iam.role_by_arn(&settings.role).filter(|_| settings.has_variables());
    role.map(|role| role.entity.id.clone())
}

/// # Errors
/// `KMSAccessDeniedException` where the function's role is not the one that was given the right to decrypt its
/// variables, whatever its name.
pub(crate) fn ensure_decryptable(world: &mut World, callee: &Callee, version: &str) -> Result<(), AwsError> {
    let account = world.account(&callee.account);
    let region = account.regions.get(&callee.region);
    let function = region.and_then(|r| r.lambda.functions.get(&callee.function)?.version(version));
    let Some(function) = function.filter(|f| f.settings.has_variables()) else { return Ok(()) };
    let role = account.iam.role_by_arn(&function.settings.role).map(|role| &role.entity.id);
    if role.is_none() || role == function.grantee.as_ref() {
        return Ok(());
    }
    let why = "Lambda was unable to decrypt the environment variables because KMS access was denied. Please check the function's KMS key settings. KMS Exception: UnrecognizedClientExceptionKMS Message: The security token included in the request is invalid.";
    Err(AwsError::new(502, "KMSAccessDeniedException", why))
}

/// The password of the registry's user `AWS`.
pub(crate) fn registry_password(secret: &Secret, account: &str, region: &str) -> String {
    blobs::password(secret, account, region, "")
}

/// Another account's repository has to let the function's account in, besides Lambda.
///
/// # Errors
/// `AccessDeniedException` where it does not.
pub(crate) fn ensure_open(call: &mut Call, account: &str, repository: &str) -> Result<(), AwsError> {
    let (now, delay) = (call.now, call.delays.repository_policy);
    let caller = call.account.clone();
    let repository = call.world.region(account, &call.region).ecr.repositories.get(repository);
    if account == caller || repository.is_some_and(|r| r.lets_account_pull(&caller, now, delay)) {
        return Ok(());
    }
    Err(no_permission())
}

/// # Errors
/// `AccessDeniedException` where the repository's policy does not let Lambda pull, or not yet.
pub(crate) fn ensure_pull(call: &mut Call, image: &ImageSource, function_arn: &str) -> Result<(), AwsError> {
    let delays = call.delays;
    if may_pull(call, image, function_arn, &delays) { Ok(()) } else { Err(no_permission()) }
}

fn no_permission() -> AwsError {
    let why = "Lambda does not have permission to access the ECR image. Check the ECR permissions.";
    AwsError::new(403, "AccessDeniedException", why)
}

/// As [`ensure_pull`]; but where the policy does not let Lambda in, the statement is added first, if the caller may do
/// that himself. Lambda does so when a function is created, and only then, and only in the function's own account.
pub(crate) fn grant_pull(call: &mut Call, image: &ImageSource, function_arn: &str) -> Result<(), AwsError> {
    let agreed = Delays::default();
    if image.account == call.account
        && !may_pull(call, image, function_arn, &agreed)
        && add_pull_statement(call, &image.repository).is_ok()
        && may_pull(call, image, function_arn, &agreed)
    {
        // Lambda knows what it has just done itself: it does not wait for the policy to be seen.
        return Ok(());
    }
    ensure_pull(call, image, function_arn)
}

fn may_pull(call: &mut Call, image: &ImageSource, function_arn: &str, delays: &Delays) -> bool {
    let now = call.now;
    let ecr = &call.world.region(&image.account, &call.region).ecr;
    ecr.lambda_may_pull(&image.repository, function_arn, now, delays)
}

/// Lambda goes by ECR's own operations, with the caller's rights.
fn add_pull_statement(call: &mut Call, repository: &str) -> Result<(), AwsError> {
    ensure_caller_may(call, "ecr:GetRepositoryPolicy", repository)?;
    let mut document = match ecr::policy::get(call, json!({ "repositoryName": repository })) {
        Ok(Reply::Json { body, .. }) => read_policy(&body["policyText"]),
        Err(error) if error.code != "RepositoryPolicyNotFoundException" => return Err(error),
        _ => json!({ "Version": "2012-10-17", "Statement": [] }),
    };
    let statement = pull_statement(call);
    if let Some(statements) = document["Statement"].as_array_mut() {
        statements.push(statement);
    }
    ensure_caller_may(call, "ecr:SetRepositoryPolicy", repository)?;
    let input = json!({ "repositoryName": repository, "policyText": document.to_string() });
    ecr::policy::set(call, input).map(drop)
}

fn ensure_caller_may(call: &mut Call, action: &str, repository: &str) -> Result<(), AwsError> {
    let arn = call.arn("ecr", &format!("repository/{repository}"));
    authorization::check_one(call, &Permission::new(action, arn))
}

/// A policy whose statements are a list, even if there is only one.
fn read_policy(text: &Value) -> Value {
    let text = text.as_str().unwrap_or_default();
    let mut document: Value = serde_json::from_str(text).unwrap_or_default();
    if document["Statement"].is_object() {
        document["Statement"] = json!([document["Statement"]]);
    }
    document
}

fn pull_statement(call: &Call) -> Value {
    json!({
        "Sid": PULL,
        "Effect": "Allow",
        "Principal": { "Service": "lambda.amazonaws.com" },
        "Action": ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
        "Condition": { "StringLike": { "aws:sourceArn": call.arn("lambda", "function:*") } },
    })
}

/// Whether the execution role is one that Lambda may assume, and that may do what the settings need.
///
/// # Errors
/// `InvalidParameterValueException` with AWS's text.
pub(crate) fn ensure_role(call: &mut Call, settings: &Settings) -> Result<(), AwsError> {
    let (now, delays) = (call.now, call.delays);
    if settings.role.split(':').nth(4) != Some(call.account.as_str()) {
        return Err(AwsError::new(403, "AccessDeniedException", "Cross-account pass role is not allowed."));
    }
    let iam = &call.account_mut().iam;
    let role = iam.role_by_arn(&settings.role).filter(|role| role.lambda_may_assume(now, &delays));
    let role =
        role.ok_or_else(|| invalid("The role defined for the function cannot be assumed by Lambda."))?;
    let in_vpc = settings.vpc.as_ref().is_some_and(|v| !v.subnet_ids.is_empty());
    let needs = [
        (settings.tracing == "Active", "xray:PutTraceSegments", "PutTraceSegments on XRAY"),
        (in_vpc, "ec2:CreateNetworkInterface", "CreateNetworkInterface on EC2"),
    ];
    match needs.iter().find(|(needed, action, _)| *needed && !allows(iam, role, action, "*")) {
        Some((_, _, what)) => {
            Err(invalid(format!("The provided execution role does not have permissions to call {what}")))
        }
        None => Ok(()),
    }
}

/// Whether a role's policies, within its boundary, allow an action.
fn allows(iam: &Iam, role: &Role, action: &str, resource: &str) -> bool {
    let request = Request {
        principal: Principal::Aws(role.entity.arn.clone()),
        action,
        resource,
        context: BTreeMap::new(),
    };
    let allowed = |documents: &[Value]| policy::evaluate(documents, &request) == Decision::Allow;
    let boundary = iam.boundary_of(&role.entity);
    allowed(&iam.policies_of(&role.entity)) && boundary.is_none_or(|b| allowed(&[b]))
}

/// What a function's role allows it to do with its log.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct LogRights {
    pub create_group: bool,
    pub write: bool,
}

pub(crate) fn log_rights(world: &mut World, sandbox: &Sandbox, stream: &str) -> LogRights {
    let id = &sandbox.id;
    let iam = &world.account(&id.account).iam;
    let Some(role) = iam.role_by_arn(&sandbox.role) else { return LogRights::default() };
    let group = format!("arn:aws:logs:{}:{}:log-group:{}", id.region, id.account, sandbox.log_group);
    let allows =
        |action: &str, stream: &str| allows(iam, role, action, &format!("{group}:log-stream:{stream}"));
    LogRights {
        create_group: allows("logs:CreateLogGroup", ""),
        write: allows("logs:CreateLogStream", stream) && allows("logs:PutLogEvents", stream),
    }
}

/// Writes lines into the function's log group, as its role.
pub(crate) fn write_log(
    world: &mut World,
    sandbox: &Sandbox,
    stream: &str,
    events: &[(Timestamp, String)],
    rights: LogRights,
) {
    if rights.write {
        let logs = &mut world.region(&sandbox.id.account, &sandbox.id.region).logs;
        logs.append(&sandbox.log_group, stream, events, rights.create_group);
    }
}
