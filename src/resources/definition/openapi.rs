//! The canonical form as an OpenAPI 3 document with API Gateway's extensions, for PutRestApi.

use super::{
    authorizers,
    canonical::{Canonical, GatewayResponse, Integration, Method},
};
use serde_json::{Map, Value, json};

/// The whole document, without what the API has besides its definition ([`crate::resources::Kept`]).
pub(super) fn document(wish: &Canonical) -> Value {
    let mut paths = Map::new();
    for (key, method) in &wish.routes {
        let (verb, path) = key.split_once(' ').unwrap_or((key, "/"));
        let verb =
            if verb == "ANY" { "x-amazon-apigateway-any-method".to_owned() } else { verb.to_lowercase() };
        let at_path = paths.entry(path).or_insert_with(|| json!({}));
        at_path[verb] = operation(method);
    }
    let responses: Map<String, Value> =
        wish.gateway_responses.iter().map(|(kind, r)| (kind.clone(), gateway_response(r))).collect();
    json!({
        "openapi": "3.0.1",
        "paths": paths,
        "components": { "securitySchemes": security_schemes(wish) },
        "x-amazon-apigateway-gateway-responses": responses,
        "x-amazon-apigateway-binary-media-types": wish.binary_types,
        "x-amazon-apigateway-api-key-source": wish.api_key_source,
    })
}

fn security_schemes(wish: &Canonical) -> Map<String, Value> {
    let mut schemes = authorizers::schemes(&wish.authorizers);
    schemes.insert(API_KEY.to_owned(), json!({ "type": "apiKey", "name": "x-api-key", "in": "header" }));
    if wish.routes.values().any(|method| method.auth == "AWS_IAM") {
        let signed = json!({
            "type": "apiKey", "name": "Authorization", "in": "header", "x-amazon-apigateway-authtype": "awsSigv4",
        });
        schemes.insert(SIGNATURE.to_owned(), signed);
    }
    schemes
}

/// Names of the schemes that are no authorizers. An authorizer is named like a function's key, which has no dot.
const API_KEY: &str = "lambdeploy.api_key";
const SIGNATURE: &str = "lambdeploy.sigv4";

fn operation(method: &Method) -> Value {
    let mut operation = json!({ "responses": responses(method) });
    let parameters: Vec<_> =
        method.parameters.iter().filter_map(|(name, required)| parameter(name, *required)).collect();
    if !parameters.is_empty() {
        operation["parameters"] = parameters.into();
    }
    let scheme = match (method.auth.as_str(), method.api_key_required) {
        ("AWS_IAM", _) => Some(SIGNATURE),
        (_, true) => Some(API_KEY),
        _ => method.authorizer.as_deref(),
    };
    if let Some(scheme) = scheme {
        operation["security"] = json!([{ scheme: [] }]);
    }
    if let Some(i) = &method.integration {
        operation["x-amazon-apigateway-integration"] = integration(i);
    }
    operation
}

/// `method.request.path.id` to OpenAPI's own form.
fn parameter(name: &str, required: bool) -> Option<Value> {
    let (place, name) = name.strip_prefix("method.request.")?.split_once('.')?;
    let place = if place == "querystring" { "query" } else { place };
    Some(json!({ "name": name, "in": place, "required": required, "schema": { "type": "string" } }))
}

fn responses(method: &Method) -> Value {
    let response = |headers: &std::collections::BTreeMap<String, bool>| {
        let names = headers.keys().filter_map(|h| h.strip_prefix("method.response.header."));
        let headers: Map<String, Value> =
            names.map(|n| (n.to_owned(), json!({ "schema": { "type": "string" } }))).collect();
        json!({ "description": "", "headers": headers })
    };
    method
        .responses
        .iter()
        .map(|(status, headers)| (status.clone(), response(headers)))
        .collect::<Map<_, _>>()
        .into()
}

fn integration(i: &Integration) -> Value {
    let mut value = json!({
        "type": i.kind.to_lowercase(),
        "timeoutInMillis": i.timeout_ms,
        "passthroughBehavior": i.passthrough.to_lowercase(),
    });
    let mut set = |name: &str, v: Option<Value>| v.into_iter().for_each(|v| value[name] = v);
    set("uri", i.uri.clone().map(Value::from));
    set("httpMethod", i.http_method.clone().map(Value::from));
    set("credentials", i.credentials.clone().map(Value::from));
    set("contentHandling", i.content_handling.clone().map(Value::from));
    set("requestParameters", (!i.parameters.is_empty()).then(|| json!(i.parameters)));
    set("requestTemplates", (!i.templates.is_empty()).then(|| json!(i.templates)));
    let responses: Map<String, Value> = i
        .responses
        .iter()
        .map(|(status, r)| {
            let mut response = json!({ "statusCode": status, "responseParameters": r.parameters });
            if !r.templates.is_empty() {
                response["responseTemplates"] = json!(r.templates);
            }
            (r.selection_pattern.clone().unwrap_or_else(|| "default".to_owned()), response)
        })
        .collect();
    set("responses", (!responses.is_empty()).then(|| responses.into()));
    value
}

fn gateway_response(r: &GatewayResponse) -> Value {
    let mut value = json!({ "responseParameters": r.parameters, "responseTemplates": r.templates });
    if let Some(status) = &r.status {
        value["statusCode"] = json!(status);
    }
    value
}
