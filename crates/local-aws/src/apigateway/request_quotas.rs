//! How many requests API Gateway grants: few, and fewest of those that change much.

use crate::request_quotas::RequestQuota;
use serde_json::Value;

/// The operation's own, where it has one, and that of all operations together.
pub(crate) fn drawn_on(operation: &'static str, input: &Value) -> Vec<RequestQuota> {
    let own = match operation {
        "DeleteRestApi" => Some(RequestQuota::one_in(operation, 30.0)),
        "UpdateUsagePlan" | "UpdateAccount" => Some(RequestQuota::one_in(operation, 20.0)),
        "CreateRestApi" | "ImportRestApi" if is_edge(input) => Some(RequestQuota::one_in("edge", 30.0)),
        "CreateRestApi" | "ImportRestApi" => Some(RequestQuota::one_in("regional", 3.0)),
        "CreateDeployment" => Some(RequestQuota::one_in(operation, 5.0)),
        "CreateApiKey" | "DeleteApiKey" | "CreateResource" | "DeleteResource" => {
            Some(RequestQuota::a_second(operation, 5.0))
        }
        "GetResources" => Some(RequestQuota::new(operation, 2.5, 5.0)),
        "PutRestApi" => Some(RequestQuota::one_in(operation, 1.0)),
        _ => None,
    };
    own.into_iter().chain([RequestQuota::new("API Gateway", 10.0, 40.0)]).collect()
}

/// EDGE is what an API is if nothing else is said.
fn is_edge(input: &Value) -> bool {
    let created = input["endpointConfiguration"]["types"][0].as_str();
    let imported = input["endpointConfigurationTypes"].as_str();
    created.or(imported).is_none_or(|kind| kind == "EDGE")
}
