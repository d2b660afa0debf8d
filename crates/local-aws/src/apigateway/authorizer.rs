//! Authorizers: functions or user pools that decide who may call.

use super::{
    draft::{Authorizer, Draft},
    errors::{bad_request, conflict, not_found, refuse_by},
    find::{self, ListIn},
    ids,
    input::{non_empty, parse},
    patch::{self, Op, Patch},
};
use crate::{
    call::{Call, Reply},
    error::AwsError,
};
use serde::Deserialize;
use serde_json::{Value, json};

pub(crate) const TYPES: &[&str] = &["TOKEN", "REQUEST", "COGNITO_USER_POOLS"];
/// Seconds.
const LONGEST_TTL: u32 = 3600;

/// What an authorizer is made from, by CreateAuthorizer and by an import.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct WantedAuthorizer {
    #[serde(default)]
    pub name: String,
    #[serde(rename = "type")]
    pub kind: String,
    #[serde(default, rename = "providerARNs")]
    pub provider_arns: Vec<String>,
    pub auth_type: Option<String>,
    pub authorizer_uri: Option<String>,
    pub authorizer_credentials: Option<String>,
    pub identity_source: Option<String>,
    pub identity_validation_expression: Option<String>,
    pub authorizer_result_ttl_in_seconds: Option<u32>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AuthorizerId {
    rest_api_id: String,
    authorizer_id: String,
}

/// For an API that is not there AWS answers a conflict here, and only here.
pub(crate) fn create(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    if !input["jwtConfiguration"].is_null() {
        return Err(AwsError::not_implemented("CreateAuthorizer with jwtConfiguration"));
    }
    let api: find::ApiId = parse(input.clone())?;
    let wanted: WantedAuthorizer = parse(input)?;
    refuse_by(|failures| failures.one_of("createAuthorizerInput.type", Some(&wanted.kind), TYPES))?;
    let id = ids::fresh(call);
    let api = call.region_mut().apigateway.apis.get_mut(&api.rest_api_id).ok_or_else(|| {
        conflict("Unable to complete operation due to concurrent modification. Please try again later.")
    })?;
    Ok(Reply::created(json!(api.draft.add_authorizer(id, wanted)?)))
}

impl Draft {
    pub(crate) fn add_authorizer(
        &mut self,
        id: String,
        wanted: WantedAuthorizer,
    ) -> Result<&Authorizer, AwsError> {
        let default_type = if wanted.kind == "COGNITO_USER_POOLS" { "cognito_user_pools" } else { "custom" };
        let authorizer = Authorizer {
            id: id.clone(),
            name: wanted.name,
            provider_arns: wanted.provider_arns,
            auth_type: Some(wanted.auth_type.unwrap_or_else(|| default_type.to_owned())),
            authorizer_uri: non_empty(wanted.authorizer_uri),
            authorizer_credentials: non_empty(wanted.authorizer_credentials),
            identity_source: non_empty(wanted.identity_source),
            identity_validation_expression: non_empty(wanted.identity_validation_expression),
            authorizer_result_ttl_in_seconds: wanted.authorizer_result_ttl_in_seconds,
            kind: wanted.kind,
        };
        self.check_authorizer(&authorizer)?;
        self.authorizers.insert(id.clone(), authorizer);
        Ok(&self.authorizers[&id])
    }

    fn check_authorizer(&self, authorizer: &Authorizer) -> Result<(), AwsError> {
        let name = &authorizer.name;
        if name.is_empty() {
            return Err(bad_request("Authorizer name must be non-empty"));
        }
        if self.authorizers.values().any(|a| a.name == *name && a.id != authorizer.id) {
            return Err(bad_request(format!(
                "Authorizer name must be unique. Authorizer {name} already exists in this RestApi."
            )));
        }
        if authorizer.authorizer_result_ttl_in_seconds.is_some_and(|ttl| ttl > LONGEST_TTL) {
            return Err(bad_request("Authorizer result TTL must be between 0 and 3600 seconds"));
        }
        if authorizer.kind == "COGNITO_USER_POOLS" {
            let pools = !authorizer.provider_arns.is_empty();
            return if pools { Ok(()) } else { Err(bad_request("Invalid Provider ARN specified")) };
        }
        if !authorizer.authorizer_uri.as_deref().is_some_and(|uri| uri.contains(":lambda:path/")) {
            return Err(bad_request("Invalid Authorizer URI specified"));
        }
        let needs_source =
            authorizer.kind == "TOKEN" || authorizer.authorizer_result_ttl_in_seconds != Some(0);
        if needs_source && authorizer.identity_source.is_none() {
            return Err(bad_request("Invalid identity source specified"));
        }
        Ok(())
    }
}

