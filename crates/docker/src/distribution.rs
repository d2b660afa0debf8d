//! The OCI distribution protocol, as much of it as pushing takes.

use super::{
    Registry,
    blob::{Blob, digest, whole},
};
use anyhow::{Context as _, Result, anyhow};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use futures_util::{FutureExt, future::LocalBoxFuture};
use http::{HeaderValue, Method, Request, Response, StatusCode, Uri, header};
use lambdeploy_net::{Client, all_of};
use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use lambdeploy_net::Body;

/// A registry that moves no byte for this long is not waited for.
const STALLED: Duration = Duration::from_mins(2);

/// How often moved bytes are told.
const TICK: Duration = Duration::from_millis(200);

/// What a registry answers to a part that it took: 202 by the specification, 201 by ECR, 204 by older registries.
const PATCHED: [StatusCode; 3] = [StatusCode::CREATED, StatusCode::ACCEPTED, StatusCode::NO_CONTENT];

/// Waits before each further attempt.
const RETRIES: [Duration; 3] = [Duration::from_millis(500), Duration::from_secs(2), Duration::from_secs(5)];

/// A registry that asks for more patience than this is not waited for.
const LONGEST: Duration = Duration::from_mins(1);

/// Carries requests to a registry: over the network, or to one in this process.
pub trait Exchange {
    /// # Errors
    /// No answer. An answer that says no is none.
    fn send(&self, request: Request<Body>) -> LocalBoxFuture<'_, Result<Response<Bytes>>>;
}

/// [`Exchange`] over the network.
impl Exchange for Client {
    fn send(&self, request: Request<Body>) -> LocalBoxFuture<'_, Result<Response<Bytes>>> {
        async move {
            let (parts, body) = Client::send(self, request).await?.into_parts();
            Ok(Response::from_parts(parts, all_of(body).await?))
        }
        .boxed_local()
    }
}

/// One repository of one registry.
pub(super) struct Distribution<'a> {
    exchange: &'a dyn Exchange,
    base: String,
    repository: String,
    authorization: String,
}

/// Why an attempt failed, and whether another may do better.
struct RegistryFailure {
    again: bool,
    /// The registry's own word on when.
    after: Duration,
    error: anyhow::Error,
}

impl<'a> Distribution<'a> {
    pub(super) fn new(exchange: &'a dyn Exchange, registry: &Registry, repository: &str) -> Self {
        let scheme = if registry.insecure { "http" } else { "https" };
        Self {
            exchange,
            base: format!("{scheme}://{}", registry.host),
            repository: repository.to_owned(),
            authorization: format!(
                "Basic {}",
                STANDARD.encode(format!("{}:{}", registry.user, registry.password))
            ),
        }
    }

    /// Uploads `blob` unless the repository has it; `on_bytes` hears of bytes sent.
    ///
    /// # Errors
    /// What the registry says, after some attempts.
    pub(super) async fn upload(&self, blob: &Blob, on_bytes: &dyn Fn(u64)) -> Result<()> {
        let attempt =
            || async { if self.has(&blob.digest).await? { Ok(()) } else { self.send(blob, on_bytes).await } };
        retried(attempt).await.with_context(|| format!("uploading {} ({} bytes)", blob.digest, blob.size))?;
        on_bytes(blob.size);
        Ok(())
    }

    /// Puts a manifest under a tag or digest and gives its digest.
    ///
    /// # Errors
    /// What the registry says, after some attempts; a digest that is not the manifest's.
    pub(super) async fn put_manifest(
        &self,
        reference: &str,
        media_type: &str,
        manifest: Bytes,
    ) -> Result<String> {
        let attempt = || async {
            let request =
                self.request(Method::PUT, &format!("/v2/{}/manifests/{reference}", self.repository))?;
            let request = request.header(header::CONTENT_TYPE, media_type).body(whole(manifest.clone()));
            self.expect(request, &[StatusCode::CREATED]).await
        };
        let response = retried(attempt).await.with_context(|| format!("putting the manifest {reference}"))?;
        let digest = digest(&manifest);
        match response.headers().get("docker-content-digest").and_then(|v| v.to_str().ok()) {
            Some(other) if other != digest => {
                Err(anyhow!("the registry calls the manifest {other}, it is {digest}"))
            }
            _ => Ok(digest),
        }
    }

    async fn has(&self, digest: &str) -> Result<bool, RegistryFailure> {
        let request = self.request(Method::HEAD, &format!("/v2/{}/blobs/{digest}", self.repository))?;
        let response = self.answer(request.body(whole(Bytes::new()))).await?;
        match response.status() {
            StatusCode::OK => Ok(true),
            StatusCode::NOT_FOUND => Ok(false),
            _ => Err(refused(&response)),
        }
    }

