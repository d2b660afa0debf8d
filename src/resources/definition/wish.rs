//! From the stack file to the canonical form of its REST API.

use super::{
    authorizers,
    canonical::{Canonical, Integration, Method, path_parameters},
    cors,
};
use crate::stack::{Api, Auth, Route};
use anyhow::Result;
use std::collections::{BTreeMap, BTreeSet};

/// API Gateway's longest wait for a function.
const TIMEOUT_MS: i32 = 29_000;

/// The document that `api` wishes; `uri` gives a function's integration URI by its key in the stack file.
pub(super) fn canonical(api: &Api, uri: impl Fn(&str) -> Result<String>) -> Result<Canonical> {
    let mut routes = BTreeMap::new();
    for route in &api.routes {
        routes.insert(
            key(&route.method, &route.path),
            proxy(route, authorizers::name(api, &route.auth), uri(&route.function)?),
        );
    }
    let mut gateway_responses = BTreeMap::new();
    if let Some(cors) = &api.cors {
        let paths: BTreeSet<&str> = api.routes.iter().map(|r| r.path.as_str()).collect();
        for path in paths {
            let at_path: Vec<&Route> = api.routes.iter().filter(|r| r.path == path).collect();
            // Who writes an OPTIONS route of their own answers the preflight themselves.
            routes.entry(key("OPTIONS", path)).or_insert_with(|| cors::preflight(api, cors, path, &at_path));
        }
        gateway_responses = cors::gateway_responses(cors);
    }
    Ok(Canonical {
        routes,
        gateway_responses,
        authorizers: authorizers::wished(api, uri)?,
        binary_types: api.binary_types.iter().cloned().collect(),
        api_key_source: "HEADER".to_owned(),
        ..Canonical::default()
    })
}

fn key(method: &str, path: &str) -> String {
    format!("{method} {path}")
}

fn proxy(route: &Route, authorizer: Option<String>, uri: String) -> Method {
    Method {
        auth: authorizers::authorization(&route.auth).to_owned(),
        authorizer,
        api_key_required: route.auth == Auth::ApiKey,
        parameters: path_parameters(&route.path),
        integration: Some(Integration {
            kind: "AWS_PROXY".to_owned(),
            uri: Some(uri),
            // Lambda is invoked by POST whatever the method that was called.
            http_method: Some("POST".to_owned()),
            timeout_ms: TIMEOUT_MS,
            passthrough: "WHEN_NO_MATCH".to_owned(),
            ..Integration::default()
        }),
        ..Method::default()
    }
}
