//! BuildKit's session: the connection on which the builder asks us back, here for the values of secrets.
//!
//! bollard opens one of its own for `version=2`, but it serves no secrets, so ours takes its place.

use super::{SecretValue, connect::Connection, hash::hex};
use anyhow::{Context as _, Result, bail};
use bollard::{
    health::{
        HealthCheckRequest, HealthCheckResponse, HealthListRequest, HealthListResponse,
        health_check_response::ServingStatus,
        health_server::{Health, HealthServer},
    },
    moby::buildkit::secrets::v1::{
        GetSecretRequest, GetSecretResponse,
        secrets_server::{Secrets, SecretsServer},
    },
};
use http::{Method, Request, StatusCode, header};
use hyper::{body::Incoming, service::service_fn};
use hyper_util::rt::TokioExecutor;
use sha2::{Digest, Sha256};
use std::{
    collections::BTreeMap,
    convert::Infallible,
    sync::atomic::{AtomicU64, Ordering},
    time::SystemTime,
};
use tokio::task::JoinHandle;
use tonic::codegen::Service as _;

/// BuildKit's own bound on a secret, in bytes.
const LARGEST_SECRET: usize = 500 * 1024;

const GET_SECRET: &str = "/moby.buildkit.secrets.v1.Secrets/GetSecret";

/// An open session; it ends when this is dropped.
pub struct Session {
    pub id: String,
    serving: JoinHandle<()>,
}

impl Session {
    /// Opens a session; `None` on an engine that has no BuildKit.
    ///
    /// # Errors
    /// A secret over 500 KiB, or a connection that breaks.
    pub async fn open(
        connection: &Connection,
        secrets: &BTreeMap<String, SecretValue>,
    ) -> Result<Option<Self>> {
        if let Some((id, _)) = secrets.iter().find(|(_, value)| value.0.len() > LARGEST_SECRET) {
            bail!("the build secret `{id}` is over 500 KiB, BuildKit's limit");
        }
        let id = new_id();
        let request = Request::builder()
            .method(Method::POST)
            .uri("/session")
            .header(header::CONNECTION, "Upgrade")
            .header(header::UPGRADE, "h2c")
            .header("X-Docker-Expose-Session-Uuid", &id)
            .header("X-Docker-Expose-Session-Name", "lambdeploy")
            .header("X-Docker-Expose-Session-Grpc-Method", GET_SECRET)
            .body(bollard::body_full(bytes::Bytes::new()))?;
        let response = connection.dialer.request(request).await.context("cannot open a BuildKit session")?;
        if response.status() != StatusCode::SWITCHING_PROTOCOLS {
            return Ok(None);
        }
        let stream = hyper::upgrade::on(response).await.context("BuildKit session")?;
        let answers = Answers {
            secrets: SecretsServer::new(Values(secrets.clone())),
            health: HealthServer::new(Serving),
        };
        let serving = tokio::spawn(async move {
            let service = service_fn(move |request| answers.clone().answer(request));
            // The builder hangs up when it is done; what it misses until then, it says in the build's own log.
            let _done = hyper::server::conn::http2::Builder::new(TokioExecutor::new())
                .serve_connection(stream, service)
                .await;
        });
        Ok(Some(Self { id, serving }))
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

/// Names this session among those of the engine; it guards nothing.
fn new_id() -> String {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let text = format!("{} {now:?} {}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
    hex(&Sha256::digest(text)[..16])
}

#[derive(Clone)]
struct Answers {
    secrets: SecretsServer<Values>,
    health: HealthServer<Serving>,
}

impl Answers {
    async fn answer(
        mut self,
        request: Request<Incoming>,
    ) -> Result<http::Response<tonic::body::Body>, Infallible> {
        match request.uri().path() {
            GET_SECRET => self.secrets.call(request).await,
            path if path.starts_with("/grpc.health.v1.Health/") => self.health.call(request).await,
            // Credentials among others: base images are pulled without.
            _ => Ok(tonic::Status::unimplemented("").into_http()),
        }
    }
}

struct Values(BTreeMap<String, SecretValue>);

#[tonic::async_trait]
impl Secrets for Values {
    async fn get_secret(
        &self,
        request: tonic::Request<GetSecretRequest>,
    ) -> Result<tonic::Response<GetSecretResponse>, tonic::Status> {
        let id = request.into_inner().id;
        let value = self
            .0
            .get(&id)
            .ok_or_else(|| tonic::Status::not_found(format!("secret {id} is not in the stack file")))?;
        Ok(tonic::Response::new(GetSecretResponse { data: value.0.clone() }))
    }
}

struct Serving;

#[tonic::async_trait]
impl Health for Serving {
    type WatchStream = futures_util::stream::Empty<Result<HealthCheckResponse, tonic::Status>>;

    async fn check(
        &self,
        _: tonic::Request<HealthCheckRequest>,
    ) -> Result<tonic::Response<HealthCheckResponse>, tonic::Status> {
        Ok(tonic::Response::new(HealthCheckResponse { status: ServingStatus::Serving.into() }))
    }

    async fn list(
        &self,
        _: tonic::Request<HealthListRequest>,
    ) -> Result<tonic::Response<HealthListResponse>, tonic::Status> {
        Err(tonic::Status::unimplemented(""))
    }

    async fn watch(
        &self,
        _: tonic::Request<HealthCheckRequest>,
    ) -> Result<tonic::Response<Self::WatchStream>, tonic::Status> {
        Err(tonic::Status::unimplemented(""))
    }
}
