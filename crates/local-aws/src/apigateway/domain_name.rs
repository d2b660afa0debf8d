//! Custom domain names and the APIs that they lead to: the control plane alone. No certificate is looked at, and no
//! request to such a domain arrives here.

use super::{
    errors::{bad_request, conflict, not_found},
    find,
    input::{non_empty, parse},
    page::Paging,
    state::{BasePathMapping, DomainName, Tags},
    tags,
};
use crate::{
    call::{Call, Reply},
    error::AwsError,
};
use serde::Deserialize;
use serde_json::{Value, json};

/// What stands for the root of a domain.
const ROOT: &str = "(none)";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CreateDomainName {
    domain_name: String,
    certificate_arn: Option<String>,
    regional_certificate_arn: Option<String>,
    #[serde(default)]
    tags: Tags,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CreateBasePathMapping {
    domain_name: String,
    base_path: Option<String>,
    rest_api_id: String,
    stage: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Name {
    domain_name: String,
    base_path: Option<String>,
    #[serde(flatten)]
    paging: Paging,
}

pub(crate) fn create(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let input: CreateDomainName = parse(input)?;
    if non_empty(input.certificate_arn).or(non_empty(input.regional_certificate_arn)).is_none() {
        return Err(bad_request("A certificate must be provided for the domain name"));
    }
    tags::check(&input.tags)?;
    let created = call.now;
    let domains = &mut call.region_mut().apigateway.domains;
    if domains.contains_key(&input.domain_name) {
        return Err(bad_request("The domain name you provided already exists."));
    }
    let domain =
        DomainName { name: input.domain_name, tags: input.tags, created, mappings: Default::default() };
    let body = wire(&domain);
    domains.insert(domain.name.clone(), domain);
    Ok(Reply::created(body))
}

pub(crate) fn list(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let paging: Paging = parse(input)?;
    let domains = call.region_mut().apigateway.domains.clone();
    paging.reply(call, domains.into_iter().map(|(name, domain)| (name, wire(&domain))))
}

pub(crate) fn get(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let name: Name = parse(input)?;
    Ok(Reply::ok(wire(domain(call, &name.domain_name)?)))
}

pub(crate) fn delete(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let name: Name = parse(input)?;
    domain(call, &name.domain_name)?;
    call.region_mut().apigateway.domains.remove(&name.domain_name);
    Ok(Reply::accepted())
}

pub(crate) fn map(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let input: CreateBasePathMapping = parse(input)?;
    let api = find::api(call, &input.rest_api_id)?;
    if let Some(stage) = input.stage.as_ref().filter(|stage| !api.stages.contains_key(*stage)) {
        return Err(bad_request(format!("Invalid stage identifier specified: {stage}")));
    }
    let base_path = non_empty(input.base_path).unwrap_or_else(|| ROOT.to_owned());
    let domain = domain(call, &input.domain_name)?;
    if domain.mappings.contains_key(&base_path) {
        return Err(conflict("Base path already exists for this domain name"));
    }
    let mapping =
        BasePathMapping { base_path: base_path.clone(), rest_api_id: input.rest_api_id, stage: input.stage };
    let body = json!(mapping);
    domain.mappings.insert(base_path, mapping);
    Ok(Reply::created(body))
}

pub(crate) fn list_mappings(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let name: Name = parse(input)?;
    let mappings = domain(call, &name.domain_name)?.mappings.clone();
    name.paging.reply(call, mappings.into_iter().map(|(path, mapping)| (path, json!(mapping))))
}

pub(crate) fn unmap(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let name: Name = parse(input)?;
    let base_path = name.base_path.unwrap_or_default();
    let removed = domain(call, &name.domain_name)?.mappings.remove(&base_path);
    removed.ok_or_else(|| not_found("Invalid base path mapping identifier specified"))?;
    Ok(Reply::accepted())
}

/// The domains that lead to an API.
pub(crate) fn of_api<'a>(domains: impl IntoIterator<Item = &'a DomainName>, api: &str) -> Vec<&'a str> {
    let leads = |domain: &&DomainName| domain.mappings.values().any(|m| m.rest_api_id == api);
    domains.into_iter().filter(leads).map(|domain| domain.name.as_str()).collect()
}

fn domain<'a>(call: &'a mut Call<'_>, name: &str) -> Result<&'a mut DomainName, AwsError> {
    let domains = &mut call.region_mut().apigateway.domains;
    domains.get_mut(name).ok_or_else(|| not_found("Invalid domain name identifier specified"))
}

fn wire(domain: &DomainName) -> Value {
    let mut body = json!({
        "domainName": domain.name,
        "domainNameStatus": "AVAILABLE",
        "endpointConfiguration": { "types": ["REGIONAL"], "ipAddressType": "ipv4" },
        "securityPolicy": "TLS_1_2",
    });
    tags::show(&mut body, &domain.tags);
    body
}
