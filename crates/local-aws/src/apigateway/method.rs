//! Methods: who may call what.

use super::{
    draft::{Draft, Method},
    errors::{bad_request, conflict, not_found},
    find::{self, MethodId},
    input::{non_empty, parse},
    mapping, models,
    patch::{self, NO_CONTENT_TYPE, NO_PARAMETER, Op, Patch},
};
use crate::{
    call::{Call, Reply},
    error::AwsError,
};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;

const HTTP_METHODS: &[&str] = &["GET", "PUT", "POST", "DELETE", "PATCH", "OPTIONS", "HEAD", "ANY"];

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PutMethod {
    authorization_type: String,
    authorizer_id: Option<String>,
    #[serde(default)]
    api_key_required: bool,
    operation_name: Option<String>,
    #[serde(default)]
    request_parameters: BTreeMap<String, bool>,
    #[serde(default)]
    request_models: BTreeMap<String, String>,
    request_validator_id: Option<String>,
    #[serde(default)]
    authorization_scopes: Vec<String>,
}

pub(crate) fn put(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let id: MethodId = parse(input.clone())?;
    let input: PutMethod = parse(input)?;
    let draft = &mut find::api_of_resource(call, &id.resource)?.draft;
    let mut method = Method {
        http_method: id.http_method.clone(),
        authorization_type: input.authorization_type,
        authorizer_id: non_empty(input.authorizer_id),
        api_key_required: input.api_key_required,
        request_validator_id: non_empty(input.request_validator_id),
        operation_name: non_empty(input.operation_name),
        request_parameters: input.request_parameters,
        request_models: input.request_models,
        authorization_scopes: input.authorization_scopes,
        ..Method::default()
    };
    draft.settle_method(&mut method)?;
    let body = json!(method);
    draft.add_method(&id.resource.resource_id, method)?;
    Ok(Reply::created(body))
}

pub(crate) fn check_http_method(method: &str) -> Result<(), AwsError> {
    if HTTP_METHODS.contains(&method) {
        return Ok(());
    }
    Err(bad_request(format!("Invalid HttpMethod specified. Valid options are {}", HTTP_METHODS.join(","))))
}

impl Draft {
    /// Whether all that a method refers to is there; brings its authorization into one form.
    pub(crate) fn settle_method(&self, method: &mut Method) -> Result<(), AwsError> {
        check_http_method(&method.http_method)?;
        self.settle_authorization(method)?;
        mapping::check_method_request(&method.request_parameters)?;
        mapping::check_content_types(&method.request_models)?;
        models::check_references(self, &method.request_models)?;
        match &method.request_validator_id {
            Some(id) if !self.request_validators.contains_key(id) => {
                Err(bad_request("Invalid Request Validator identifier specified"))
            }
            _ => Ok(()),
        }
    }

    fn settle_authorization(&self, method: &mut Method) -> Result<(), AwsError> {
        method.authorization_type = method.authorization_type.to_uppercase();
        let wanted: &[&str] = match method.authorization_type.as_str() {
            "NONE" | "AWS_IAM" => {
                method.authorizer_id = None;
                return Ok(());
            }
            "CUSTOM" => &["TOKEN", "REQUEST"],
            "COGNITO_USER_POOLS" => &["COGNITO_USER_POOLS"],
            _ => {
                return Err(bad_request(
                    "Invalid Authorization type specified. Valid options are NONE,AWS_IAM,CUSTOM,COGNITO_USER_POOLS",
                ));
            }
        };
        let authorizer = method.authorizer_id.as_ref().and_then(|id| self.authorizers.get(id));
        if authorizer.is_some_and(|a| wanted.contains(&a.kind.as_str())) {
            return Ok(());
        }
        Err(bad_request(
            "Invalid authorizer ID specified. Setting the authorization type to CUSTOM or COGNITO_USER_POOLS requires a valid authorizer.",
        ))
    }

    /// A second method of that name is a conflict, identical or not.
    pub(crate) fn add_method(&mut self, resource_id: &str, method: Method) -> Result<(), AwsError> {
        let resource = self.resources.get_mut(resource_id);
        let resource = resource.ok_or_else(|| not_found("Invalid Resource identifier specified"))?;
        if resource.resource_methods.contains_key(&method.http_method) {
            return Err(conflict("Method already exists for this resource"));
        }
        resource.resource_methods.insert(method.http_method.clone(), method);
        Ok(())
    }
}

pub(crate) fn get(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let id: MethodId = parse(input)?;
    Ok(Reply::ok(json!(find::method(call, &id)?)))
}

pub(crate) fn delete(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let id: MethodId = parse(input)?;
    find::method(call, &id)?;
    find::resource(call, &id.resource)?.resource_methods.remove(&id.http_method);
    Ok(Reply::no_content())
}

pub(crate) fn update(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let patches = patch::read(call, &input)?;
    let id: MethodId = parse(input)?;
    let mut method = find::method(call, &id)?.clone();
    for patch in &patches {
        apply(&mut method, patch)?;
    }
    find::api_of_resource(call, &id.resource)?.draft.settle_method(&mut method)?;
    let body = json!(method);
    *find::method(call, &id)? = method;
    Ok(Reply::ok(body))
}

fn apply(method: &mut Method, patch: &Patch) -> Result<(), AwsError> {
    let parts = patch.parts();
    match parts.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["requestParameters", name] => {
            patch.set(&mut method.request_parameters, name, patch.flag(), NO_PARAMETER)
        }
        ["requestModels", kind] => {
            patch.set(&mut method.request_models, kind, patch.text().to_owned(), NO_CONTENT_TYPE)
        }
        // The scope is the value: a URI's slashes have no place in a path.
        ["authorizationScopes"] if patch.op != Op::Replace => {
            method.authorization_scopes.retain(|s| s != patch.text());
            if patch.op == Op::Add {
                method.authorization_scopes.push(patch.text().to_owned());
            }
            Ok(())
        }
        [
            member @ ("authorizationType" | "authorizerId" | "apiKeyRequired" | "requestValidatorId"
            | "operationName"),
        ] => {
            patch.replaces()?;
            replace(method, patch, member);
            Ok(())
        }
        _ => Err(patch.unknown_path()),
    }
}

fn replace(method: &mut Method, patch: &Patch, member: &str) {
    match member {
        "authorizationType" => method.authorization_type = patch.text().to_owned(),
        "authorizerId" => method.authorizer_id = patch.non_empty(),
        "apiKeyRequired" => method.api_key_required = patch.flag(),
        "requestValidatorId" => method.request_validator_id = patch.non_empty(),
        _ => method.operation_name = patch.non_empty(),
    }
}
