//! Manifests, by tag or by digest.

use super::{
    error::{RegistryAnswer, RegistryError, empty, set},
    scope::RepositoryScope,
};
use crate::{
    blobs::{is_digest, release},
    body::{Body, full},
    ecr::{ImageId, MAX_MANIFEST_BYTES, Push, PutRefusal, is_tag},
};
use http::{HeaderMap, Request, Response, StatusCode, header};
use http_body_util::{BodyExt, Limited};

/// A manifest, if the caller takes its media type.
pub(crate) fn get(scope: &RepositoryScope<'_>, reference: &str, headers: &HeaderMap) -> RegistryAnswer {
    let image = scope.with(|r| r.image(reference).cloned().ok_or_else(unknown))?;
    if !accepts(headers, &image.media_type) {
        let text = format!("The manifest is of media type '{}', which is not accepted", image.media_type);
        return Err(RegistryError::not_found("MANIFEST_UNKNOWN", text));
    }
    let headers = [
        ("content-length", image.manifest.len().to_string()),
        ("content-type", image.media_type),
        ("docker-content-digest", image.digest),
    ];
    let mut response = Response::new(full(image.manifest));
    set(&mut response, &headers);
    Ok(response)
}

fn unknown() -> RegistryError {
    RegistryError::not_found("MANIFEST_UNKNOWN", "Requested image not found")
}

/// Who says nothing takes everything.
fn accepts(headers: &HeaderMap, media_type: &str) -> bool {
    let values = headers.get_all(header::ACCEPT).iter().filter_map(|v| v.to_str().ok());
    let mut accepted =
        values.flat_map(|v| v.split(',')).map(|t| t.split(';').next().unwrap_or_default().trim());
    let takes = |t: &str| t == media_type || t == "*/*" || t == "application/*";
    !headers.contains_key(header::ACCEPT) || accepted.any(takes)
}

/// A manifest whose blobs and images are all there. The same once more changes nothing.
pub(crate) async fn put(
    scope: &RepositoryScope<'_>,
    reference: &str,
    request: Request<Body>,
) -> RegistryAnswer {
    let (parts, body) = request.into_parts();
    let by_digest = reference.contains(':');
    if !is_digest(reference) && !is_tag(reference) {
        let code = if by_digest { "DIGEST_INVALID" } else { "TAG_INVALID" };
        return Err(RegistryError::bad(
            code,
            format!("'{reference}' is neither a tag nor a digest of sha256"),
        ));
    }
    let manifest = whole(body).await?;
    let media_type = parts.headers.get(header::CONTENT_TYPE).and_then(|t| t.to_str().ok());
    let push = Push {
        manifest: &manifest,
        media_type,
        tag: Some(reference).filter(|_| !by_digest),
        digest: Some(reference).filter(|_| by_digest),
        now: scope.shared.clock.now(),
    };
    let owner = &scope.owner;
    let digest = scope.with(|repository| match repository.put_image(&push) {
        Ok(digest) | Err(PutRefusal::Exists { digest, .. }) => Ok(digest),
        Err(refusal) => Err(RegistryError::refused(&refusal, &owner.name, &owner.account)),
    })?;
    let location = format!("/v2/{}/manifests/{digest}", owner.name);
    Ok(empty(StatusCode::CREATED, &[("location", location), ("docker-content-digest", digest)]))
}

async fn whole(body: Body) -> Result<String, RegistryError> {
    let refuse = |why: String| RegistryError::bad("MANIFEST_INVALID", why);
    let all = Limited::new(body, MAX_MANIFEST_BYTES).collect().await.map_err(|e| refuse(e.to_string()))?;
    String::from_utf8(all.to_bytes().into()).map_err(|e| refuse(e.to_string()))
}

/// As BatchDeleteImage of one id.
pub(crate) fn delete(scope: &RepositoryScope<'_>, reference: &str) -> RegistryAnswer {
    let reference = Some(reference.to_owned());
    let id = match reference.as_deref().is_some_and(is_digest) {
        true => ImageId { image_digest: reference, image_tag: None },
        false => ImageId { image_digest: None, image_tag: reference },
    };
    let mut world = scope.shared.world();
    let deleted =
        scope.owner.repository(&mut world)?.delete_image(&id).map_err(|failure| match failure.code {
            "ImageNotFound" => unknown(),
            _ => RegistryError::bad("MANIFEST_INVALID", failure.reason),
        })?;
    release(&world, &scope.shared.blobs, &deleted.blobs);
    Ok(empty(StatusCode::ACCEPTED, &[]))
}
