//! Paths become resources.

use super::{super::errors::not_found, Importer, document::operations};
use crate::error::AwsError;
use serde_json::Value;

impl Importer<'_> {
    /// Every path with its methods, in the document's order.
    pub(crate) fn paths(&mut self) {
        let document = self.document;
        for (path, item) in document.paths() {
            let created = self.resource(&path);
            let Some(id) = self.note(|| format!("Unable to create resource at path '{path}'"), created)
            else {
                continue;
            };
            let item = Value::Object(item.clone());
            for (name, operation) in operations(&item) {
                self.method(&id, &path, http_method(name), document.resolve(operation), &item);
            }
        }
    }

    /// The resource at `path`, made with all above it where they are not there yet.
    fn resource(&mut self, path: &str) -> Result<String, AwsError> {
        let root = self.draft.root().ok_or_else(|| not_found("Invalid Resource identifier specified"))?;
        let (mut at, mut so_far) = (root.id.clone(), String::new());
        for part in path.split('/').filter(|part| !part.is_empty()) {
            so_far = format!("{so_far}/{part}");
            at = match self.draft.resources.values().find(|r| r.path == so_far) {
                Some(there) => there.id.clone(),
                None => {
                    let former = self.former.resources.values().find(|r| r.path == so_far);
                    let id = former.map_or_else(|| self.ids.id(), |r| r.id.clone());
                    self.draft.add_resource(id, &at, part)?.id.clone()
                }
            };
        }
        Ok(at)
    }
}

fn http_method(name: &str) -> String {
    if name == "x-amazon-apigateway-any-method" { "ANY".to_owned() } else { name.to_uppercase() }
}
