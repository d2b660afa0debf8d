//! Roles.

use super::{
    documents::{DOCUMENT, malformed, plain, size, url_encoded},
    find::iam,
    managed_policies,
    names::{ARN, PATH_PREFIX, name_of},
    paging::MarkedPage,
    state::{Entity, EntityKind, Iam, Role},
    trust::trusts_lambda,
};
use crate::{
    call::{Call, Reply},
    constraint::{Members, Shape},
    error::AwsError,
    lambda::network,
    policy,
};
use serde_json::{Map, Value, json};
use std::ops::RangeInclusive;

const DESCRIPTION: Shape = Shape {
    length: (0, 1000),
    pattern: Some((r"[\u0009\u000A\u000D\u0020-\u007E\u00A1-\u00FF]*", |t| {
        plain(t) && !t.contains(|c| ('\u{7f}'..='\u{a0}').contains(&c))
    })),
};
const SESSION: RangeInclusive<i64> = 3600..=43200;
const TRUST_SIZE: usize = 2048;
const MOST_ROLES: usize = 1000;

impl Role {
    pub(crate) fn summary(&self) -> Map<String, Value> {
        let mut shown = self.entity.shown(EntityKind::Role);
        shown.insert("AssumeRolePolicyDocument".to_owned(), json!(url_encoded(&self.trust)));
        if let Some(description) = &self.description {
            shown.insert("Description".to_owned(), json!(description));
        }
        shown
    }
}

fn limit(what: &str) -> AwsError {
    AwsError::new(409, "LimitExceeded", format!("Cannot exceed quota for {what}"))
}

pub(crate) fn create(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let mut members = Members::of(&input);
    let trust = members.text("AssumeRolePolicyDocument", DOCUMENT).to_owned();
    let description = members.optional_text("Description", DESCRIPTION).map(str::to_owned);
    let session = members.number("MaxSessionDuration", SESSION);
    let entity = Entity::create(call, &mut members, EntityKind::Role)?;
    members.finish("ValidationError")?;
    entity.check_names(EntityKind::Role)?;
    let now = call.now;
    let iam = iam(call);
    check_trust(iam, &entity.arn, &trust)?;
    if let Some(arn) = &entity.boundary {
        managed_policies::check_attachable(iam, arn)?;
    }
    let key = entity.name.to_ascii_lowercase();
    if iam.roles.contains_key(&key) {
        let text = format!("Role with name {} already exists.", entity.name);
        return Err(AwsError::new(409, "EntityAlreadyExists", text));
    }
    if iam.roles.len() >= MOST_ROLES {
        return Err(limit(&format!("RolesPerAccount: {MOST_ROLES}")));
    }
    let max_session_duration = session.unwrap_or(*SESSION.start());
    let role = Role { entity, trust, trusted_since: now, description, max_session_duration };
    let mut shown = role.summary();
    shown.extend(role.entity.details());
    if session.is_some() {
        shown.insert("MaxSessionDuration".to_owned(), json!(max_session_duration));
    }
    iam.roles.insert(key, role);
    Ok(Reply::ok(json!({ "Role": shown })))
}

fn check_trust(iam: &Iam, arn: &str, trust: &str) -> Result<(), AwsError> {
    let document = policy::check(trust, policy::PolicyKind::Trust).map_err(malformed)?;
    if size(trust) > TRUST_SIZE {
        return Err(limit(&format!("ACLSizePerRole: {TRUST_SIZE}")));
    }
    let account = arn.split(':').nth(4).unwrap_or_default();
    let ours = format!("arn:aws:iam::{account}:");
    let statements = &document["Statement"];
    let one = std::slice::from_ref(statements);
    for statement in statements.as_array().map_or(one, Vec::as_slice) {
        let principals = &statement["Principal"]["AWS"];
        let one = std::slice::from_ref(principals);
        let mut named = principals.as_array().map_or(one, Vec::as_slice).iter().filter_map(Value::as_str);
        let unknown = |p: &&str| p.starts_with(&ours) && !p.ends_with(":root") && !iam.has_principal(p);
        if let Some(unknown) = named.find(unknown) {
            return Err(malformed(format!("Invalid principal in policy: \"AWS\":\"{unknown}\"")));
        }
    }
    Ok(())
}

