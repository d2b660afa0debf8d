//! API keys.

use super::{
    errors::{bad_request, conflict},
    find,
    ids::Ids,
    input::{from_text, non_empty, parse},
    page::{Paging, is_found, shows},
    patch::{self, Patch},
    state::{ApiKey, Tags},
    tags,
};
use crate::{
    call::{Call, Reply},
    error::AwsError,
};
use serde::Deserialize;
use serde_json::{Value, json};

const LONGEST_NAME: usize = 1024;
const LONGEST_DESCRIPTION: usize = 125_000;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CreateApiKey {
    name: Option<String>,
    description: Option<String>,
    #[serde(default)]
    enabled: bool,
    value: Option<String>,
    customer_id: Option<String>,
    #[serde(default)]
    stage_keys: Vec<Value>,
    #[serde(default)]
    tags: Tags,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct KeyId {
    api_key: String,
    #[serde(default, deserialize_with = "from_text")]
    include_value: Option<bool>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct GetApiKeys {
    name_query: Option<String>,
    customer_id: Option<String>,
    #[serde(default, deserialize_with = "from_text")]
    include_values: Option<bool>,
    #[serde(flatten)]
    paging: Paging,
}

/// The one reply that shows the value unasked.
pub(crate) fn create(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let input: CreateApiKey = parse(input)?;
    if !input.stage_keys.is_empty() {
        return Err(AwsError::not_implemented("CreateApiKey with stageKeys"));
    }
    tags::check(&input.tags)?;
    let mut ids = Ids::of(call);
    let key = ApiKey {
        id: ids.id(),
        value: value(call, input.value, &mut ids)?,
        name: non_empty(input.name),
        description: non_empty(input.description),
        customer_id: non_empty(input.customer_id),
        enabled: input.enabled,
        created: call.now,
        updated: call.now,
        tags: input.tags,
    };
    check(&key)?;
    let mut body = wire(&key, true);
    tags::show(&mut body, &key.tags);
    call.region_mut().apigateway.keys.insert(key.id.clone(), key);
    Ok(Reply::created(body))
}

/// The caller's own value, or a generated one. No two keys have the same.
fn value(call: &mut Call<'_>, wanted: Option<String>, ids: &mut Ids) -> Result<String, AwsError> {
    let Some(value) = non_empty(wanted) else { return Ok(ids.key_value()) };
    let length = value.chars().count();
    if length < 20 {
        return Err(bad_request("API Key value should be at least 20 characters"));
    }
    if length > 128 {
        return Err(bad_request("API Key value exceeds maximum size of 128 characters"));
    }
    if call.region_mut().apigateway.keys.values().any(|key| key.value == value) {
        return Err(conflict("API Key already exists"));
    }
    Ok(value)
}

fn check(key: &ApiKey) -> Result<(), AwsError> {
    let length = |text: &Option<String>| text.as_ref().map_or(0, |t| t.chars().count());
    if length(&key.name) > LONGEST_NAME {
        return Err(bad_request("Invalid API Key name, can be at most 1024 characters."));
    }
    if length(&key.description) > LONGEST_DESCRIPTION {
        return Err(bad_request("Invalid API Key description specified."));
    }
    Ok(())
}

fn wire(key: &ApiKey, with_value: bool) -> Value {
    let mut body = json!({
        "id": key.id,
        "enabled": key.enabled,
        "createdDate": key.created.as_second(),
        "lastUpdatedDate": key.updated.as_second(),
        "stageKeys": [],
    });
    let optional = [
        ("name", key.name.as_ref()),
        ("description", key.description.as_ref()),
        ("customerId", key.customer_id.as_ref()),
        ("value", Some(&key.value).filter(|_| with_value)),
    ];
    for (name, value) in optional {
        if let Some(value) = value {
            body[name] = json!(value);
        }
    }
    body
}

/// By the beginning of the name, in its case. Tags are not shown here.
pub(crate) fn list(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let input: GetApiKeys = parse(input)?;
    let asked = |key: &ApiKey| {
        let name = key.name.as_deref().unwrap_or_default();
        name.starts_with(input.name_query.as_deref().unwrap_or_default())
            && (input.customer_id.is_none() || input.customer_id == key.customer_id)
    };
    let keys = call.region_mut().apigateway.keys.clone();
    let with_value = input.include_values.unwrap_or_default();
    let shown = keys.into_values().filter(|key| asked(key) && shows(call, key.created));
    input.paging.reply(call, shown.map(|key| (key.id.clone(), wire(&key, with_value))))
}

pub(crate) fn get(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let id: KeyId = parse(input)?;
    let key = find::key(call, &id.api_key)?.clone();
    if !is_found(call, key.created) {
        return Err(find::no_key());
    }
    let mut body = wire(&key, id.include_value.unwrap_or_default());
    tags::show_always(&mut body, &key.tags);
    Ok(Reply::ok(body))
}

pub(crate) fn update(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let patches = patch::read(call, &input)?;
    let id: KeyId = parse(input)?;
    let now = call.now;
    let key = find::key(call, &id.api_key)?;
    let mut changed = key.clone();
    for patch in &patches {
        apply(&mut changed, patch)?;
    }
    check(&changed)?;
    changed.updated = now;
    let mut body = wire(&changed, false);
    tags::show_always(&mut body, &changed.tags);
    *key = changed;
    Ok(Reply::ok(body))
}

/// The value is not among them: a new value is a new key.
fn apply(key: &mut ApiKey, patch: &Patch) -> Result<(), AwsError> {
    const PATHS: &[&str] = &["/description", "/enabled", "/name", "/customerId"];
    if !PATHS.contains(&patch.path.as_str()) || patch.replaces().is_err() {
        return Err(patch.unsupported(PATHS));
    }
    match patch.path.as_str() {
        "/description" => key.description = patch.non_empty(),
        "/enabled" => key.enabled = patch.flag(),
        "/name" => key.name = patch.non_empty(),
        _ => key.customer_id = patch.non_empty(),
    }
    Ok(())
}

/// Takes it out of its usage plans.
pub(crate) fn delete(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let id: KeyId = parse(input)?;
    find::key(call, &id.api_key)?;
    let gateway = &mut call.region_mut().apigateway;
    gateway.keys.remove(&id.api_key);
    for plan in gateway.plans.values_mut() {
        plan.keys.remove(&id.api_key);
    }
    Ok(Reply::accepted())
}
