//! How an API is reached: EDGE, REGIONAL or PRIVATE, by IPv4 alone or by both.

use super::errors::bad_request;
use crate::{constraint::Failures, error::AwsError};
use serde::Deserialize;
use serde_json::{Value, json};

const TYPES: &[&str] = &["PRIVATE", "EDGE", "REGIONAL"];

/// `endpointConfiguration` as a caller sends it.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct WantedEndpoint {
    types: Option<Vec<String>>,
    ip_address_type: Option<String>,
    #[serde(default)]
    vpc_endpoint_ids: Vec<String>,
}

/// What a new API is where nothing else is said.
pub(crate) fn edge() -> Value {
    json!({ "types": ["EDGE"], "ipAddressType": "ipv4" })
}

/// Members of CreateRestApi's input that the model refuses.
pub(crate) fn constrain(wanted: &WantedEndpoint, failures: &mut Failures) {
    let place = "createRestApiInput.endpointConfiguration";
    let types = wanted.types.as_deref().unwrap_or_default();
    let rule = format!("Member must satisfy enum value set: [{}]", TYPES.join(", "));
    failures.list(&format!("{place}.types"), types, usize::MAX, &rule, |kind| TYPES.contains(&kind));
    let address = wanted.ip_address_type.as_deref();
    failures.one_of(&format!("{place}.ipAddressType"), address, &["ipv4", "dualstack"]);
}

/// The endpoint configuration that an API gets.
pub(crate) fn resolve(wanted: Option<&WantedEndpoint>) -> Result<Value, AwsError> {
    let Some(wanted) = wanted else { return Ok(edge()) };
    let kind = match wanted.types.as_deref() {
        None => "EDGE",
        Some([]) => {
            return Err(bad_request(
                "REGIONAL Configuration and EDGE Configuration cannot be both DISABLED.",
            ));
        }
        Some([one]) => one,
        Some(_) => return Err(bad_request("Cannot create an api with multiple Endpoint Types.")),
    };
    let default = if kind == "PRIVATE" { "dualstack" } else { "ipv4" };
    let mut found = json!({ "types": [kind] });
    set_address_type(&mut found, wanted.ip_address_type.as_deref().unwrap_or(default))?;
    if !wanted.vpc_endpoint_ids.is_empty() {
        found["vpcEndpointIds"] = json!(wanted.vpc_endpoint_ids);
    }
    Ok(found)
}

/// `ipv4` or `dualstack`; a PRIVATE API knows only the latter.
pub(crate) fn set_address_type(endpoint: &mut Value, address_type: &str) -> Result<(), AwsError> {
    if !["ipv4", "dualstack"].contains(&address_type) {
        return Err(bad_request("ipAddressType must be either ipv4 or dualstack."));
    }
    if endpoint["types"][0] == "PRIVATE" && address_type != "dualstack" {
        return Err(bad_request("Only dualstack ipAddressType is supported for Private APIs."));
    }
    endpoint["ipAddressType"] = json!(address_type);
    Ok(())
}

/// Moves an API to another endpoint type.
pub(crate) fn set_type(endpoint: &mut Value, kind: &str) -> Result<(), AwsError> {
    if !TYPES.contains(&kind) {
        return Err(bad_request("Invalid EndpointTypes specified. Valid options are REGIONAL,EDGE,PRIVATE"));
    }
    endpoint["types"] = json!([kind]);
    if kind == "PRIVATE" {
        endpoint["ipAddressType"] = json!("dualstack");
    }
    Ok(())
}
