//! Log groups.

use super::{
    errors::{exists, invalid},
    input::{self, GROUP, IDENTIFIER, done, logs},
    state::{LogGroup, RetentionPolicies},
    tags,
};
use crate::{
    call::{Call, Reply},
    constraint::{Members, Shape},
    error::AwsError,
    paging,
};
use serde_json::{Value, json};

const RETENTIONS: [i64; 22] =
    [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653];
const CLASSES: [&str; 4] = ["STANDARD", "INFREQUENT_ACCESS", "DELIVERY", "ESSENTIALS"];
const ACCOUNT: Shape =
    Shape { length: (12, 12), pattern: Some((r"^\d{12}$", |t| t.bytes().all(|b| b.is_ascii_digit()))) };
const NAME_PATTERN: Shape = Shape { length: (0, 512), pattern: GROUP.pattern };
const KMS_KEY: Shape = Shape { length: (0, 256), pattern: None };

fn name_of(input: &Value) -> Result<String, AwsError> {
    let mut members = Members::of(input);
    let name = members.text("logGroupName", GROUP).to_owned();
    done(members)?;
    Ok(name)
}

pub(crate) fn create(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let mut members = Members::of(&input);
    let name = members.text("logGroupName", GROUP).to_owned();
    let kms_key = members.optional_text("kmsKeyId", KMS_KEY).map(str::to_owned);
    let class = members.one_of("logGroupClass", &CLASSES).unwrap_or(CLASSES[0]);
    let tags = tags::read(&mut members, &input)?;
    done(members)?;
    let now = call.now.as_millisecond();
    let groups = &mut logs(call).groups;
    if groups.contains_key(&name) {
        return Err(exists("log group"));
    }
    let protected = input["deletionProtectionEnabled"] == true;
    let group = LogGroup { class: class.to_owned(), kms_key, tags, protected, ..LogGroup::new(now) };
    groups.insert(name, group);
    Ok(Reply::Empty { status: 200 })
}

pub(crate) fn delete(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let name = name_of(&input)?;
    if logs(call).group(&name)?.protected {
        let text = format!("The log group {name} has deletion protection enabled and cannot be deleted.");
        return Err(AwsError::new(400, "ValidationException", text));
    }
    logs(call).groups.remove(&name);
    Ok(Reply::Empty { status: 200 })
}

pub(crate) fn put_deletion_protection(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let mut members = Members::of(&input);
    let name = input::name_in(members.text("logGroupIdentifier", IDENTIFIER)).to_owned();
    let protected = input["deletionProtectionEnabled"].as_bool();
    if protected.is_none() {
        members.missing("deletionProtectionEnabled");
    }
    done(members)?;
    logs(call).group_mut(&name)?.protected = protected == Some(true);
    Ok(Reply::Empty { status: 200 })
}

pub(crate) fn put_retention(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let mut members = Members::of(&input);
    let name = members.text("logGroupName", GROUP).to_owned();
    let days = members.number("retentionInDays", i64::MIN..=i64::MAX);
    match days {
        None => members.missing("retentionInDays"),
        Some(days) if !RETENTIONS.contains(&days) => {
            let steps = RETENTIONS.map(|d| d.to_string()).join(", ");
            members.fail("retentionInDays", days, format!("Member must satisfy enum value set: [{steps}]"));
        }
        Some(_) => {}
    }
    done(members)?;
    logs(call).group_mut(&name)?.retention = days;
    Ok(Reply::Empty { status: 200 })
}

pub(crate) fn delete_retention(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let name = name_of(&input)?;
    logs(call).group_mut(&name)?.retention = None;
    Ok(Reply::Empty { status: 200 })
}

pub(crate) fn describe(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let mut members = Members::of(&input);
    let prefix = members.optional_text("logGroupNamePrefix", GROUP).map(str::to_owned);
    let pattern = members.optional_text("logGroupNamePattern", NAME_PATTERN).map(str::to_owned);
    let class = members.one_of("logGroupClass", &CLASSES);
    let identifiers = members.texts("logGroupIdentifiers", 1..=50, IDENTIFIER);
    let identifiers: Vec<&str> = identifiers.into_iter().map(input::name_in).collect();
    members.texts("accountIdentifiers", 0..=20, ACCOUNT);
    done(members)?;
    if input["includeLinkedAccounts"] == true {
        return Err(AwsError::not_implemented("DescribeLogGroups with includeLinkedAccounts"));
    }
    if prefix.is_some() && pattern.is_some() {
        let text = "LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.";
        return Err(invalid(text));
    }
    let (limit, after) = (input::limit(call, &input, 50)?, input::token(&input)?);
    let (newest, arn) = (newest_visible(call), call.arn("logs", "log-group:"));
    let policies = logs(call).retention_policies.clone();
    let found = logs(call).groups.iter().filter(|(name, group)| {
        prefix.as_ref().is_none_or(|p| name.starts_with(p))
            && pattern.as_ref().is_none_or(|p| name.contains(p))
            && (identifiers.is_empty() || identifiers.contains(&name.as_str()))
            && class.is_none_or(|c| c == group.class)
            && group.created <= newest
    });
    let found = found.map(|(name, group)| (name.clone(), shown(&arn, name, group, &policies)));
    let (page, last) = paging::cut(found, after.as_deref(), limit);
    let mut output = json!({ "logGroups": page });
    if let Some(last) = last {
        output["nextToken"] = json!(paging::token(&last));
    }
    Ok(Reply::ok(output))
}

/// Lists lag: what was created after this is not in them yet.
fn newest_visible(call: &Call<'_>) -> i64 {
    let lag = i64::try_from(call.delays.list_lag.as_millis()).unwrap_or(i64::MAX);
    call.now.as_millisecond().saturating_sub(lag)
}

fn shown(arn: &str, name: &str, group: &LogGroup, policies: &RetentionPolicies) -> Value {
    let mut shown = json!({
        "logGroupName": name,
        "creationTime": group.created,
        "metricFilterCount": 0,
        "arn": format!("{arn}{name}:*"),
        "storedBytes": group.stored_bytes(),
        "logGroupClass": group.class,
        "logGroupArn": format!("{arn}{name}"),
        "deletionProtectionEnabled": group.protected,
    });
    let policy = policies.of(group.created);
    if let Some(days) = policy.map_or(group.retention, |(_, days)| days) {
        shown["retentionInDays"] = json!(days);
    }
    if let Some((name, _)) = policy {
        shown["retentionPolicyName"] = json!(name);
    }
    if let Some(key) = &group.kms_key {
        shown["kmsKeyId"] = json!(key);
    }
    shown
}
