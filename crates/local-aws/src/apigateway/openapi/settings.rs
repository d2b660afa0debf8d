//! What a document says of the API as a whole.

use super::{
    super::{
        draft::RequestValidator,
        endpoint,
        errors::bad_request,
        gateway_response::{self, check_type},
        policy,
        rest_api::{KEY_SOURCES, check_name, compression},
        state::RestApi,
    },
    Importer, Mode,
    document::text_of,
};
use crate::{constraint::Failures, error::AwsError};
use serde_json::{Value, json};

impl Importer<'_> {
    /// Name, description, version and the settings that are extensions. Where a document is silent, an overwrite
    /// brings the default back.
    pub(crate) fn settings(&mut self, api: &mut RestApi) -> Result<(), AwsError> {
        self.info()?;
        self.draft_settings()?;
        let extension = |name: &str| self.document.extension(name);
        let overwrite = self.mode == Mode::Overwrite;
        match extension("policy") {
            Some(Value::String(text)) => api.policy = policy::read(self.call, &api.id, text)?,
            Some(value) => api.policy = policy::read(self.call, &api.id, &value.to_string())?,
            None if overwrite => api.policy = None,
            None => {}
        }
        let endpoint = extension("endpoint-configuration");
        match endpoint.and_then(|e| e.get("disableExecuteApiEndpoint")).and_then(Value::as_bool) {
            Some(disabled) => api.disable_execute_api_endpoint = disabled,
            None if overwrite => api.disable_execute_api_endpoint = false,
            None => {}
        }
        if let Some(ids) = endpoint.and_then(|e| e.get("vpcEndpointIds")) {
            api.endpoint_configuration["vpcEndpointIds"] = ids.clone();
        }
        if let Some(address_type) = endpoint.and_then(|e| e.get("ipAddressType")).and_then(Value::as_str) {
            endpoint::set_address_type(&mut api.endpoint_configuration, address_type)?;
        }
        Ok(())
    }

    fn info(&mut self) -> Result<(), AwsError> {
        let info = self.document.get("info");
        let member = |name: &str| info.and_then(|i| i.get(name)).and_then(text_of).filter(|t| !t.is_empty());
        if let Some(title) = member("title") {
            check_name(&title)?;
            self.draft.name = title;
        }
        let keep = self.mode == Mode::Merge;
        self.draft.description = member("description").or(self.draft.description.take().filter(|_| keep));
        self.draft.version = member("version").or(self.draft.version.take().filter(|_| keep));
        Ok(())
    }

    /// The extensions that are part of the draft, which starts from the defaults or, for a merge, from what was there.
    fn draft_settings(&mut self) -> Result<(), AwsError> {
        let extension = |name: &str| self.document.extension(name);
        if let Some(source) = extension("api-key-source") {
            let source = source.as_str().unwrap_or_default().to_uppercase();
            if !KEY_SOURCES.contains(&source.as_str()) {
                return Err(bad_request(format!("Invalid API key source specified: {source}")));
            }
            self.draft.api_key_source = source;
        }
        for kind in extension("binary-media-types").and_then(Value::as_array).into_iter().flatten() {
            let kind = text_of(kind).unwrap_or_default();
            if !self.draft.binary_media_types.contains(&kind) {
                self.draft.binary_media_types.push(kind);
            }
        }
        if let Some(size) = extension("minimum-compression-size") {
            // What is no number is as much out of bounds as -1.
            self.draft.minimum_compression_size = compression(Some(size.as_i64().unwrap_or(-1)))?;
        }
        Ok(())
    }

    pub(crate) fn request_validators(&mut self) {
        let document = self.document;
        let wanted = document.extension("request-validators").and_then(Value::as_object);
        for (name, flags) in wanted.into_iter().flatten() {
            let flag = |name: &str| flags.get(name).and_then(Value::as_bool).unwrap_or_default();
            let former = self.former.request_validators.values().find(|v| v.name == *name);
            let id = former.map_or_else(|| self.ids.id(), |v| v.id.clone());
            let validator = RequestValidator {
                id: id.clone(),
                name: name.clone(),
                validate_request_body: flag("validateRequestBody"),
                validate_request_parameters: flag("validateRequestParameters"),
            };
            self.draft.request_validators.insert(id, validator);
        }
    }

    pub(crate) fn gateway_responses(&mut self) {
        let document = self.document;
        let wanted = document.extension("gateway-responses").and_then(Value::as_object);
        for (kind, response) in wanted.into_iter().flatten() {
            let mut failures = Failures::default();
            check_type(&mut failures, kind);
            let result = match failures.first() {
                Some(failure) => Err(bad_request(failure)),
                None => {
                    wanted_response(response).and_then(|w| self.draft.put_gateway_response(kind, w).map(drop))
                }
            };
            self.note(|| format!("Unable to put gateway response '{kind}'"), result);
        }
    }
}

/// A status may be a number here.
fn wanted_response(response: &Value) -> Result<gateway_response::WantedResponse, AwsError> {
    let mut response = response.clone();
    if let Some(status) = response.get("statusCode").and_then(text_of) {
        response["statusCode"] = json!(status);
    }
    super::super::input::parse(response)
}
