//! Inline policies of roles and users.

use super::{
    documents::{DOCUMENT, malformed, size, url_encoded},
    find::iam,
    names::{check_name, name_of},
    paging::MarkedPage,
    state::EntityKind,
};
use crate::{
    call::{Call, Reply},
    constraint::{Members, Shape},
    error::AwsError,
    policy,
};
use serde_json::{Value, json};

const POLICY_NAME: Shape = Shape { length: (1, 128), pattern: None };

/// Characters of all inline policies together.
fn quota(kind: EntityKind) -> usize {
    match kind {
        EntityKind::Role => 10_240,
        EntityKind::User => 2048,
    }
}

fn read(input: &Value, kind: EntityKind) -> Result<(String, String), AwsError> {
    let mut members = Members::of(input);
    let policy = members.text("PolicyName", POLICY_NAME).to_owned();
    members.finish("ValidationError")?;
    check_name("PolicyName", &policy)?;
    Ok((name_of(input, kind)?, policy))
}

fn no_such(kind: EntityKind, policy: &str) -> AwsError {
    let text = format!("The {} policy with name {policy} cannot be found.", kind.noun());
    AwsError::new(404, "NoSuchEntity", text)
}

pub(crate) fn put(call: &mut Call<'_>, input: &Value, kind: EntityKind) -> Result<Reply, AwsError> {
    let (name, policy) = read(input, kind)?;
    let mut members = Members::of(input);
    let document = members.text("PolicyDocument", DOCUMENT);
    members.finish("ValidationError")?;
    let entity = iam(call).entity_mut(kind, &name)?;
    policy::check(document, policy::PolicyKind::Identity).map_err(malformed)?;
    let others = entity.inline.iter().filter(|(n, _)| **n != policy).map(|(_, d)| size(d));
    if others.sum::<usize>() + size(document) > quota(kind) {
        let text =
            format!("Maximum policy size of {} bytes exceeded for {} {name}", quota(kind), kind.noun());
        return Err(AwsError::new(409, "LimitExceeded", text));
    }
    entity.inline.insert(policy, document.to_owned());
    Ok(Reply::Empty { status: 200 })
}

pub(crate) fn get(call: &mut Call<'_>, input: &Value, kind: EntityKind) -> Result<Reply, AwsError> {
    let (name, policy) = read(input, kind)?;
    let inline = &iam(call).entity(kind, &name)?.inline;
    let document = inline.get(&policy).ok_or_else(|| no_such(kind, &policy))?;
    Ok(Reply::ok(json!({
        kind.member(): name,
        "PolicyName": policy,
        "PolicyDocument": url_encoded(document),
    })))
}

pub(crate) fn delete(call: &mut Call<'_>, input: &Value, kind: EntityKind) -> Result<Reply, AwsError> {
    let (name, policy) = read(input, kind)?;
    let gone = iam(call).entity_mut(kind, &name)?.inline.remove(&policy);
    gone.map(|_| Reply::Empty { status: 200 }).ok_or_else(|| no_such(kind, &policy))
}

pub(crate) fn list(call: &mut Call<'_>, input: &Value, kind: EntityKind) -> Result<Reply, AwsError> {
    let name = name_of(input, kind)?;
    let page = MarkedPage::of(input)?;
    let inline = &iam(call).entity(kind, &name)?.inline;
    let items = inline.keys().map(|name| (name.clone(), json!(name))).collect();
    page.cut(call, "PolicyNames", items)
}
