//! REST APIs themselves: create, list, delete, and what an API is as a whole.

use super::{
    domain_name,
    draft::{Draft, Resource},
    endpoint,
    errors::{bad_request, refuse},
    find::{self, ApiId},
    ids::Ids,
    input::{non_empty, parse},
    models,
    page::{Paging, shows},
    policy,
    state::{RestApi, Tags},
    tags,
};
use crate::{
    call::{Call, Reply},
    constraint::Failures,
    error::AwsError,
};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::{Value, json};

pub(crate) const KEY_SOURCES: &[&str] = &["HEADER", "AUTHORIZER"];
const LONGEST_NAME: usize = 1024;
const LARGEST_COMPRESSION: i64 = 10_485_760;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CreateRestApi {
    name: String,
    description: Option<String>,
    version: Option<String>,
    clone_from: Option<String>,
    #[serde(default)]
    binary_media_types: Vec<String>,
    minimum_compression_size: Option<i64>,
    api_key_source: Option<String>,
    endpoint_configuration: Option<endpoint::WantedEndpoint>,
    policy: Option<String>,
    #[serde(default)]
    tags: Tags,
    #[serde(default)]
    disable_execute_api_endpoint: bool,
    security_policy: Option<String>,
    endpoint_access_mode: Option<String>,
}

pub(crate) fn create(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let input: CreateRestApi = parse(input)?;
    check(&input)?;
    let endpoint = endpoint::resolve(input.endpoint_configuration.as_ref())?;
    tags::check(&input.tags)?;
    let mut ids = Ids::of(call);
    let mut api = empty(call, &mut ids);
    let draft = &mut api.draft;
    draft.models = models::defaults(&mut ids);
    draft.name = input.name;
    draft.description = input.description;
    draft.version = non_empty(input.version);
    draft.binary_media_types = input.binary_media_types;
    draft.minimum_compression_size = compression(input.minimum_compression_size)?;
    draft.api_key_source = input.api_key_source.unwrap_or_else(|| "HEADER".to_owned());
    api.endpoint_configuration = endpoint;
    api.policy = policy::read(call, &api.id, input.policy.as_deref().unwrap_or_default())?;
    api.disable_execute_api_endpoint = input.disable_execute_api_endpoint;
    api.tags = input.tags;
    let mut body = wire(&api, call.now);
    tags::show(&mut body, &api.tags);
    call.region_mut().apigateway.apis.insert(api.id.clone(), api);
    Ok(Reply::created(body))
}

fn check(input: &CreateRestApi) -> Result<(), AwsError> {
    let mut failures = Failures::default();
    if let Some(wanted) = &input.endpoint_configuration {
        endpoint::constrain(wanted, &mut failures);
    }
    let source = input.api_key_source.as_deref();
    failures.one_of("createRestApiInput.apiKeySource", source, KEY_SOURCES);
    refuse(failures)?;
    for (member, given) in [
        ("cloneFrom", input.clone_from.is_some()),
        ("securityPolicy", input.security_policy.is_some()),
        ("endpointAccessMode", input.endpoint_access_mode.is_some()),
    ] {
        if given {
            return Err(AwsError::not_implemented(format!("CreateRestApi with {member}")));
        }
    }
    if input.description.as_deref() == Some("") {
        return Err(bad_request("Description cannot be an empty string"));
    }
    check_name(&input.name)
}

pub(crate) fn check_name(name: &str) -> Result<(), AwsError> {
    if name.trim().is_empty() {
        return Err(bad_request("Name cannot be empty"));
    }
    if name.chars().count() > LONGEST_NAME {
        return Err(bad_request(format!("Invalid REST API name, can be at most {LONGEST_NAME} characters.")));
    }
    Ok(())
}

/// Bytes, or `None` for no compression.
pub(crate) fn compression(size: Option<i64>) -> Result<Option<u64>, AwsError> {
    let wrong = || bad_request("Invalid minimum compression size, must be between 0 and 10485760");
    size.map(|size| u64::try_from(size).ok().filter(|_| size <= LARGEST_COMPRESSION).ok_or_else(wrong))
        .transpose()
}

