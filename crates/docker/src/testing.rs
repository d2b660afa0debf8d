//! What several tests of this module need.
#![allow(clippy::unwrap_used)]

use super::{Registry, distribution::Exchange};
use anyhow::Result;
use aws_sdk_ecr::{
    Client,
    config::{BehaviorVersion, Credentials, Region},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use futures_util::{FutureExt, future::LocalBoxFuture};
use http::{Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::{body::Incoming, service::service_fn};
use hyper_util::rt::TokioIo;
use lambdeploy_net::Body;
use lambdeploy_stack::Build;
use local_aws::{Action, Config, Fault, FaultPlan, LocalAws, NoContainers};
use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
    convert::Infallible,
    net::SocketAddr,
    path::PathBuf,
    sync::Arc,
};

/// [`Exchange`] with a registry in this process: whatever answers requests, or fails as a connection does.
struct InProcess<F>(F);

impl<F, Fut> Exchange for InProcess<F>
where
    F: Fn(Request<Body>) -> Fut,
    Fut: Future<Output = Result<Response<Body>>> + 'static,
{
    fn send(&self, request: Request<Body>) -> LocalBoxFuture<'_, Result<Response<Bytes>>> {
        let answer = (self.0)(request);
        async move {
            let (parts, body) = answer.await?.into_parts();
            Ok(Response::from_parts(parts, body.collect().await?.to_bytes()))
        }
        .boxed_local()
    }
}

/// Serves `answer` on a port of its own.
pub(super) async fn serve(
    answer: impl Fn(Request<Incoming>) -> Response<Full<Bytes>> + Clone + Send + Sync + 'static,
) -> SocketAddr {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let answer = answer.clone();
            let service = service_fn(move |request| std::future::ready(Ok::<_, Infallible>(answer(request))));
            tokio::spawn(
                hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service),
            );
        }
    });
    address
}

/// A build that nobody is to make.
pub(super) fn nowhere() -> Build {
    let nowhere = PathBuf::from("/nowhere");
    let (args, secrets) = (BTreeMap::new(), BTreeMap::new());
    Build { context: nowhere.clone(), dockerfile: nowhere, target: None, args, secrets, left_out: Vec::new() }
}

pub(super) fn registry() -> Registry {
    let (user, password) = ("AWS".into(), "hunter2".into());
    Registry {
        host: "registry.test".into(),
        user,
        password,
        insecure: true,
        network: lambdeploy_net::Network::direct(),
    }
}

/// A registry in memory that checks what it is given.
#[derive(Default)]
pub(super) struct MemoryRegistry {
    pub blobs: RefCell<BTreeMap<String, Bytes>>,
    pub manifests: RefCell<BTreeMap<String, (String, Bytes)>>,
    pub requests: RefCell<Vec<String>>,
    /// Answers to give instead, to the requests that come next.
    pub failures: RefCell<Vec<StatusCode>>,
    /// What a part of a blob is answered with; 201, as ECR does, if nothing is set.
    pub patched: Cell<Option<u16>>,
    upload: RefCell<Bytes>,
}

impl MemoryRegistry {
    async fn answer(&self, request: Request<Body>) -> Result<Response<Bytes>> {
        let (parts, body) = request.into_parts();
        assert_eq!(parts.headers["authorization"], "Basic QVdTOmh1bnRlcjI=");
        self.requests.borrow_mut().push(format!("{} {}", parts.method, parts.uri.path()));
        let body = body.collect().await?.to_bytes();
        if let Some(status) = self.failures.borrow_mut().pop() {
            let text = r#"{"errors":[{"code":"DENIED","message":"no"}]}"#;
            return Ok(Response::builder().status(status).body(text.into())?);
        }
        let path = parts.uri.path().strip_prefix("/v2/team/app/").unwrap();
        Ok(match (&parts.method, path.split('/').collect::<Vec<_>>().as_slice()) {
            (&Method::HEAD, ["blobs", digest]) if self.blobs.borrow().contains_key(*digest) => status(200),
            (&Method::HEAD, _) => status(404),
            (&Method::POST, ["blobs", "uploads", ""]) => located(202, "/v2/team/app/blobs/uploads/1"),
            (&Method::PATCH, ["blobs", "uploads", "1"]) => {
                assert!(!parts.headers.contains_key("content-range"), "ECR wants a blob in one piece");
                self.upload.replace(body);
                let code = self.patched.get().unwrap_or(201);
                located(code, "http://registry.test/v2/team/app/blobs/uploads/1?state=x")
            }
            (&Method::PUT, ["blobs", "uploads", "1"]) => self.finish(parts.uri.query().unwrap()),
            (&Method::PUT, ["manifests", tag]) => {
                let media_type = parts.headers["content-type"].to_str()?.to_owned();
                self.manifests.borrow_mut().insert((*tag).to_owned(), (media_type, body));
                status(201)
            }
            other => panic!("{other:?}"),
        })
    }

