//! The table of API Gateway's operations.

use super::{
    account, api_key, authorizer, deployment, domain_name, gateway_response, import, integration,
    integration_response, method, method_response, models, request_validator, resource, rest_api, stage,
    stage_patch, tags, update_rest_api, usage, usage_plan, usage_plan_key, usage_plan_patch,
};
use crate::{
    error::AwsError,
    service::{Handler, Operation},
};

type Query = &'static [(&'static str, &'static str)];

const NONE: Query = &[];
const PAGED: Query = &[("limit", "limit"), ("position", "position")];
const EMBED: Query = &[("embed", "embed")];
const IMPORT: Query = &[
    ("failonwarnings", "failOnWarnings"),
    ("basepath", "basepath"),
    ("endpointConfigurationTypes", "endpointConfigurationTypes"),
];
const PUT: Query = &[("mode", "mode"), ("failonwarnings", "failOnWarnings"), ("basepath", "basepath")];
const RESOURCES: Query = &[("embed", "embed"), ("limit", "limit"), ("position", "position")];
const KEYS: Query = &[
    ("limit", "limit"),
    ("position", "position"),
    ("name", "nameQuery"),
    ("customerId", "customerId"),
    ("includeValues", "includeValues"),
];
const PLANS: Query = &[("limit", "limit"), ("position", "position"), ("keyId", "keyId")];
const PLAN_KEYS: Query = &[("limit", "limit"), ("position", "position"), ("name", "nameQuery")];
const USAGE: Query = &[
    ("keyId", "keyId"),
    ("startDate", "startDate"),
    ("endDate", "endDate"),
    ("limit", "limit"),
    ("position", "position"),
];

const fn get(name: &'static str, path: &'static str, query: Query, handler: Handler) -> Operation {
    Operation { name, method: "GET", path, query, handler }
}

const fn post(name: &'static str, path: &'static str, handler: Handler) -> Operation {
    Operation { name, method: "POST", path, query: NONE, handler }
}

const fn put(name: &'static str, path: &'static str, handler: Handler) -> Operation {
    Operation { name, method: "PUT", path, query: NONE, handler }
}

const fn patch(name: &'static str, path: &'static str, handler: Handler) -> Operation {
    Operation { name, method: "PATCH", path, query: NONE, handler }
}

const fn delete(name: &'static str, path: &'static str, handler: Handler) -> Operation {
    Operation { name, method: "DELETE", path, query: NONE, handler }
}

/// A path below an API.
macro_rules! api {
    ($below:literal) => {
        concat!("/restapis/{restApiId}", $below)
    };
}

/// A path below a method.
macro_rules! method {
    ($below:literal) => {
        concat!("/restapis/{restApiId}/resources/{resourceId}/methods/{httpMethod}", $below)
    };
}