/// An API with nothing but its root, as an import starts from.
pub(crate) fn empty(call: &Call<'_>, ids: &mut Ids) -> RestApi {
    let root = Resource { id: ids.id(), path: "/".to_owned(), ..Resource::default() };
    RestApi {
        id: ids.id(),
        created: call.now,
        tags: Tags::new(),
        endpoint_configuration: endpoint::edge(),
        policy: None,
        disable_execute_api_endpoint: false,
        updating_until: None,
        draft: Draft {
            api_key_source: "HEADER".to_owned(),
            resources: [(root.id.clone(), root)].into(),
            ..Draft::default()
        },
        deployments: Default::default(),
        stages: Default::default(),
        imported: None,
        before_import: None,
    }
}

/// The API on the wire, without its tags: not every reply shows them.
pub(crate) fn wire(api: &RestApi, now: Timestamp) -> Value {
    let draft = &api.draft;
    let mut body = json!({
        "id": api.id,
        "name": draft.name,
        "createdDate": api.created.as_second(),
        "apiKeySource": draft.api_key_source,
        "endpointConfiguration": api.endpoint_configuration,
        "disableExecuteApiEndpoint": api.disable_execute_api_endpoint,
        "rootResourceId": draft.root().map(|root| &root.id),
    });
    if api.is_updating(now) {
        // Recordings, which are older than this member, show none of a settled API.
        body["apiStatus"] = json!("UPDATING");
    }
    let optional = [
        ("description", json!(draft.description)),
        ("version", json!(draft.version)),
        ("binaryMediaTypes", json!(Some(&draft.binary_media_types).filter(|t| !t.is_empty()))),
        ("minimumCompressionSize", json!(draft.minimum_compression_size)),
        ("policy", json!(api.policy.as_deref().map(policy::on_the_wire))),
    ];
    for (name, value) in optional {
        if !value.is_null() {
            body[name] = value;
        }
    }
    body
}

impl Draft {
    /// The resource `/`, which every API has.
    pub(crate) fn root(&self) -> Option<&Resource> {
        self.resources.values().find(|r| r.parent_id.is_none())
    }
}

pub(crate) fn list(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let paging: Paging = parse(input)?;
    let apis = call.region_mut().apigateway.apis.clone();
    let items = apis.into_values().filter(|api| shows(call, api.created)).map(|api| {
        let mut item = wire(&api, call.now);
        tags::show(&mut item, &api.tags);
        (api.id, item)
    });
    paging.reply(call, items)
}

pub(crate) fn get(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let id: ApiId = parse(input)?;
    let now = call.now;
    Ok(Reply::ok(wire_with_tags(find::api(call, &id.rest_api_id)?, now)))
}

/// A copy of the API to change and put back, with what its change makes of `apiStatus`.
///
/// # Errors
/// 400: the update before is not done yet.
pub(crate) fn to_update(call: &mut Call<'_>, id: &str) -> Result<RestApi, AwsError> {
    let now = call.now;
    let api = find::api(call, id)?;
    if api.is_updating(now) {
        return Err(bad_request(
            "There is already an update in progress. Please wait until the current update finishes before making another \
             request.",
        ));
    }
    Ok(api.clone())
}

/// Puts a changed API back.
pub(crate) fn updated(call: &mut Call<'_>, mut api: RestApi) -> Result<Value, AwsError> {
    let (now, takes) = (call.now, call.delays.api_update);
    let there = find::api(call, &api.id)?;
    let kind = |api: &RestApi| api.endpoint_configuration["types"].clone();
    if kind(there) != kind(&api) || kind(&api)[0] == "PRIVATE" {
        api.updating_until = Some(now + SignedDuration::try_from(takes).unwrap_or_default());
    }
    let body = wire_with_tags(&api, now);
    *there = api;
    Ok(body)
}

pub(crate) fn wire_with_tags(api: &RestApi, now: Timestamp) -> Value {
    let mut body = wire(api, now);
    tags::show_always(&mut body, &api.tags);
    body
}

/// Takes everything along, and leaves the usage plans silently.
pub(crate) fn delete(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let id: ApiId = parse(input)?;
    find::api(call, &id.rest_api_id)?;
    let gateway = &mut call.region_mut().apigateway;
    let domains = domain_name::of_api(gateway.domains.values(), &id.rest_api_id);
    if !domains.is_empty() {
        return Err(bad_request(format!(
            "Deleting RestApi {} failed. Please remove all base path mappings related to the RestApi in your domains: {}",
            id.rest_api_id,
            domains.join(", ")
        )));
    }
    gateway.apis.remove(&id.rest_api_id);
    for plan in gateway.plans.values_mut() {
        plan.api_stages.retain(|stage| stage.api_id != id.rest_api_id);
    }
    Ok(Reply::accepted())
}
