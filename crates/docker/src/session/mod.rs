//! BuildKit's session: the connection on which the builder asks us back for secrets, logins and the ssh agent.
//!
//! bollard opens one of its own for `version=2`, but it serves none of these as they are needed, so ours takes its place.

mod auth;
mod file_sync;
mod health;
mod road;
mod secrets;
mod ssh;

pub(super) use auth::Asked;
pub(super) use file_sync::{DOCKERFILE, Files};
#[cfg(test)]
pub(crate) use road::Direct;
pub use secrets::LARGEST as LARGEST_SECRET;
pub(super) use ssh::Agent;

use super::{SecretValue, connect::Connection};
use anyhow::Result;
use auth::Credentials;
use bollard::{
    health::health_server::{HealthServer, SERVICE_NAME as HEALTH},
    moby::{
        buildkit::secrets::v1::secrets_server::{SERVICE_NAME as SECRETS, SecretsServer},
        filesync::v1::{
            auth_server::{AuthServer, SERVICE_NAME as AUTH},
            file_sync_server::{FileSyncServer, SERVICE_NAME as FILES},
        },
        sshforward::v1::ssh_server::{SERVICE_NAME as SSH, SshServer},
    },
};
use health::Serving;
use http::{HeaderMap, HeaderName, HeaderValue, Request};
use hyper::{body::Incoming, rt, service::service_fn};
use hyper_util::rt::{TokioExecutor, TokioIo};
use road::Road;
use secrets::SecretValues;
use sha2::{Digest, Sha256};
use std::{
    collections::BTreeMap,
    convert::Infallible,
    sync::atomic::{AtomicU64, Ordering},
    time::SystemTime,
};
use tokio::{sync::mpsc, task::JoinHandle};
use tonic::codegen::Service as _;

const UUID: HeaderName = HeaderName::from_static("x-docker-expose-session-uuid");
const NAME: HeaderName = HeaderName::from_static("x-docker-expose-session-name");
const METHOD: HeaderName = HeaderName::from_static("x-docker-expose-session-grpc-method");

/// An open session; it ends when this is dropped.
pub(super) struct BuildSession {
    pub id: String,
    serving: JoinHandle<()>,
}

/// What a build may ask for.
#[derive(Clone)]
pub(super) struct Services {
    secrets: SecretsServer<SecretValues>,
    auth: AuthServer<Credentials>,
    /// Only for a Dockerfile that asks for it: a base image's own steps (`ONBUILD`) shall not get at it unasked.
    ssh: Option<SshServer<Agent>>,
    /// Only for a build whose files are not sent as a tar.
    files: Option<FileSyncServer<Files>>,
    health: HealthServer<Serving>,
}

impl Services {
    /// What is asked for logins comes out of the receiver.
    ///
    /// # Errors
    /// A secret over 500 KiB.
    pub(super) fn new(
        secrets: &BTreeMap<String, SecretValue>,
        ssh: Option<Agent>,
        files: Option<Files>,
    ) -> Result<(Self, mpsc::Receiver<Asked>)> {
        let (asked, asks) = mpsc::channel(1);
        let services = Self {
            secrets: SecretsServer::new(SecretValues::new(secrets)?),
            auth: AuthServer::new(Credentials(asked)),
            ssh: ssh.map(SshServer::new),
            files: files.map(FileSyncServer::new),
            health: HealthServer::new(Serving),
        };
        Ok((services, asks))
    }

    fn methods(&self) -> Vec<String> {
        let mut methods = vec![format!("/{SECRETS}/GetSecret"), format!("/{AUTH}/Credentials")];
        if self.ssh.is_some() {
            methods.extend(["CheckAgent", "ForwardAgent"].map(|m| format!("/{SSH}/{m}")));
        }
        if self.files.is_some() {
            methods.push(format!("/{FILES}/DiffCopy"));
        }
        methods
    }

    async fn answer(
        mut self,
        request: Request<Incoming>,
    ) -> Result<http::Response<tonic::body::Body>, Infallible> {
        let service = request.uri().path().split('/').nth(1).unwrap_or_default();
        match (service, self.ssh, self.files) {
            (SECRETS, ..) => self.secrets.call(request).await,
            (AUTH, ..) => self.auth.call(request).await,
            (SSH, Some(mut ssh), _) => ssh.call(request).await,
            (FILES, _, Some(mut files)) => files.call(request).await,
            (HEALTH, ..) => self.health.call(request).await,
            _ => Ok(tonic::Status::unimplemented("").into_http()),
        }
    }
}

impl BuildSession {
    /// # Errors
    /// Why the engine opens none.
    pub(super) async fn open(connection: &Connection, services: Services) -> Result<Self> {
        let id = new_id();
        let mut names = HeaderMap::new();
        names.insert(UUID, HeaderValue::from_str(&id)?);
        names.insert(NAME, HeaderValue::from_static(env!("CARGO_PKG_NAME")));
        for method in services.methods() {
            names.append(METHOD, HeaderValue::from_str(&method)?);
        }
        let serving = match road::open(connection, &names).await? {
            Road::Tunnel(stream) => tokio::spawn(serve(TokioIo::new(stream), services)),
            Road::Upgraded(stream) => tokio::spawn(serve(stream, services)),
        };
        Ok(Self { id, serving })
    }
}

async fn serve(stream: impl rt::Read + rt::Write + Unpin + 'static, services: Services) {
    let service = service_fn(move |request| services.clone().answer(request));
    // The builder hangs up when it is done; what it misses until then, it says in the build's own log.
    let _done = hyper::server::conn::http2::Builder::new(TokioExecutor::new())
        .serve_connection(stream, service)
        .await;
}

impl Drop for BuildSession {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

/// Names this session among those of the engine; it guards nothing.
fn new_id() -> String {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let text = format!("{} {now:?} {}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
    hex::encode(&Sha256::digest(text)[..16])
}
