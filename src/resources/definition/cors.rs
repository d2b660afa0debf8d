//! CORS as a browser needs it: the preflight's mock, and headers on the gateway's own errors.

use super::canonical::{
    DEFAULT_TEMPLATE, GatewayResponse, Integration, IntegrationResponse, Method, path_parameters,
};
use crate::stack::{Api, Cors, Route};
use std::collections::{BTreeMap, BTreeSet};

/// The mock's own answer.
const STATUS: &str = r#"{"statusCode": 200}"#;

const ALLOW: &str = "Access-Control-Allow-";

/// What a client or a proxy may say that a preflight holds, though it holds nothing. Without a template for it the mock
/// answers 500, and there is no template for every type.
const CONTENT_TYPES: [&str; 7] = [
    "application/json",
    "application/octet-stream",
    "application/x-www-form-urlencoded",
    "application/xml",
    "multipart/form-data",
    "text/plain",
    "text/xml",
];

/// The OPTIONS method of a path: no key (a browser's preflight can't send one), no function.
pub(super) fn preflight(api: &Api, cors: &Cors, path: &str, routes: &[&Route]) -> Method {
    let headers = preflight_headers(cors, routes);
    let declared = headers.keys().map(|name| (format!("method.response.header.{name}"), false)).collect();
    let values =
        headers.iter().map(|(name, value)| (format!("method.response.header.{name}"), quoted(value)));
    let template = |text: &str| BTreeMap::from([("application/json".to_owned(), text.to_owned())]);
    let own_types = api.binary_types.iter().map(String::as_str).filter(|kind| !kind.ends_with('*'));
    let content_types = CONTENT_TYPES.into_iter().chain(own_types);
    let response = IntegrationResponse {
        parameters: values.collect(),
        templates: echo(&cors.origins).map(|text| template(&text)).unwrap_or_default(),
        ..IntegrationResponse::default()
    };
    Method {
        auth: "NONE".to_owned(),
        api_key_required: false,
        parameters: path_parameters(path),
        responses: BTreeMap::from([("200".to_owned(), declared)]),
        integration: Some(Integration {
            kind: "MOCK".to_owned(),
            timeout_ms: 29_000,
            passthrough: "WHEN_NO_MATCH".to_owned(),
            // With a binary type `*/*` a mock without it answers 500.
            content_handling: Some("CONVERT_TO_TEXT".to_owned()),
            // Without a template a mock answers 500.
            templates: content_types.map(|kind| (kind.to_owned(), STATUS.to_owned())).collect(),
            responses: BTreeMap::from([("200".to_owned(), response)]),
            ..Integration::default()
        }),
        ..Method::default()
    }
}

fn preflight_headers(cors: &Cors, routes: &[&Route]) -> BTreeMap<String, String> {
    let mut headers = BTreeMap::from([
        (format!("{ALLOW}Origin"), cors.origins.first().cloned().unwrap_or_default()),
        (format!("{ALLOW}Methods"), methods(cors, routes).join(",")),
        (format!("{ALLOW}Headers"), request_headers(cors, routes).join(",")),
        ("Access-Control-Max-Age".to_owned(), cors.max_age.to_string()),
    ]);
    if cors.credentials {
        headers.insert(format!("{ALLOW}Credentials"), "true".to_owned());
    }
    if cors.origins.len() > 1 {
        headers.insert("Vary".to_owned(), "Origin".to_owned());
    }
    headers
}

/// What a browser may ask for: the file's own list, or what the path has.
pub(super) fn methods(cors: &Cors, routes: &[&Route]) -> Vec<String> {
    let mut methods: BTreeSet<String> = cors.methods.iter().cloned().collect();
    if methods.is_empty() {
        methods = routes.iter().map(|r| r.method.clone()).collect();
    }
    if methods.remove("ANY") {
        methods.extend(["DELETE", "GET", "HEAD", "PATCH", "POST", "PUT"].map(str::to_owned));
    }
    methods.insert("OPTIONS".to_owned());
    methods.into_iter().collect()
}

/// What a client sends: the content type of its body, the key or what else is asked for, and what the file adds.
pub(super) fn request_headers(cors: &Cors, routes: &[&Route]) -> Vec<String> {
    let mut headers = vec!["content-type".to_owned()];
    headers.extend(routes.iter().flat_map(|r| r.auth.headers()));
    headers.extend(cors.headers.iter().map(|h| h.to_lowercase()));
    let mut seen = BTreeSet::new();
    headers.retain(|h| seen.insert(h.clone()));
    headers
}

/// With several origins the one that asks is echoed if it is among them; else the first stands, which is never the
/// origin of a stranger. Origins are validated when the file is read: nothing in them can end the string.
fn echo(origins: &[String]) -> Option<String> {
    let others = origins.get(1..).filter(|rest| !rest.is_empty())?;
    let matches: Vec<_> = others.iter().map(|o| format!("$origin == \"{o}\"")).collect();
    Some(format!(
        "#set($origin = $input.params().header.get(\"Origin\"))\n\
         #if($origin == \"\")\n#set($origin = $input.params().header.get(\"origin\"))\n#end\n\
         #if({})\n#set($context.responseOverride.header.Access-Control-Allow-Origin = $origin)\n#end",
        matches.join(" || ")
    ))
}

/// Without these, a 403, 429 or 504 of the gateway is an opaque "CORS error" to the page's code.
pub(super) fn gateway_responses(cors: &Cors) -> BTreeMap<String, GatewayResponse> {
    // Gateway responses have no conditions: several origins can't be told apart. They carry no data, but whoever may read
    // them with credentials learns who is signed in: then only the first origin may.
    let origin = match (&cors.origins[..], cors.credentials) {
        ([first, ..], true) | ([first], false) => quoted(first),
        _ => quoted("*"),
    };
    let mut parameters = BTreeMap::from([(format!("gatewayresponse.header.{ALLOW}Origin"), origin)]);
    if cors.credentials {
        parameters.insert(format!("gatewayresponse.header.{ALLOW}Credentials"), quoted("true"));
    }
    let templates = BTreeMap::from([("application/json".to_owned(), DEFAULT_TEMPLATE.to_owned())]);
    let response = GatewayResponse { status: None, parameters, templates };
    ["DEFAULT_4XX", "DEFAULT_5XX"].map(|kind| (kind.to_owned(), response.clone())).into()
}

/// A literal in a mapping expression.
fn quoted(text: &str) -> String {
    format!("'{text}'")
}
