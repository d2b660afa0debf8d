//! Uploads: started by POST, fed by PATCH, finished by PUT; or all at once; or mounted from another repository.

use super::{
    error::{RegistryAnswer, RegistryError, empty},
    scope::RepositoryScope,
};
use crate::{
    blobs::{Owner, Upload, is_digest},
    body::Body,
    secret,
};
use http::{HeaderMap, Request, StatusCode, Uri, header};
use std::collections::BTreeMap;

/// `mount=` takes the blob over from a repository that has it, `digest=` brings it in this one request.
pub(crate) async fn start(scope: &RepositoryScope<'_>, request: Request<Body>) -> RegistryAnswer {
    let parameters = parameters(request.uri());
    if let Some(digest) = parameters.get("mount")
        && mount(scope, digest, parameters.get("from"))?
    {
        return Ok(created(&scope.owner.name, digest));
    }
    // Who knows it can go on with the upload.
    let id = secret::random()?;
    let mut upload = scope.shared.blobs.start(scope.owner.clone())?;
    if let Some(digest) = parameters.get("digest") {
        upload.append(request.into_body()).await?;
        return complete(scope, upload, digest);
    }
    Ok(go_on(scope, id, upload, StatusCode::ACCEPTED))
}

/// Whether the blob is in this repository now.
fn mount(scope: &RepositoryScope<'_>, digest: &str, from: Option<&String>) -> Result<bool, RegistryError> {
    let mut world = scope.shared.world();
    let size = match from {
        Some(name) => {
            let other = Owner { name: name.clone(), ..scope.owner.clone() };
            other.repository(&mut world).ok().and_then(|r| r.layers.get(digest).copied())
        }
        None => None,
    };
    if let Some(size) = size {
        scope.owner.repository(&mut world)?.layers.insert(digest.to_owned(), size);
    }
    Ok(size.is_some())
}

pub(crate) fn status(scope: &RepositoryScope<'_>, id: &str) -> RegistryAnswer {
    let upload = take(scope, id)?;
    Ok(go_on(scope, id.to_owned(), upload, StatusCode::NO_CONTENT))
}

/// ECR answers 201 here, where the distribution specification asks for 202.
pub(crate) async fn append(scope: &RepositoryScope<'_>, id: &str, request: Request<Body>) -> RegistryAnswer {
    let mut upload = fitting(scope, id, request.headers())?;
    upload.append(request.into_body()).await?;
    Ok(go_on(scope, id.to_owned(), upload, StatusCode::CREATED))
}

/// May bring the last part, or all of it.
pub(crate) async fn finish(scope: &RepositoryScope<'_>, id: &str, request: Request<Body>) -> RegistryAnswer {
    let digest = parameters(request.uri()).remove("digest");
    let digest = digest.filter(|d| is_digest(d)).ok_or_else(|| {
        RegistryError::bad("DIGEST_INVALID", "An upload is finished with a digest of sha256")
    })?;
    let mut upload = fitting(scope, id, request.headers())?;
    upload.append(request.into_body()).await?;
    complete(scope, upload, &digest)
}

pub(crate) fn cancel(scope: &RepositoryScope<'_>, id: &str) -> RegistryAnswer {
    drop(take(scope, id)?);
    Ok(empty(StatusCode::NO_CONTENT, &[]))
}

fn take(scope: &RepositoryScope<'_>, id: &str) -> Result<Upload, RegistryError> {
    let text = || format!("The upload '{id}' does not exist in the repository '{}'", scope.owner.name);
    let upload = scope.shared.blobs.take(id, &scope.owner);
    upload.ok_or_else(|| RegistryError::not_found("BLOB_UPLOAD_UNKNOWN", text()))
}

/// The upload, if what comes now begins where it ended.
fn fitting(scope: &RepositoryScope<'_>, id: &str, headers: &HeaderMap) -> Result<Upload, RegistryError> {
    let upload = take(scope, id)?;
    let range = headers.get(header::CONTENT_RANGE).and_then(|r| r.to_str().ok());
    let start = range.and_then(|r| r.trim_start_matches("bytes ").split('-').next()?.parse::<u64>().ok());
    match (range, start) {
        (None, _) => Ok(upload),
        (Some(_), Some(start)) if start == upload.size => Ok(upload),
        (Some(range), _) => {
            let text = format!("Range '{range}' does not begin at {}, where the upload ended", upload.size);
            scope.shared.blobs.keep(id.to_owned(), upload);
            Err(RegistryError::new(StatusCode::RANGE_NOT_SATISFIABLE, "BLOB_UPLOAD_INVALID", text))
        }
    }
}

/// Under one lock the file becomes a blob and the repository knows it.
fn complete(scope: &RepositoryScope<'_>, upload: Upload, digest: &str) -> RegistryAnswer {
    let finished = upload.finish(digest)?;
    scope.with(|repository| {
        let size = finished.size;
        scope.shared.blobs.adopt(finished)?;
        repository.layers.insert(digest.to_owned(), size);
        Ok(())
    })?;
    Ok(created(&scope.owner.name, digest))
}

fn created(name: &str, digest: &str) -> http::Response<Body> {
    let location = format!("/v2/{name}/blobs/{digest}");
    empty(StatusCode::CREATED, &[("location", location), ("docker-content-digest", digest.to_owned())])
}

/// Keeps the upload and says where to go on.
fn go_on(
    scope: &RepositoryScope<'_>,
    id: String,
    upload: Upload,
    status: StatusCode,
) -> http::Response<Body> {
    let headers = [
        ("location", format!("/v2/{}/blobs/uploads/{id}", scope.owner.name)),
        ("range", format!("0-{}", upload.size.saturating_sub(1))),
        ("docker-upload-uuid", id.clone()),
    ];
    scope.shared.blobs.keep(id, upload);
    empty(status, &headers)
}

/// The query, decoded.
fn parameters(uri: &Uri) -> BTreeMap<String, String> {
    serde_urlencoded::from_str(uri.query().unwrap_or_default()).unwrap_or_default()
}
