//! Managed policies: AWS's own, and the account's.

use super::{
    aws_managed,
    documents::{DOCUMENT, malformed, size, url_encoded},
    entity::date,
    find::iam,
    id,
    names::{ARN, POLICY_PATH, check_name, check_path},
    paging::MarkedPage,
    state::{Iam, ManagedPolicy},
    tags,
};
use crate::{
    call::{Call, Reply},
    constraint::{Members, Shape},
    error::AwsError,
    policy,
};
use jiff::Timestamp;
use serde_json::{Value, json};

const NAME: Shape = Shape { length: (1, 128), pattern: None };
const VERSION: Shape =
    Shape { length: (0, usize::MAX), pattern: Some((r"v[1-9][0-9]*(\.[A-Za-z0-9-]*)?", is_version)) };

fn is_version(text: &str) -> bool {
    let (number, rest) = text.strip_prefix('v').map_or(("", ""), |t| t.split_once('.').unwrap_or((t, "")));
    number.starts_with(|c| ('1'..='9').contains(&c))
        && number.bytes().all(|b| b.is_ascii_digit())
        && rest.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}

const PATH: Shape = Shape { length: (1, 512), pattern: None };
const DESCRIPTION: Shape = Shape { length: (0, 1000), pattern: None };
const SIZE: usize = 6144;

/// `/service-role/` and `AWSLambdaBasicExecutionRole` of that policy's ARN.
pub(crate) fn path_and_name(arn: &str) -> (&str, &str) {
    let rest = arn.split_once(":policy").map_or("", |(_, rest)| rest);
    rest.rsplit_once('/').map_or(("/", rest), |(path, name)| (&rest[..=path.len()], name))
}

pub(crate) fn check_parses(arn: &str) -> Result<(), AwsError> {
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    if parts.len() == 6 && parts[0] == "arn" {
        return Ok(());
    }
    Err(AwsError::new(400, "ValidationError", "Invalid ARN:  Could not be parsed!"))
}

pub(crate) fn check_attachable(iam: &Iam, arn: &str) -> Result<(), AwsError> {
    check_parses(arn)?;
    if iam.document(arn).is_some() {
        return Ok(());
    }
    Err(AwsError::new(404, "NoSuchEntity", format!("Policy {arn} does not exist or is not attachable.")))
}

pub(crate) fn create(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let mut members = Members::of(&input);
    let name = members.text("PolicyName", NAME);
    let path = members.optional_text("Path", PATH).unwrap_or("/");
    let document = members.text("PolicyDocument", DOCUMENT);
    let description = members.optional_text("Description", DESCRIPTION).map(str::to_owned);
    let tags = tags::read(&mut members)?;
    members.finish("ValidationError")?;
    check_name("PolicyName", name)?;
    check_path(path)?;
    policy::check(document, policy::PolicyKind::Identity).map_err(malformed)?;
    if size(document) > SIZE {
        return Err(AwsError::new(
            409,
            "LimitExceeded",
            format!("Cannot exceed quota for PolicySize: {SIZE}"),
        ));
    }
    let arn = format!("arn:aws:iam::{}:policy{path}{name}", call.account);
    let same_name = |arn: &String| path_and_name(arn).1.eq_ignore_ascii_case(name);
    if iam(call).policies.keys().any(same_name) {
        let text = format!("A policy called {name} already exists. Duplicate names are not allowed.");
        return Err(AwsError::new(409, "EntityAlreadyExists", text));
    }
    let (id, created, document) = (id::next(call, "ANPA"), call.now, document.to_owned());
    let policy = ManagedPolicy { id, document, description, created, tags };
    let iam = iam(call);
    iam.policies.insert(arn.clone(), policy);
    Ok(Reply::ok(json!({ "Policy": shown(iam, &arn) })))
}

fn read(iam: &Iam, input: &Value) -> Result<String, AwsError> {
    let mut members = Members::of(input);
    let arn = members.text("PolicyArn", ARN).to_owned();
    members.finish("ValidationError")?;
    check_parses(&arn)?;
    match iam.document(&arn) {
        Some(_) => Ok(arn),
        None => Err(AwsError::new(404, "NoSuchEntity", format!("Policy {arn} was not found."))),
    }
}

