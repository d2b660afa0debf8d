//! `x-amazon-apigateway-integration`.

use super::{
    super::{
        draft::{IntegrationResponse, Method},
        errors::bad_request,
        input,
        integration::{self, WantedIntegration},
    },
    Importer,
    document::text_of,
};
use crate::{constraint::Failures, error::AwsError};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

impl Importer<'_> {
    /// The method's integration with its responses. Without the extension there is none, which CreateDeployment
    /// refuses later.
    pub(crate) fn integration(&mut self, method: &mut Method, resource: &str, path: &str, operation: &Value) {
        let Some(extension) = operation.get("x-amazon-apigateway-integration") else { return };
        let extension = self.document.resolve(extension).clone();
        let place = format!("'{}' for resource at path '{path}'", method.http_method);
        let namespace = self.namespace(resource, path);
        let built = self.wanted(&extension, path, &method.http_method);
        let built = built.and_then(|wanted| integration::build(wanted, method, &namespace));
        let Some(built) = self.note(|| format!("Unable to put integration on {place}"), built) else {
            return;
        };
        method.method_integration = Some(built);
        for (pattern, response) in extension.get("responses").and_then(Value::as_object).into_iter().flatten()
        {
            let put = self
                .response(pattern, response, path, &method.http_method)
                .and_then(|response| method.put_integration_response(response));
            self.note(|| format!("Unable to put integration response on {place}"), put);
        }
    }

    /// A resource's cache is named after it; where the resource was there before the import, it gets a new name.
    fn namespace(&mut self, resource: &str, path: &str) -> String {
        let was_there =
            self.former.resources.values().any(|r| r.path == path && !r.resource_methods.is_empty());
        if was_there { self.ids.id() } else { resource.to_owned() }
    }

    fn wanted(
        &mut self,
        extension: &Value,
        path: &str,
        http_method: &str,
    ) -> Result<WantedIntegration, AwsError> {
        let mut sent = extension.as_object().cloned().unwrap_or_default();
        for member in ["type", "httpMethod", "passthroughBehavior", "contentHandling", "connectionType"] {
            if let Some(Value::String(text)) = sent.get_mut(member) {
                *text = text.to_uppercase();
            }
        }
        if !sent.get("type").is_some_and(Value::is_string) {
            return Err(bad_request("Enumeration value for IntegrationType must be non-empty"));
        }
        self.only_texts(&mut sent, "requestParameters", path, http_method);
        self.only_texts(&mut sent, "requestTemplates", path, http_method);
        let wanted: WantedIntegration = input::parse(Value::Object(sent))?;
        let mut failures = Failures::default();
        integration::constrain(&wanted, &mut failures);
        match failures.first() {
            Some(failure) => Err(bad_request(failure)),
            None => Ok(wanted),
        }
    }

    /// Values that are no text are dropped, with a warning.
    fn only_texts(&mut self, sent: &mut Map<String, Value>, member: &str, path: &str, http_method: &str) {
        let Some(Value::Object(map)) = sent.get_mut(member) else { return };
        map.retain(|name, value| {
            let text = value.is_string();
            if !text {
                self.report.warnings.push(format!(
                    "Invalid format for '{member}'. Expected type string for property '{name}' of resource '{path}' and method '{http_method}' but got '{value}'"
                ));
            }
            text
        });
    }

    /// By the pattern that selects it; `default` is selected where no other is.
    fn response(
        &mut self,
        pattern: &str,
        response: &Value,
        path: &str,
        http_method: &str,
    ) -> Result<IntegrationResponse, AwsError> {
        let mut sent = response.as_object().cloned().unwrap_or_default();
        self.only_texts(&mut sent, "responseParameters", path, http_method);
        self.only_texts(&mut sent, "responseTemplates", path, http_method);
        let status = sent.get("statusCode").and_then(text_of);
        let handling = sent.get("contentHandling").and_then(Value::as_str).map(str::to_uppercase);
        let texts = |member: &str| -> Result<BTreeMap<String, String>, AwsError> {
            input::parse(sent.get(member).cloned().unwrap_or_else(|| json!({})))
        };
        Ok(IntegrationResponse {
            status_code: status.ok_or_else(|| bad_request("Invalid Response status code specified"))?,
            selection_pattern: Some(pattern.to_owned()).filter(|p| p != "default"),
            response_parameters: texts("responseParameters")?,
            response_templates: texts("responseTemplates")?
                .into_iter()
                .map(|(kind, template)| (kind, input::non_empty(Some(template))))
                .collect(),
            content_handling: handling,
        })
    }
}
