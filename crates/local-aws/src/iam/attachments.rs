//! Managed policies attached to roles and users.

use super::{
    find::iam,
    managed_policies,
    names::{ARN, POLICY_PATH, name_of},
    paging::MarkedPage,
    state::EntityKind,
};
use crate::{
    call::{Call, Reply},
    constraint::Members,
    error::AwsError,
};
use serde_json::{Value, json};

const MOST: usize = 10;

fn read(input: &Value, kind: EntityKind) -> Result<(String, String), AwsError> {
    let mut members = Members::of(input);
    let arn = members.text("PolicyArn", ARN).to_owned();
    members.finish("ValidationError")?;
    Ok((name_of(input, kind)?, arn))
}

/// Attaching what is attached already changes nothing.
pub(crate) fn attach(call: &mut Call<'_>, input: &Value, kind: EntityKind) -> Result<Reply, AwsError> {
    let (name, arn) = read(input, kind)?;
    let now = call.now;
    let iam = iam(call);
    iam.entity(kind, &name)?;
    managed_policies::check_attachable(iam, &arn)?;
    let attached = &mut iam.entity_mut(kind, &name)?.attached;
    if attached.len() >= MOST && !attached.contains_key(&arn) {
        let text = format!("Cannot exceed quota for PoliciesPer{}: {MOST}", kind.title());
        return Err(AwsError::new(409, "LimitExceeded", text));
    }
    attached.entry(arn).or_insert(now);
    Ok(Reply::Empty { status: 200 })
}

pub(crate) fn detach(call: &mut Call<'_>, input: &Value, kind: EntityKind) -> Result<Reply, AwsError> {
    let (name, arn) = read(input, kind)?;
    managed_policies::check_parses(&arn)?;
    let gone = iam(call).entity_mut(kind, &name)?.attached.remove(&arn);
    match gone {
        Some(_) => Ok(Reply::Empty { status: 200 }),
        None => Err(AwsError::new(404, "NoSuchEntity", format!("Policy {arn} was not found."))),
    }
}

pub(crate) fn list(call: &mut Call<'_>, input: &Value, kind: EntityKind) -> Result<Reply, AwsError> {
    let name = name_of(input, kind)?;
    let page = MarkedPage::of(input)?;
    let mut members = Members::of(input);
    let prefix = members.optional_text("PathPrefix", POLICY_PATH).unwrap_or("/");
    members.finish("ValidationError")?;
    let (now, lag) = (call.now, call.delays.list_lag);
    let attached = &iam(call).entity(kind, &name)?.attached;
    let visible = attached.iter().filter(|(_, since)| now.duration_since(**since).unsigned_abs() >= lag);
    let items = visible
        .map(|(arn, _)| (arn, managed_policies::path_and_name(arn)))
        .filter(|(_, (path, _))| path.starts_with(prefix))
        .map(|(arn, (_, name))| (arn.clone(), json!({ "PolicyName": name, "PolicyArn": arn })))
        .collect();
    page.cut(call, "AttachedPolicies", items)
}