impl Iam {
    fn has_principal(&self, arn: &str) -> bool {
        self.role_by_arn(arn).is_some() || self.users.values().any(|u| u.entity.arn == arn)
    }
}

pub(crate) fn get(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let name = name_of(&input, EntityKind::Role)?;
    let role = iam(call).role_mut(&name)?;
    let mut shown = role.summary();
    shown.insert("MaxSessionDuration".to_owned(), json!(role.max_session_duration));
    shown.extend(role.entity.details());
    shown.insert("RoleLastUsed".to_owned(), json!({}));
    Ok(Reply::ok(json!({ "Role": shown })))
}

/// Neither tags nor session duration: those need GetRole.
pub(crate) fn list(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let page = MarkedPage::of(&input)?;
    let mut members = Members::of(&input);
    let prefix = members.optional_text("PathPrefix", PATH_PREFIX).unwrap_or("/");
    members.finish("ValidationError")?;
    let (now, lag) = (call.now, call.delays.list_lag);
    let roles = iam(call).roles.iter().filter(|(_, r)| r.entity.path.starts_with(prefix));
    let visible = roles.filter(|(_, r)| now.duration_since(r.entity.created).unsigned_abs() >= lag);
    let items = visible.map(|(key, r)| (key.clone(), Value::Object(r.summary()))).collect();
    page.cut(call, "Roles", items)
}

/// A description that is not given stays; a session duration that is not given becomes one hour.
pub(crate) fn update(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let name = name_of(&input, EntityKind::Role)?;
    let mut members = Members::of(&input);
    let description = members.optional_text("Description", DESCRIPTION).map(str::to_owned);
    let session = members.number("MaxSessionDuration", SESSION);
    members.finish("ValidationError")?;
    let role = iam(call).role_mut(&name)?;
    if let Some(description) = description {
        role.description = Some(description).filter(|d| !d.is_empty());
    }
    role.max_session_duration = session.unwrap_or(*SESSION.start());
    Ok(Reply::ok(json!({})))
}

pub(crate) fn update_trust(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let name = name_of(&input, EntityKind::Role)?;
    let mut members = Members::of(&input);
    let trust = members.text("PolicyDocument", DOCUMENT).to_owned();
    members.finish("ValidationError")?;
    let now = call.now;
    let iam = iam(call);
    let arn = iam.role_mut(&name)?.entity.arn.clone();
    check_trust(iam, &arn, &trust)?;
    let role = iam.role_mut(&name)?;
    if trusts_lambda(&trust) != trusts_lambda(&role.trust) {
        role.trusted_since = now;
    }
    role.trust = trust;
    Ok(Reply::Empty { status: 200 })
}

pub(crate) fn delete(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let name = name_of(&input, EntityKind::Role)?;
    let now = call.now;
    let account = call.account_mut();
    let iam = &mut account.iam;
    iam.entity(EntityKind::Role, &name)?.check_bare()?;
    if iam.instance_profiles.values().any(|p| p.role.as_ref() == Some(&name)) {
        let text = "Cannot delete entity, must remove roles from instance profile first.";
        return Err(AwsError::new(409, "DeleteConflict", text));
    }
    if let Some(role) = iam.roles.remove(&name.to_ascii_lowercase()) {
        network::role_deleted(account, &role.entity.arn, now);
    }
    Ok(Reply::Empty { status: 200 })
}

pub(crate) fn put_boundary(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let name = name_of(&input, EntityKind::Role)?;
    let mut members = Members::of(&input);
    let arn = members.text("PermissionsBoundary", ARN);
    members.finish("ValidationError")?;
    let iam = iam(call);
    managed_policies::check_attachable(iam, arn)?;
    iam.role_mut(&name)?.entity.boundary = Some(arn.to_owned());
    Ok(Reply::Empty { status: 200 })
}

pub(crate) fn delete_boundary(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let name = name_of(&input, EntityKind::Role)?;
    let gone = iam(call).role_mut(&name)?.entity.boundary.take();
    match gone {
        Some(_) => Ok(Reply::Empty { status: 200 }),
        None => {
            let text = format!("Role with name {name} does not have a permissions boundary.");
            Err(AwsError::new(404, "NoSuchEntity", text))
        }
    }
}
