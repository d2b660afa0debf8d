//! Lists of tags and of repositories, in pages of `n` after `last`.

use super::{
    error::{RegistryAnswer, json, set},
    scope::RepositoryScope,
};
use crate::{blobs::RegistryAccess, body::Body, paging, shared::Shared};
use http::{Request, Response, StatusCode, Uri};
use serde_json::json;
use std::collections::BTreeMap;

pub(crate) fn list(scope: &RepositoryScope<'_>, uri: &Uri) -> RegistryAnswer {
    let tags = scope.with(|repository| Ok(repository.image_tags.keys().cloned().collect()))?;
    let (tags, next) = page(uri, tags);
    let body = json!({ "name": scope.owner.name, "tags": tags });
    Ok(linked(json(StatusCode::OK, &body), next))
}

pub(crate) fn catalog(shared: &Shared, access: &RegistryAccess, request: &Request<Body>) -> Response<Body> {
    let mut world = shared.world();
    let region = world.region(&access.account, &access.region);
    let (names, next) = page(request.uri(), region.ecr.repositories.keys().cloned().collect());
    linked(json(StatusCode::OK, &json!({ "repositories": names })), next)
}

/// The page, and where the next one is. `all` are in order.
fn page(uri: &Uri, all: Vec<String>) -> (Vec<String>, Option<String>) {
    let query: BTreeMap<String, String> =
        serde_urlencoded::from_str(uri.query().unwrap_or_default()).unwrap_or_default();
    let limit = query.get("n").and_then(|n| n.parse().ok()).unwrap_or(usize::MAX);
    let items = all.into_iter().map(|item| (item.clone(), item));
    let (page, last) = paging::cut(items, query.get("last").map(String::as_str), limit);
    let next = last.map(|last| format!("<{}?n={limit}&last={last}>; rel=\"next\"", uri.path()));
    (page, next)
}

fn linked(mut response: Response<Body>, next: Option<String>) -> Response<Body> {
    if let Some(next) = next {
        set(&mut response, &[("link", next)]);
    }
    response
}
