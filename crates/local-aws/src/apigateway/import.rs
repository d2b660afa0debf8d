//! ImportRestApi and PutRestApi: a whole API as one OpenAPI document.

use super::{
    endpoint,
    errors::{bad_request, refuse_by},
    find,
    ids::Ids,
    input::{from_text, parse},
    openapi::{self, Mode, document::BasePath, document::Document},
    rest_api,
    state::RestApi,
    tags,
};
use crate::{
    call::{Call, Reply},
    error::AwsError,
};
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Options {
    mode: Option<String>,
    #[serde(default, deserialize_with = "from_text")]
    fail_on_warnings: Option<bool>,
    basepath: Option<String>,
    endpoint_configuration_types: Option<String>,
}

impl Options {
    fn mode(&self) -> Result<Mode, AwsError> {
        refuse_by(|failures| failures.one_of("mode", self.mode.as_deref(), &["merge", "overwrite"]))?;
        Ok(if self.mode.as_deref() == Some("overwrite") { Mode::Overwrite } else { Mode::Merge })
    }

    fn base_path(&self) -> Result<BasePath, AwsError> {
        match self.basepath.as_deref() {
            None | Some("ignore") => Ok(BasePath::Ignore),
            Some("prepend") => Ok(BasePath::Prepend),
            Some("split") => Ok(BasePath::Split),
            Some(other) => Err(bad_request(format!(
                "Invalid basepath {other}. Must be one of: [ignore, prepend, split]"
            ))),
        }
    }
}

/// A new API from a document.
pub(crate) fn import(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let options: Options = parse(input)?;
    let document = Document::read(&call.payload, options.base_path()?)?;
    let mut ids = Ids::of(call);
    let mut api = rest_api::empty(call, &mut ids);
    if let Some(kind) = &options.endpoint_configuration_types {
        endpoint::set_type(&mut api.endpoint_configuration, kind)?;
    }
    let warnings = run(call, &mut api, &document, Mode::Overwrite, &options, &mut ids)?;
    let mut body = rest_api::wire(&api, call.now);
    tags::show(&mut body, &api.tags);
    call.region_mut().apigateway.apis.insert(api.id.clone(), api);
    Ok(Reply::created(with_warnings(body, warnings)))
}

/// An existing API's draft from a document. Stages, their variables, the endpoint, tags and usage plans stay.
pub(crate) fn put(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let id: find::ApiId = parse(json!({ "restApiId": input.get("restApiId") }))?;
    let options: Options = parse(input)?;
    let mode = options.mode()?;
    let document = Document::read(&call.payload, options.base_path()?)?;
    let mut ids = Ids::of(call);
    let mut api = rest_api::to_update(call, &id.rest_api_id)?;
    let warnings = run(call, &mut api, &document, mode, &options, &mut ids)?;
    let body = rest_api::updated(call, api)?;
    Ok(Reply::ok(with_warnings(body, warnings)))
}

/// Changes `api` as the document says; the warnings, if they are wanted as such.
fn run(
    call: &Call<'_>,
    api: &mut RestApi,
    document: &Document,
    mode: Mode,
    options: &Options,
    ids: &mut Ids,
) -> Result<Vec<String>, AwsError> {
    let before = Arc::new(api.draft.clone());
    let report = openapi::apply(call, api, document, mode, ids)?;
    let section =
        |title: &str, lines: &[String]| format!("{title} found during import:\n\t{}", lines.join("\n\t"));
    if !report.errors.is_empty() {
        let mut text = section("Errors", &report.errors);
        if !report.warnings.is_empty() {
            text = format!("{text}\n{}", section("Additional warnings", &report.warnings));
        }
        return Err(bad_request(text));
    }
    if options.fail_on_warnings == Some(true) && !report.warnings.is_empty() {
        return Err(bad_request(section("Warnings", &report.warnings)));
    }
    api.imported = Some(call.now);
    api.before_import = Some(before);
    Ok(report.warnings)
}

fn with_warnings(mut body: Value, warnings: Vec<String>) -> Value {
    if !warnings.is_empty() {
        body["warnings"] = json!(warnings);
    }
    body
}