pub(crate) const OPERATIONS: &[Operation] = &[
    Operation { query: IMPORT, ..post("ImportRestApi", "/restapis?mode=import", import::import) },
    post("CreateRestApi", "/restapis", rest_api::create),
    get("GetRestApis", "/restapis", PAGED, rest_api::list),
    get("GetRestApi", api!(""), NONE, rest_api::get),
    patch("UpdateRestApi", api!(""), update_rest_api::update),
    delete("DeleteRestApi", api!(""), rest_api::delete),
    Operation { query: PUT, ..put("PutRestApi", api!(""), import::put) },
    get("GetResources", api!("/resources"), RESOURCES, resource::list),
    get("GetResource", api!("/resources/{resourceId}"), EMBED, resource::get),
    post("CreateResource", api!("/resources/{parentId}"), resource::create),
    patch("UpdateResource", api!("/resources/{resourceId}"), resource::update),
    delete("DeleteResource", api!("/resources/{resourceId}"), resource::delete),
    put("PutMethod", method!(""), method::put),
    get("GetMethod", method!(""), NONE, method::get),
    patch("UpdateMethod", method!(""), method::update),
    delete("DeleteMethod", method!(""), method::delete),
    put("PutMethodResponse", method!("/responses/{statusCode}"), method_response::put),
    get("GetMethodResponse", method!("/responses/{statusCode}"), NONE, method_response::get),
    patch("UpdateMethodResponse", method!("/responses/{statusCode}"), method_response::update),
    delete("DeleteMethodResponse", method!("/responses/{statusCode}"), method_response::delete),
    put("PutIntegration", api!("/resources/{resourceId}/methods/{method}/integration"), integration::put),
    get("GetIntegration", method!("/integration"), NONE, integration::get),
    patch("UpdateIntegration", method!("/integration"), integration::update),
    delete("DeleteIntegration", method!("/integration"), integration::delete),
    put("PutIntegrationResponse", method!("/integration/responses/{statusCode}"), integration_response::put),
    get(
        "GetIntegrationResponse",
        method!("/integration/responses/{statusCode}"),
        NONE,
        integration_response::get,
    ),
    patch(
        "UpdateIntegrationResponse",
        method!("/integration/responses/{statusCode}"),
        integration_response::update,
    ),
    delete(
        "DeleteIntegrationResponse",
        method!("/integration/responses/{statusCode}"),
        integration_response::delete,
    ),
    put("PutGatewayResponse", api!("/gatewayresponses/{responseType}"), gateway_response::put),
    get("GetGatewayResponse", api!("/gatewayresponses/{responseType}"), NONE, gateway_response::get),
    get("GetGatewayResponses", api!("/gatewayresponses"), PAGED, gateway_response::list),
    patch("UpdateGatewayResponse", api!("/gatewayresponses/{responseType}"), gateway_response::update),
    delete("DeleteGatewayResponse", api!("/gatewayresponses/{responseType}"), gateway_response::delete),
    post("CreateAuthorizer", api!("/authorizers"), authorizer::create),
    get("GetAuthorizers", api!("/authorizers"), PAGED, authorizer::list),
    get("GetAuthorizer", api!("/authorizers/{authorizerId}"), NONE, authorizer::get),
    patch("UpdateAuthorizer", api!("/authorizers/{authorizerId}"), authorizer::update),
    delete("DeleteAuthorizer", api!("/authorizers/{authorizerId}"), authorizer::delete),
    post("CreateModel", api!("/models"), models::create),
    get("GetModels", api!("/models"), PAGED, models::list),
    get("GetModel", api!("/models/{modelName}"), NONE, models::get),
    delete("DeleteModel", api!("/models/{modelName}"), models::delete),
    post("CreateRequestValidator", api!("/requestvalidators"), request_validator::create),
    get("GetRequestValidators", api!("/requestvalidators"), PAGED, request_validator::list),
    get("GetRequestValidator", api!("/requestvalidators/{requestValidatorId}"), NONE, request_validator::get),
    delete(
        "DeleteRequestValidator",
        api!("/requestvalidators/{requestValidatorId}"),
        request_validator::delete,
    ),
    post("CreateDeployment", api!("/deployments"), deployment::create),
    get("GetDeployments", api!("/deployments"), PAGED, deployment::list),
    get("GetDeployment", api!("/deployments/{deploymentId}"), EMBED, deployment::get),
    patch("UpdateDeployment", api!("/deployments/{deploymentId}"), deployment::update),
    delete("DeleteDeployment", api!("/deployments/{deploymentId}"), deployment::delete),
    post("CreateStage", api!("/stages"), stage::create),
    get("GetStages", api!("/stages"), &[("deploymentId", "deploymentId")], stage::list),
    get("GetStage", api!("/stages/{stageName}"), NONE, stage::get),
    patch("UpdateStage", api!("/stages/{stageName}"), stage_patch::update),
    delete("DeleteStage", api!("/stages/{stageName}"), stage::delete),
    post("ImportApiKeys", "/apikeys?mode=import", |_, _| Err(AwsError::not_implemented("ImportApiKeys"))),
    post("CreateApiKey", "/apikeys", api_key::create),
    get("GetApiKeys", "/apikeys", KEYS, api_key::list),
    get("GetApiKey", "/apikeys/{apiKey}", &[("includeValue", "includeValue")], api_key::get),
    patch("UpdateApiKey", "/apikeys/{apiKey}", api_key::update),
    delete("DeleteApiKey", "/apikeys/{apiKey}", api_key::delete),
    post("CreateUsagePlan", "/usageplans", usage_plan::create),
    get("GetUsagePlans", "/usageplans", PLANS, usage_plan::list),
    get("GetUsagePlan", "/usageplans/{usagePlanId}", NONE, usage_plan::get),
    patch("UpdateUsagePlan", "/usageplans/{usagePlanId}", usage_plan_patch::update),
    delete("DeleteUsagePlan", "/usageplans/{usagePlanId}", usage_plan::delete),
    post("CreateUsagePlanKey", "/usageplans/{usagePlanId}/keys", usage_plan_key::create),
    get("GetUsagePlanKeys", "/usageplans/{usagePlanId}/keys", PLAN_KEYS, usage_plan_key::list),
    get("GetUsagePlanKey", "/usageplans/{usagePlanId}/keys/{keyId}", NONE, usage_plan_key::get),
    delete("DeleteUsagePlanKey", "/usageplans/{usagePlanId}/keys/{keyId}", usage_plan_key::delete),
    get("GetUsage", "/usageplans/{usagePlanId}/usage", USAGE, usage::get),
    patch("UpdateUsage", "/usageplans/{usagePlanId}/keys/{keyId}/usage", usage::update),
    post("CreateDomainName", "/domainnames", domain_name::create),
    get("GetDomainNames", "/domainnames", PAGED, domain_name::list),
    get("GetDomainName", "/domainnames/{domainName}", NONE, domain_name::get),
    delete("DeleteDomainName", "/domainnames/{domainName}", domain_name::delete),
    post("CreateBasePathMapping", "/domainnames/{domainName}/basepathmappings", domain_name::map),
    get(
        "GetBasePathMappings",
        "/domainnames/{domainName}/basepathmappings",
        PAGED,
        domain_name::list_mappings,
    ),
    delete(
        "DeleteBasePathMapping",
        "/domainnames/{domainName}/basepathmappings/{basePath}",
        domain_name::unmap,
    ),
    put("TagResource", "/tags/{resourceArn+}", tags::tag),
    Operation {
        query: &[("tagKeys", "tagKeys")],
        ..delete("UntagResource", "/tags/{resourceArn+}", tags::untag)
    },
    get("GetTags", "/tags/{resourceArn+}", NONE, tags::get),
    get("GetAccount", "/account", NONE, account::get),
    patch("UpdateAccount", "/account", account::update),
];
