//! Who decides on callers, by names that follow from the stack file.

use super::canonical::Authorizer;
use crate::stack::{Api, Auth, AuthorizerKind};
use anyhow::Result;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

const HEADER: &str = "method.request.header.";
pub(super) const USER_POOLS: &str = "COGNITO_USER_POOLS";

/// A method's authorization type.
pub(super) fn authorization(auth: &Auth) -> &'static str {
    match auth {
        Auth::None | Auth::ApiKey => "NONE",
        Auth::Iam => "AWS_IAM",
        Auth::Cognito(_) => USER_POOLS,
        Auth::Authorizer(_) => "CUSTOM",
    }
}

/// The name of the authorizer of `auth`, if it has one.
pub(super) fn name(api: &Api, auth: &Auth) -> Option<String> {
    named(api).into_iter().find(|(_, it)| *it == auth).map(|(name, _)| name)
}

/// Each that a route uses, in the order of the file: `cognito` or the function's key; of the same, `-2`, `-3`.
fn named(api: &Api) -> Vec<(String, &Auth)> {
    let mut all: Vec<(String, &Auth)> = Vec::new();
    for auth in api.routes.iter().map(|r| &r.auth) {
        let base = match auth {
            Auth::Cognito(_) => "cognito",
            Auth::Authorizer(authorizer) => &authorizer.function,
            _ => continue,
        };
        if all.iter().any(|(_, known)| *known == auth) {
            continue;
        }
        let taken = |name: &str| all.iter().any(|(known, _)| known == name);
        let numbered = (2..).map(|n| format!("{base}-{n}"));
        let name = [base.to_owned()].into_iter().chain(numbered).find(|name| !taken(name));
        all.extend(name.map(|name| (name, auth)));
    }
    all
}

/// All that the routes use; `uri` gives a function's URI by its key.
pub(super) fn wished(
    api: &Api,
    uri: impl Fn(&str) -> Result<String>,
) -> Result<BTreeMap<String, Authorizer>> {
    let wish = |auth: &Auth| {
        anyhow::Ok(match auth {
            Auth::Authorizer(it) => Authorizer {
                kind: if it.kind == AuthorizerKind::Token { "TOKEN" } else { "REQUEST" }.to_owned(),
                identity_source: Some(format!("{HEADER}{}", it.header)),
                ttl: i32::try_from(it.ttl).ok(),
                uri: Some(uri(&it.function)?),
                ..Authorizer::default()
            },
            Auth::Cognito(pools) => Authorizer {
                kind: USER_POOLS.to_owned(),
                identity_source: Some(format!("{HEADER}Authorization")),
                user_pools: pools.iter().cloned().collect(),
                ..Authorizer::default()
            },
            Auth::None | Auth::ApiKey | Auth::Iam => Authorizer::default(),
        })
    };
    named(api).into_iter().map(|(name, auth)| Ok((name, wish(auth)?))).collect()
}

/// As OpenAPI's security schemes.
pub(super) fn schemes(authorizers: &BTreeMap<String, Authorizer>) -> Map<String, Value> {
    let scheme = |it: &Authorizer| {
        let header =
            it.identity_source.as_deref().and_then(|s| s.strip_prefix(HEADER)).unwrap_or("Authorization");
        let kind = it.kind.to_lowercase();
        let authtype = if it.kind == USER_POOLS { "cognito_user_pools" } else { "custom" };
        let mut extension = json!({ "type": kind });
        if it.kind == USER_POOLS {
            extension["providerARNs"] = json!(it.user_pools);
        } else {
            extension["authorizerUri"] = json!(it.uri);
            extension["authorizerResultTtlInSeconds"] = json!(it.ttl);
        }
        if it.kind == "REQUEST" {
            extension["identitySource"] = json!(it.identity_source);
        }
        json!({
            "type": "apiKey", "name": header, "in": "header",
            "x-amazon-apigateway-authtype": authtype,
            "x-amazon-apigateway-authorizer": extension,
        })
    };
    authorizers.iter().map(|(name, it)| (name.clone(), scheme(it))).collect()
}