    fn finish(&self, query: &str) -> Response<Bytes> {
        let digest = query.strip_prefix("state=x&digest=").unwrap().to_owned();
        let bytes = self.upload.take();
        assert_eq!(super::blob::digest(&bytes), digest);
        self.blobs.borrow_mut().insert(digest, bytes);
        status(201)
    }
}

fn status(code: u16) -> Response<Bytes> {
    Response::builder().status(code).body(Bytes::new()).unwrap()
}

fn located(code: u16, place: &str) -> Response<Bytes> {
    Response::builder().status(code).header("location", place).body(Bytes::new()).unwrap()
}

impl Exchange for MemoryRegistry {
    fn send(&self, request: Request<Body>) -> LocalBoxFuture<'_, Result<Response<Bytes>>> {
        self.answer(request).boxed_local()
    }
}

/// A served local AWS with the repository `team/app`.
pub(super) struct World {
    aws: LocalAws,
    ecr: Client,
    pub registry: Registry,
}

impl World {
    pub(super) async fn new() -> Self {
        let aws = LocalAws::new(Config::default(), Arc::new(NoContainers)).unwrap();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let host = listener.local_addr().unwrap().to_string();
        let served = aws.clone();
        tokio::spawn(async move { served.serve(listener, std::future::pending()).await });
        let config = aws_sdk_ecr::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("eu-west-1"))
            .credentials_provider(Credentials::new("AKIDEXAMPLE", "secret", None, None, "test"))
            .endpoint_url(format!("http://{host}"))
            .http_client(local_aws::sdk::http_client(aws.clone()))
            .build();
        let ecr = Client::from_conf(config);
        ecr.create_repository().repository_name("team/app").send().await.unwrap();
        let token = ecr.get_authorization_token().send().await.unwrap();
        let token = token.authorization_data()[0].authorization_token().unwrap().to_owned();
        let token = String::from_utf8(STANDARD.decode(token).unwrap()).unwrap();
        let (user, password) = token.split_once(':').unwrap();
        let (user, password) = (user.to_owned(), password.to_owned());
        Self {
            aws,
            ecr,
            registry: Registry {
                host,
                user,
                password,
                insecure: true,
                network: lambdeploy_net::Network::direct(),
            },
        }
    }

    /// Digest and media type of what the tag names.
    pub(super) async fn image(&self, tag: &str) -> Option<(String, String)> {
        let id = aws_sdk_ecr::types::ImageIdentifier::builder().image_tag(tag).build();
        let found = self.ecr.describe_images().repository_name("team/app").image_ids(id).send().await.ok()?;
        let image = found.image_details().first()?;
        Some((image.image_digest()?.to_owned(), image.image_manifest_media_type()?.to_owned()))
    }

    /// Media types of the layers of what the tag names.
    pub(super) async fn layers(&self, tag: &str) -> Vec<String> {
        let id = aws_sdk_ecr::types::ImageIdentifier::builder().image_tag(tag).build();
        let found =
            self.ecr.batch_get_image().repository_name("team/app").image_ids(id).send().await.unwrap();
        let manifest: serde_json::Value =
            serde_json::from_str(found.images()[0].image_manifest().unwrap()).unwrap();
        let layers = manifest["layers"].as_array().unwrap();
        layers.iter().map(|l| l["mediaType"].as_str().unwrap().to_owned()).collect()
    }

    /// The next request of this kind is refused, once.
    pub(super) fn refuse(&self, operation: &str, status: u16) {
        let action = Action::Refuse { status, code: None, message: None, retry_after: None };
        let fault = Fault { call: None, operation: Some(operation.into()), nth: Some(1), action };
        self.aws.set_faults(FaultPlan { faults: vec![fault], hook: None });
    }

    pub(super) fn exchange(&self) -> impl Exchange + use<> {
        let aws = self.aws.clone();
        InProcess(move |request| {
            let aws = aws.clone();
            async move { Ok(aws.handle(request).await) }
        })
    }
}
