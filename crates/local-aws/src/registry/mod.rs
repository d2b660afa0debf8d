//! ECR's data plane: the OCI distribution API under `/v2/`. Repositories and manifests are in the world; blobs are on
//! disk. Which account and region a request is about, its credentials say.

mod blobs;
mod credentials;
mod download;
mod error;
mod manifests;
mod rights;
mod route;
mod scope;
mod tags;
mod uploads;

use crate::{
    body::{Body, full},
    faults::{self, Cut, Stopped},
    shared::Shared,
};
use error::{RegistryAnswer, RegistryError};
use http::{Method, Request, Response, StatusCode};
use http_body_util::BodyExt;
use route::{RegistryRoute, RepositoryPart};
use scope::RepositoryScope;

/// Answers one request to `/v2/`.
///
/// # Errors
/// [`Cut`], only where a fault plan says so.
pub(crate) async fn handle(shared: &Shared, request: Request<Body>) -> Result<Response<Body>, Cut> {
    let head = request.method() == Method::HEAD;
    let operation = route::operation(&request);
    let fate = shared.faults.fate_of(faults::REGISTRY, operation);
    let answer = match fate.before().await {
        Ok(()) => answer(shared, request).await,
        Err(Stopped::Refused(planned)) => Ok(error::planned(&planned)),
        Err(Stopped::Cut) => {
            // Some of what was sent has arrived.
            let _lost = request.into_body().frame().await;
            return Err(Cut);
        }
    };
    let mut response = answer.unwrap_or_else(RegistryError::into_response);
    response
        .headers_mut()
        .insert("docker-distribution-api-version", http::HeaderValue::from_static("registry/2.0"));
    shared.watch.say(|| format!("registry {operation} {}", response.status().as_u16()));
    if head {
        *response.body_mut() = full("");
    }
    fate.after(response).await
}

async fn answer(shared: &Shared, request: Request<Body>) -> RegistryAnswer {
    let access = credentials::of(&request, &shared.secret)?;
    let route = RegistryRoute::of(request.uri().path()).ok_or_else(RegistryError::no_such_page)?;
    let (name, target) = match route {
        RegistryRoute::Base => return Ok(error::json(StatusCode::OK, &serde_json::json!({}))),
        RegistryRoute::Catalog => return Ok(tags::catalog(shared, &access, &request)),
        RegistryRoute::Repository(name, target) => (name, target),
    };
    rights::check(shared, &access, route::operation(&request), &name)?;
    let scope = RepositoryScope::new(shared, access, &name)?;
    match (request.method().clone(), target) {
        (Method::GET | Method::HEAD, RepositoryPart::Blob(digest)) => {
            blobs::get(&scope, &digest, request.headers()).await
        }
        (Method::POST, RepositoryPart::Uploads) => uploads::start(&scope, request).await,
        (Method::GET, RepositoryPart::Upload(id)) => uploads::status(&scope, &id),
        (Method::PATCH, RepositoryPart::Upload(id)) => uploads::append(&scope, &id, request).await,
        (Method::PUT, RepositoryPart::Upload(id)) => uploads::finish(&scope, &id, request).await,
        (Method::DELETE, RepositoryPart::Upload(id)) => uploads::cancel(&scope, &id),
        (Method::GET | Method::HEAD, RepositoryPart::Manifest(reference)) => {
            manifests::get(&scope, &reference, request.headers())
        }
        (Method::PUT, RepositoryPart::Manifest(reference)) => {
            manifests::put(&scope, &reference, request).await
        }
        (Method::DELETE, RepositoryPart::Manifest(reference)) => manifests::delete(&scope, &reference),
        (Method::GET, RepositoryPart::Tags) => tags::list(&scope, request.uri()),
        _ => Err(RegistryError::unsupported()),
    }
}

#[cfg(test)]
mod docker_tests;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
