//! Security schemes: keys, signatures, authorizers.

use super::{
    super::{authorizer, draft::Method, errors::bad_request, input},
    Importer,
};
use crate::error::AwsError;
use serde_json::{Map, Value};

impl<'a> Importer<'a> {
    /// Every scheme with `x-amazon-apigateway-authorizer` becomes an authorizer, used or not.
    pub(crate) fn authorizers(&mut self) {
        for (name, scheme) in self.schemes().into_iter().flatten() {
            let Some(extension) = scheme.get("x-amazon-apigateway-authorizer") else { continue };
            let result = wanted(name, scheme, extension).and_then(|wanted| {
                let former = self.former.authorizers.values().find(|a| a.name == *name);
                let id = former.map_or_else(|| self.ids.id(), |a| a.id.clone());
                self.draft.authorizers.remove(&id);
                self.draft.add_authorizer(id.clone(), wanted)?;
                Ok(id)
            });
            if let Some(id) = self.note(|| format!("Unable to create authorizer '{name}'"), result) {
                self.authorizers.insert(name.clone(), id);
            }
        }
    }

    fn schemes(&self) -> Option<&'a Map<String, Value>> {
        self.document.components("securitySchemes", "securityDefinitions")
    }

    /// The method's own requirements, or the document's. All that are listed apply together.
    pub(crate) fn secure(&mut self, method: &mut Method, operation: &Value) {
        if let Some(kind) = operation.pointer("/x-amazon-apigateway-auth/type").and_then(Value::as_str) {
            method.authorization_type = kind.to_uppercase();
        }
        let document = self.document;
        let requirements = operation.get("security").or_else(|| document.get("security"));
        let all = requirements.and_then(Value::as_array).into_iter().flatten();
        for (name, scopes) in all.filter_map(Value::as_object).flatten() {
            self.require(method, name, scopes);
        }
    }

    fn require(&mut self, method: &mut Method, name: &str, scopes: &Value) {
        let Some(scheme) = self.schemes().and_then(|schemes| schemes.get(name)) else {
            return self.warn(format!("Unable to find security definition '{name}'. Ignoring."));
        };
        if let Some(authorizer) = self.authorizers.get(name).and_then(|id| self.draft.authorizers.get(id)) {
            let cognito = authorizer.kind == "COGNITO_USER_POOLS";
            method.authorizer_id = Some(authorizer.id.clone());
            method.authorization_type = if cognito { "COGNITO_USER_POOLS" } else { "CUSTOM" }.to_owned();
            if cognito {
                let scopes = scopes.as_array().into_iter().flatten();
                method.authorization_scopes = scopes.filter_map(Value::as_str).map(str::to_owned).collect();
            }
            return;
        }
        let member = |member: &str| scheme.get(member).and_then(Value::as_str).unwrap_or_default();
        let is_key = member("type") == "apiKey" && member("in") == "header";
        if member("x-amazon-apigateway-authtype").eq_ignore_ascii_case("awsSigv4") {
            method.authorization_type = "AWS_IAM".to_owned();
        } else if is_key && member("name").eq_ignore_ascii_case("x-api-key") {
            method.api_key_required = true;
        } else if scheme.get("x-amazon-apigateway-authorizer").is_none() {
            let kind = member("type");
            self.warn(format!("Unsupported security definition type '{kind}' for '{name}'. Ignoring."));
        }
    }
}

/// What identifies a caller to a TOKEN authorizer or a user pool is the header that the scheme names.
fn wanted(name: &str, scheme: &Value, extension: &Value) -> Result<authorizer::WantedAuthorizer, AwsError> {
    let mut wanted: authorizer::WantedAuthorizer = input::parse(extension.clone())?;
    wanted.name = name.to_owned();
    wanted.kind = wanted.kind.to_uppercase();
    if !authorizer::TYPES.contains(&wanted.kind.as_str()) {
        return Err(bad_request(format!("Invalid authorizer type specified: {}", wanted.kind)));
    }
    let text = |member: &str| scheme.get(member).and_then(Value::as_str);
    wanted.auth_type = text("x-amazon-apigateway-authtype").map(str::to_owned);
    if wanted.identity_source.is_none() && wanted.kind != "REQUEST" {
        wanted.identity_source = text("name").map(|header| format!("method.request.header.{header}"));
    }
    Ok(wanted)
}