fn shown(iam: &Iam, arn: &str) -> Value {
    let (path, name) = path_and_name(arn);
    let entities = || iam.roles.values().map(|r| &r.entity).chain(iam.users.values().map(|u| &u.entity));
    let own = iam.policies.get(arn);
    let created = date(own.map_or(Timestamp::UNIX_EPOCH, |p| p.created));
    let mut shown = json!({
        "PolicyName": name,
        "PolicyId": own.map_or_else(|| aws_managed::id(name), |p| p.id.clone()),
        "Arn": arn,
        "Path": path,
        "DefaultVersionId": "v1",
        "AttachmentCount": entities().filter(|e| e.attached.contains_key(arn)).count(),
        "PermissionsBoundaryUsageCount": entities().filter(|e| e.boundary.as_deref() == Some(arn)).count(),
        "IsAttachable": true,
        "CreateDate": created,
        "UpdateDate": created,
    });
    if let Some(description) = own.and_then(|p| p.description.as_ref()) {
        shown["Description"] = json!(description);
    }
    if let Some(policy) = own.filter(|p| !p.tags.is_empty()) {
        shown["Tags"] = tags::shown(&policy.tags);
    }
    shown
}

pub(crate) fn get(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let iam = iam(call);
    let arn = read(iam, &input)?;
    Ok(Reply::ok(json!({ "Policy": shown(iam, &arn) })))
}

pub(crate) fn get_version(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let iam = iam(call);
    let arn = read(iam, &input)?;
    let mut members = Members::of(&input);
    let version = members.text("VersionId", VERSION);
    members.finish("ValidationError")?;
    if version != "v1" {
        let text = format!("Policy {arn} version {version} does not exist or is not attachable.");
        return Err(AwsError::new(404, "NoSuchEntity", text));
    }
    let own = iam.policies.get(&arn);
    let document = own.map(|p| p.document.clone()).or_else(|| Some(iam.document(&arn)?.to_string()));
    Ok(Reply::ok(json!({ "PolicyVersion": {
        "Document": url_encoded(&document.unwrap_or_default()),
        "VersionId": version,
        "IsDefaultVersion": true,
        "CreateDate": date(own.map_or(Timestamp::UNIX_EPOCH, |p| p.created)),
    } })))
}

pub(crate) fn list(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let page = MarkedPage::of(&input)?;
    let mut members = Members::of(&input);
    let prefix = members.optional_text("PathPrefix", POLICY_PATH).unwrap_or("/");
    let scope = members.one_of("Scope", &["All", "AWS", "Local"]).unwrap_or("All");
    members.one_of("PolicyUsageFilter", &["PermissionsPolicy", "PermissionsBoundary"]);
    members.finish("ValidationError")?;
    let iam = iam(call);
    let own = iam.policies.keys().filter(|_| scope != "AWS").cloned();
    let mut arns: Vec<String> = own.chain(aws_managed::arns().filter(|_| scope != "Local")).collect();
    arns.retain(|arn| path_and_name(arn).0.starts_with(prefix));
    arns.sort();
    let items: Vec<_> = arns
        .into_iter()
        .map(|arn| (arn.clone(), shown(iam, &arn)))
        .filter(|(_, p)| input["OnlyAttached"] != "true" || p["AttachmentCount"] != 0)
        .collect();
    page.cut(call, "Policies", items)
}

pub(crate) fn delete(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let iam = iam(call);
    let arn = read(iam, &input)?;
    if !iam.policies.contains_key(&arn) {
        return Err(AwsError::new(400, "AccessDenied", "Cannot delete a policy that belongs to AWS."));
    }
    let policy = shown(iam, &arn);
    if policy["AttachmentCount"] != 0 || policy["PermissionsBoundaryUsageCount"] != 0 {
        let text = "Cannot delete a policy attached to entities.";
        return Err(AwsError::new(409, "DeleteConflict", text));
    }
    iam.policies.remove(&arn);
    Ok(Reply::Empty { status: 200 })
}
