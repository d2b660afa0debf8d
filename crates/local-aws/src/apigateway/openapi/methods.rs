//! Operations become methods.

use super::{
    super::{
        draft::{Method, MethodResponse},
        errors::not_found,
    },
    Importer,
    document::text_of,
};
use crate::error::AwsError;
use serde_json::Value;
use std::collections::BTreeMap;

impl Importer<'_> {
    /// One method with its responses and its integration. A method that was there is replaced.
    pub(crate) fn method(
        &mut self,
        resource: &str,
        path: &str,
        http_method: String,
        operation: &Value,
        item: &Value,
    ) {
        let mut method = Method {
            http_method: http_method.clone(),
            authorization_type: "NONE".to_owned(),
            operation_name: operation.get("operationId").and_then(text_of),
            ..Method::default()
        };
        self.parameters(&mut method, item);
        self.parameters(&mut method, operation);
        self.request_body(&mut method, operation);
        self.secure(&mut method, operation);
        let put = self.validator(&mut method, operation).and_then(|()| self.draft.settle_method(&mut method));
        let place = || format!("'{http_method}' on resource at path '{path}'");
        self.note(|| format!("Unable to put method {}", place()), put);
        self.responses(&mut method, path, operation);
        self.integration(&mut method, resource, path, operation);
        if let Some(resource) = self.draft.resources.get_mut(resource) {
            resource.resource_methods.insert(http_method, method);
        }
    }

    fn parameters(&mut self, method: &mut Method, owner: &Value) {
        let document = self.document;
        for parameter in owner.get("parameters").and_then(Value::as_array).into_iter().flatten() {
            let parameter = document.resolve(parameter);
            let name = parameter.get("name").and_then(text_of).unwrap_or_default();
            let place = match parameter.get("in").and_then(Value::as_str).unwrap_or_default() {
                "query" => "querystring",
                place @ ("header" | "path") => place,
                "body" => {
                    self.swagger_body(method, parameter, owner);
                    continue;
                }
                other => {
                    self.warn(format!("Unsupported parameter location '{other}' for '{name}'. Ignoring."));
                    continue;
                }
            };
            let required = parameter.get("required").and_then(Value::as_bool).unwrap_or_default();
            method.request_parameters.insert(format!("method.request.{place}.{name}"), required);
        }
    }

    /// Swagger 2: one schema for every type that the operation, or the document, consumes.
    fn swagger_body(&mut self, method: &mut Method, parameter: &Value, owner: &Value) {
        let Some(model) = parameter.get("schema").and_then(|schema| self.model(schema)) else { return };
        for kind in self.content_types(owner, "consumes") {
            method.request_models.insert(kind, model.clone());
        }
    }

    fn content_types(&self, owner: &Value, member: &str) -> Vec<String> {
        let listed = owner.get(member).or_else(|| self.document.get(member)).and_then(Value::as_array);
        let kinds: Vec<String> = listed.into_iter().flatten().filter_map(text_of).collect();
        if kinds.is_empty() { vec!["application/json".to_owned()] } else { kinds }
    }

    fn request_body(&mut self, method: &mut Method, operation: &Value) {
        if let Some(body) = operation.get("requestBody") {
            method.request_models.extend(self.models_by_type(self.document.resolve(body).get("content")));
        }
    }

    fn models_by_type(&mut self, content: Option<&Value>) -> BTreeMap<String, String> {
        let content = content.and_then(Value::as_object).into_iter().flatten();
        let model =
            |(kind, media): (&String, &Value)| Some((kind.clone(), self.model(media.get("schema")?)?));
        content.filter_map(model).collect()
    }

    /// The validator that the operation names, or the document for all of them.
    fn validator(&self, method: &mut Method, operation: &Value) -> Result<(), AwsError> {
        let named = operation.get("x-amazon-apigateway-request-validator");
        let named = named.or_else(|| self.document.extension("request-validator")).and_then(Value::as_str);
        let Some(name) = named else { return Ok(()) };
        let found = self.draft.request_validators.values().find(|v| v.name == name);
        let missing = || not_found("Invalid Request Validator identifier specified");
        method.request_validator_id = Some(found.ok_or_else(missing)?.id.clone());
        Ok(())
    }

    fn responses(&mut self, method: &mut Method, path: &str, operation: &Value) {
        for (status, response) in operation.get("responses").and_then(Value::as_object).into_iter().flatten()
        {
            if status == "default" {
                self.warn("Default response not supported, skipping".to_owned());
                continue;
            }
            let response = self.document.resolve(response);
            let headers = response.get("headers").and_then(Value::as_object).into_iter().flatten();
            let wanted = MethodResponse {
                status_code: status.clone(),
                response_parameters: headers
                    .map(|(name, _)| (format!("method.response.header.{name}"), false))
                    .collect(),
                response_models: self.response_models(response, operation),
            };
            let put = self.draft.check_method_response(&wanted).and_then(|()| method.add_response(wanted));
            let place = format!("'{}' for resource at path '{path}'", method.http_method);
            self.note(|| format!("Unable to put method response on {place}"), put);
        }
    }

    fn response_models(&mut self, response: &Value, operation: &Value) -> BTreeMap<String, String> {
        if !self.document.is_swagger() {
            return self.models_by_type(response.get("content"));
        }
        let Some(model) = response.get("schema").and_then(|schema| self.model(schema)) else {
            return BTreeMap::new();
        };
        self.content_types(operation, "produces").into_iter().map(|kind| (kind, model.clone())).collect()
    }
}
