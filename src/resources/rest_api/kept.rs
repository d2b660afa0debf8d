//! Settings that an import brings back to their defaults where its document does not say them.

use super::Settings;
use serde_json::{Value, json};

/// What every document has to say again.
#[derive(Debug, Clone, Default)]
pub struct Kept {
    name: String,
    description: String,
    policy: Option<Value>,
    /// Bytes.
    minimum_compression_size: Option<i32>,
    disable_execute_api_endpoint: bool,
}

impl Kept {
    pub(super) fn of(settings: &Settings) -> Self {
        Self {
            name: settings.name.clone(),
            description: settings.description.clone(),
            policy: settings.policy.clone(),
            minimum_compression_size: settings.minimum_compression_size,
            disable_execute_api_endpoint: !settings.execute_api_endpoint,
        }
    }

    /// Adds them to an OpenAPI document.
    pub fn write(&self, document: &mut Value) {
        document["info"] = json!({ "title": self.name, "version": "1.0" });
        if !self.description.is_empty() {
            document["info"]["description"] = json!(self.description);
        }
        if let Some(policy) = &self.policy {
            document["x-amazon-apigateway-policy"] = policy.clone();
        }
        if let Some(size) = self.minimum_compression_size {
            document["x-amazon-apigateway-minimum-compression-size"] = json!(size);
        }
        if self.disable_execute_api_endpoint {
            document["x-amazon-apigateway-endpoint-configuration"] =
                json!({ "disableExecuteApiEndpoint": true });
        }
    }
}
