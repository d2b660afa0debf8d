//! Schemas become models: those that methods refer to, and those that these refer to.

use super::{super::draft::Model, Importer};
use serde_json::Value;

const PREFIXES: [&str; 2] = ["#/components/schemas/", "#/definitions/"];

impl Importer<'_> {
    /// The name of a schema's model. A schema without a name gets one.
    pub(crate) fn model(&mut self, schema: &Value) -> Option<String> {
        match referred(schema) {
            Some(name) => self.named_model(&name),
            None => {
                let name = format!("MODEL{}", &self.ids.id()[..6]);
                self.add_model(&name, schema);
                Some(name)
            }
        }
    }

    fn named_model(&mut self, name: &str) -> Option<String> {
        let document = self.document;
        let Some(schema) = document.components("schemas", "definitions").and_then(|all| all.get(name)) else {
            self.warn(format!("Model reference '{name}' can not be resolved. Ignoring."));
            return None;
        };
        if !name.chars().all(|c| c.is_ascii_alphanumeric()) {
            let error =
                format!("Unable to create model for '{name}': Model name must be alphanumeric: {name}");
            if !self.report.errors.contains(&error) {
                self.report.errors.push(error);
            }
            return None;
        }
        // Each once: models may refer to each other in circles.
        if self.models.insert(name.to_owned()) {
            self.add_model(name, schema);
        }
        Some(name.to_owned())
    }

    fn add_model(&mut self, name: &str, schema: &Value) {
        let description = schema.get("description").and_then(Value::as_str).map(str::to_owned);
        let former = self.former.models.get(name).map(|m| m.id.clone());
        let id = former.unwrap_or_else(|| self.ids.id());
        let (own, referred) = self.with_model_urls(schema);
        let model = Model {
            id,
            name: name.to_owned(),
            description,
            schema: format!("{own:#}"),
            content_type: "application/json".to_owned(),
        };
        self.draft.models.insert(name.to_owned(), model);
        for name in referred {
            self.named_model(&name);
        }
    }

    /// The schema with its references as API Gateway writes them, and the names that it refers to.
    fn with_model_urls(&self, schema: &Value) -> (Value, Vec<String>) {
        let mut names = Vec::new();
        let mut own = schema.clone();
        rewrite(&mut own, &self.api_id, &mut names);
        (own, names)
    }
}

fn referred(schema: &Value) -> Option<String> {
    let reference = schema.get("$ref")?.as_str()?;
    PREFIXES.iter().find_map(|prefix| reference.strip_prefix(prefix)).map(str::to_owned)
}

fn rewrite(value: &mut Value, api: &str, names: &mut Vec<String>) {
    if let Some(name) = referred(value) {
        value["$ref"] = Value::from(format!("https://apigateway.amazonaws.com/restapis/{api}/models/{name}"));
        names.push(name);
        return;
    }
    match value {
        Value::Object(map) => map.values_mut().for_each(|v| rewrite(v, api, names)),
        Value::Array(all) => all.iter_mut().for_each(|v| rewrite(v, api, names)),
        _ => {}
    }
}