    /// POST, PATCH and PUT, as Docker does it and so every registry takes it.
    async fn send(&self, blob: &Blob, on_bytes: &dyn Fn(u64)) -> Result<(), RegistryFailure> {
        let begin = self.request(Method::POST, &format!("/v2/{}/blobs/uploads/", self.repository))?;
        let begun = self
            .expect(
                begin.header(header::CONTENT_LENGTH, 0).body(whole(Bytes::new())),
                &[StatusCode::ACCEPTED],
            )
            .await?;
        let sent = Arc::new(AtomicU64::new(0));
        let patch = self
            .request(Method::PATCH, location(&begun)?)?
            .header(header::CONTENT_TYPE, "application/octet-stream")
            .header(header::CONTENT_LENGTH, blob.size)
            .body(blob.body(sent.clone()));
        let patched = watched(self.expect(patch, &PATCHED), &sent, on_bytes).await?;
        let place = location(&patched)?;
        let mark = if place.contains('?') { '&' } else { '?' };
        let put = self.request(Method::PUT, &format!("{place}{mark}digest={}", blob.digest))?;
        self.expect(put.header(header::CONTENT_LENGTH, 0).body(whole(Bytes::new())), &[StatusCode::CREATED])
            .await?;
        Ok(())
    }

    /// `target` is a path, or a whole address of this registry (the token goes nowhere else).
    fn request(&self, method: Method, target: &str) -> Result<http::request::Builder, RegistryFailure> {
        let address =
            if target.starts_with('/') { format!("{}{target}", self.base) } else { target.to_owned() };
        let uri: Uri = address
            .parse()
            .map_err(|e| RegistryFailure::last(anyhow!("the registry gave the address {address}: {e}")))?;
        let mut request = Request::builder().method(method).uri(&uri);
        if address.starts_with(&format!("{}/", self.base)) {
            let mut value = HeaderValue::from_str(&self.authorization)
                .map_err(|_| RegistryFailure::last(anyhow!("unusable registry credentials")))?;
            value.set_sensitive(true);
            request = request.header(header::AUTHORIZATION, value);
        }
        if let Some(authority) = uri.authority() {
            request = request.header(header::HOST, authority.as_str());
        }
        Ok(request)
    }

    async fn answer(&self, request: http::Result<Request<Body>>) -> Result<Response<Bytes>, RegistryFailure> {
        let request = request.map_err(|e| RegistryFailure::last(e.into()))?;
        self.exchange.send(request).await.map_err(RegistryFailure::passing)
    }

    async fn expect(
        &self,
        request: http::Result<Request<Body>>,
        statuses: &[StatusCode],
    ) -> Result<Response<Bytes>, RegistryFailure> {
        let response = self.answer(request).await?;
        if statuses.contains(&response.status()) { Ok(response) } else { Err(refused(&response)) }
    }
}

impl RegistryFailure {
    fn last(error: anyhow::Error) -> Self {
        Self { again: false, after: Duration::ZERO, error }
    }

    fn passing(error: anyhow::Error) -> Self {
        Self { again: true, after: Duration::ZERO, error }
    }
}

fn location(response: &Response<Bytes>) -> Result<&str, RegistryFailure> {
    let value = response.headers().get(header::LOCATION).and_then(|v| v.to_str().ok());
    value.ok_or_else(|| RegistryFailure::last(anyhow!("the registry gave no place to upload to")))
}

/// A refusal in the registry's own words.
fn refused(response: &Response<Bytes>) -> RegistryFailure {
    let status = response.status();
    let body: serde_json::Value = serde_json::from_slice(response.body()).unwrap_or_default();
    let said = body["errors"].as_array().into_iter().flatten();
    let said: Vec<_> =
        said.filter_map(|e| Some(format!("{}: {}", e["code"].as_str()?, e["message"].as_str()?))).collect();
    let error = match said.as_slice() {
        [] => anyhow!("the registry answered {status}"),
        said => anyhow!("{} ({status})", said.join("; ")),
    };
    let after = response.headers().get(header::RETRY_AFTER).and_then(|v| v.to_str().ok()?.parse().ok());
    let after = Duration::from_secs(after.unwrap_or_default()).min(LONGEST);
    RegistryFailure {
        again: status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS,
        after,
        error,
    }
}

async fn retried<T, F: Future<Output = Result<T, RegistryFailure>>>(attempt: impl Fn() -> F) -> Result<T> {
    for wait in RETRIES {
        match attempt().await {
            Err(failure) if failure.again => tokio::time::sleep(wait.max(failure.after)).await,
            done => return done.map_err(|f| f.error),
        }
    }
    attempt().await.map_err(|f| f.error)
}

/// Tells of `sent` bytes while `upload` is under way, and gives up when there are no more for long.
async fn watched<T>(
    upload: impl Future<Output = Result<T, RegistryFailure>>,
    sent: &AtomicU64,
    on_bytes: &dyn Fn(u64),
) -> Result<T, RegistryFailure> {
    let mut upload = std::pin::pin!(upload);
    let (mut last, mut idle) = (0, Duration::ZERO);
    loop {
        if let Ok(done) = tokio::time::timeout(TICK, &mut upload).await {
            return done;
        }
        let now = sent.load(Ordering::Relaxed);
        on_bytes(now);
        idle = if now == last { idle + TICK } else { Duration::ZERO };
        last = now;
        if idle >= STALLED {
            let error = anyhow!("the upload stalled: no byte for {} s", STALLED.as_secs());
            return Err(RegistryFailure::passing(error));
        }
    }
}