fn find_authorizer<'a>(call: &'a mut Call<'_>, id: &AuthorizerId) -> Result<&'a mut Draft, AwsError> {
    let api = call.region_mut().apigateway.apis.get_mut(&id.rest_api_id);
    api.map(|api| &mut api.draft)
        .filter(|draft| draft.authorizers.contains_key(&id.authorizer_id))
        .ok_or_else(|| not_found("Invalid Authorizer identifier specified"))
}

pub(crate) fn list(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let input: ListIn = parse(input)?;
    let authorizers = find::api(call, &input.rest_api_id)?.draft.authorizers.clone();
    input.paging.reply(call, authorizers.into_iter().map(|(id, authorizer)| (id, json!(authorizer))))
}

pub(crate) fn get(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let id: AuthorizerId = parse(input)?;
    Ok(Reply::ok(json!(find_authorizer(call, &id)?.authorizers[&id.authorizer_id])))
}

pub(crate) fn delete(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let id: AuthorizerId = parse(input)?;
    let draft = find_authorizer(call, &id)?;
    let user = draft.resources.values().find_map(|resource| {
        let mut methods = resource.resource_methods.values();
        let method = methods.find(|m| m.authorizer_id.as_ref() == Some(&id.authorizer_id))?;
        Some(format!("{}/{}", resource.path, method.http_method))
    });
    if let Some(user) = user {
        let name = &draft.authorizers[&id.authorizer_id].name;
        return Err(conflict(format!("Cannot delete authorizer '{name}', is referenced in method: {user}")));
    }
    draft.authorizers.remove(&id.authorizer_id);
    Ok(Reply::accepted())
}

pub(crate) fn update(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let patches = patch::read(call, &input)?;
    let id: AuthorizerId = parse(input)?;
    let draft = find_authorizer(call, &id)?;
    let mut authorizer = draft.authorizers[&id.authorizer_id].clone();
    for patch in &patches {
        apply(&mut authorizer, patch)?;
    }
    draft.check_authorizer(&authorizer)?;
    let body = json!(authorizer);
    draft.authorizers.insert(id.authorizer_id, authorizer);
    Ok(Reply::ok(body))
}

fn apply(authorizer: &mut Authorizer, patch: &Patch) -> Result<(), AwsError> {
    if patch.path == "/providerARNs" {
        authorizer.provider_arns.retain(|arn| arn != patch.text());
        if patch.op == Op::Add {
            authorizer.provider_arns.push(patch.text().to_owned());
        }
        return Ok(());
    }
    patch.replaces()?;
    match patch.path.as_str() {
        "/name" => authorizer.name = patch.text().to_owned(),
        "/type" => {
            refuse_by(|failures| failures.one_of("type", Some(patch.text()), TYPES))?;
            authorizer.kind = patch.text().to_owned();
        }
        "/authType" => authorizer.auth_type = patch.non_empty(),
        "/authorizerUri" => authorizer.authorizer_uri = patch.non_empty(),
        "/authorizerCredentials" => authorizer.authorizer_credentials = patch.non_empty(),
        "/identitySource" => authorizer.identity_source = patch.non_empty(),
        "/identityValidationExpression" => authorizer.identity_validation_expression = patch.non_empty(),
        "/authorizerResultTtlInSeconds" => {
            // What is no number is as much out of bounds as a day.
            authorizer.authorizer_result_ttl_in_seconds = Some(patch.text().parse().unwrap_or(u32::MAX));
        }
        _ => return Err(patch.unknown_path()),
    }
    Ok(())
}
