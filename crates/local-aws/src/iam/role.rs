//! Roles.

use super::{
    Iam,
    entity::{ARN, Entity, Kind, PATH_PREFIX, name_of},
    iam, managed_policies,
    paging::Page,
};
use crate::{
    config::Delays,
    constraint::{Members, Shape},
    error::AwsError,
    lambda::network,
    operation::{Call, Reply},
    policy::{self, Decision, Principal, Request},
};
use jiff::Timestamp;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;
use serde_json::{Map, Value, json};
use std::{collections::BTreeMap, ops::RangeInclusive};

#[derive(Debug, Clone, Serialize)]
pub struct Role {
    #[serde(flatten)]
    pub entity: Entity,
    /// The trust policy as it was given.
    pub trust: String,
    /// Since when Lambda is let in, or left out.
    pub trusted_since: Timestamp,
    pub description: Option<String>,
    /// Seconds.
    pub max_session_duration: i64,
}

pub const DOCUMENT: Shape = Shape { length: (1, 131_072), pattern: Some((DOCUMENT_PATTERN, plain)) };
const DOCUMENT_PATTERN: &str = r"[\u0009\u000A\u000D\u0020-\u00FF]+";
const DESCRIPTION: Shape = Shape {
    length: (0, 1000),
    pattern: Some((r"[\u0009\u000A\u000D\u0020-\u007E\u00A1-\u00FF]*", |t| {
        plain(t) && !t.contains(|c| ('\u{7f}'..='\u{a0}').contains(&c))
    })),
};
const SESSION: RangeInclusive<i64> = 3600..=43200;
const TRUST_SIZE: usize = 2048;
const MOST_ROLES: usize = 1000;

fn plain(text: &str) -> bool {
    text.chars().all(|c| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{ff}'))
}

impl Role {
    /// Whether Lambda may assume the role by now: its trust policy has to say so, for long enough.
    pub fn lambda_may_assume(&self, now: Timestamp, delays: &Delays) -> bool {
        let age = now.duration_since(self.trusted_since);
        trusts_lambda(&self.trust) && age.unsigned_abs() >= delays.role_assumable
    }

    pub fn summary(&self) -> Map<String, Value> {
        let mut shown = self.entity.shown(Kind::Role);
        shown.insert("AssumeRolePolicyDocument".to_owned(), json!(url_encoded(&self.trust)));
        if let Some(description) = &self.description {
            shown.insert("Description".to_owned(), json!(description));
        }
        shown
    }
}

fn trusts_lambda(trust: &str) -> bool {
    let document: Value = serde_json::from_str(trust).unwrap_or_default();
    let request = Request {
        principal: Principal::Service("lambda.amazonaws.com".to_owned()),
        action: "sts:AssumeRole",
        resource: "",
        context: BTreeMap::new(),
    };
    policy::evaluate([&document], &request) == Decision::Allow
}

/// RFC 3986: everything but the unreserved characters.
pub fn url_encoded(document: &str) -> String {
    const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
    utf8_percent_encode(document, RESERVED).to_string()
}

/// Quotas count no white space.
pub fn size(document: &str) -> usize {
    document.chars().filter(|c| !c.is_whitespace()).count()
}

pub fn malformed(text: String) -> AwsError {
    AwsError::new(400, "MalformedPolicyDocument", text)
}

fn limit(what: &str) -> AwsError {
    AwsError::new(409, "LimitExceeded", format!("Cannot exceed quota for {what}"))
}

pub fn create(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let mut members = Members::of(&input);
    let trust = members.text("AssumeRolePolicyDocument", DOCUMENT).to_owned();
    let description = members.optional_text("Description", DESCRIPTION).map(str::to_owned);
    let session = members.number("MaxSessionDuration", SESSION);
    let entity = Entity::create(call, &mut members, Kind::Role)?;
    members.finish("ValidationError")?;
    entity.check_names(Kind::Role)?;
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
    let document = policy::check(trust, policy::Kind::Trust).map_err(malformed)?;
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

pub fn get(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let name = name_of(&input, Kind::Role)?;
    let role = iam(call).role_mut(&name)?;
    let mut shown = role.summary();
    shown.insert("MaxSessionDuration".to_owned(), json!(role.max_session_duration));
    shown.extend(role.entity.details());
    shown.insert("RoleLastUsed".to_owned(), json!({}));
    Ok(Reply::ok(json!({ "Role": shown })))
}

/// Neither tags nor session duration: those need GetRole.
pub fn list(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let page = Page::of(&input)?;
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
pub fn update(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let name = name_of(&input, Kind::Role)?;
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

pub fn update_trust(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let name = name_of(&input, Kind::Role)?;
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

pub fn delete(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let name = name_of(&input, Kind::Role)?;
    let now = call.now;
    let account = call.account_mut();
    let iam = &mut account.iam;
    check_bare(iam.entity(Kind::Role, &name)?)?;
    if iam.instance_profiles.values().any(|p| p.role.as_ref() == Some(&name)) {
        let text = "Cannot delete entity, must remove roles from instance profile first.";
        return Err(AwsError::new(409, "DeleteConflict", text));
    }
    if let Some(role) = iam.roles.remove(&name.to_ascii_lowercase()) {
        network::role_deleted(account, &role.entity.arn, now);
    }
    Ok(Reply::Empty { status: 200 })
}

/// Only what has no policies can be deleted.
pub fn check_bare(entity: &Entity) -> Result<(), AwsError> {
    let conflict = |text: &str| Err(AwsError::new(409, "DeleteConflict", text));
    if !entity.attached.is_empty() {
        return conflict("Cannot delete entity, must detach all policies first.");
    }
    if !entity.inline.is_empty() {
        return conflict("Cannot delete entity, must delete policies first.");
    }
    Ok(())
}

pub fn put_boundary(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let name = name_of(&input, Kind::Role)?;
    let mut members = Members::of(&input);
    let arn = members.text("PermissionsBoundary", ARN);
    members.finish("ValidationError")?;
    let iam = iam(call);
    managed_policies::check_attachable(iam, arn)?;
    iam.role_mut(&name)?.entity.boundary = Some(arn.to_owned());
    Ok(Reply::Empty { status: 200 })
}

pub fn delete_boundary(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let name = name_of(&input, Kind::Role)?;
    let gone = iam(call).role_mut(&name)?.entity.boundary.take();
    match gone {
        Some(_) => Ok(Reply::Empty { status: 200 }),
        None => {
            let text = format!("Role with name {name} does not have a permissions boundary.");
            Err(AwsError::new(404, "NoSuchEntity", text))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{super::date, url_encoded};
    use jiff::Timestamp;

    #[test]
    fn documents_and_dates_as_iam_writes_them() {
        assert_eq!(url_encoded(r#"{"A": "b-._~*/"}"#), "%7B%22A%22%3A%20%22b-._~%2A%2F%22%7D");
        assert_eq!(date(Timestamp::UNIX_EPOCH), "1970-01-01T00:00:00Z");
    }
}
