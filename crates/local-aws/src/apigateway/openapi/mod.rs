//! From an OpenAPI document to a draft.

pub(crate) mod document;

mod integration;
mod methods;
mod resources;
mod schemas;
mod security;
mod settings;

use super::{draft::Draft, ids::Ids, state::RestApi};
use crate::{call::Call, error::AwsError};
use document::Document;
use std::collections::{BTreeMap, BTreeSet};

/// What happens to that of the draft which the document does not name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// It stays.
    Merge,
    /// It goes, or falls back to its default.
    Overwrite,
}

/// What an import has to say. With an error nothing is imported.
#[derive(Debug, Default)]
pub(crate) struct ImportReport {
    pub errors: Vec<String>,
    pub warnings: Vec<String>,
}

/// One import on its way.
struct Importer<'a> {
    call: &'a Call<'a>,
    document: &'a Document,
    mode: Mode,
    api_id: String,
    draft: Draft,
    /// The draft as it was: what is there again under its old name keeps its id.
    former: Draft,
    /// Security schemes that are authorizers: name to id.
    authorizers: BTreeMap<String, String>,
    /// The models that this import has made.
    models: BTreeSet<String>,
    ids: &'a mut Ids,
    report: ImportReport,
}

/// Writes the document into the API's draft and its API-level settings.
pub(crate) fn apply(
    call: &Call<'_>,
    api: &mut RestApi,
    document: &Document,
    mode: Mode,
    ids: &mut Ids,
) -> Result<ImportReport, AwsError> {
    let former = api.draft.clone();
    let mut importer = Importer {
        call,
        document,
        mode,
        api_id: api.id.clone(),
        draft: if mode == Mode::Merge { former.clone() } else { bare(&former) },
        former,
        authorizers: BTreeMap::new(),
        models: BTreeSet::new(),
        ids,
        report: ImportReport { warnings: document.parse_issues(), ..ImportReport::default() },
    };
    importer.settings(api)?;
    importer.request_validators();
    importer.authorizers();
    importer.gateway_responses();
    importer.paths();
    api.draft = importer.draft;
    Ok(importer.report)
}

/// Nothing but the root, which keeps its id.
fn bare(former: &Draft) -> Draft {
    let root = former
        .root()
        .map(|root| super::draft::Resource { resource_methods: BTreeMap::new(), ..root.clone() });
    Draft {
        name: former.name.clone(),
        api_key_source: "HEADER".to_owned(),
        resources: root.into_iter().map(|root| (root.id.clone(), root)).collect(),
        ..Draft::default()
    }
}

impl Importer<'_> {
    /// Notes what failed: "Unable to put method 'GET' on resource at path '/': …".
    fn note<T>(&mut self, what: impl Fn() -> String, result: Result<T, AwsError>) -> Option<T> {
        result.map_err(|e| self.report.errors.push(format!("{}: {}", what(), e.message))).ok()
    }

    fn warn(&mut self, warning: String) {
        if !self.report.warnings.contains(&warning) {
            self.report.warnings.push(warning);
        }
    }
}
