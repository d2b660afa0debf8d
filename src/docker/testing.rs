//! What several tests of this module need.
#![allow(clippy::unwrap_used)]

use super::{Body, Exchange, Registry};
use anyhow::Result;
use bytes::Bytes;
use futures_util::{FutureExt, future::LocalBoxFuture};
use http::{Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::{body::Incoming, service::service_fn};
use hyper_util::rt::TokioIo;
use std::{cell::RefCell, collections::BTreeMap, convert::Infallible, net::SocketAddr};

/// Serves `answer` on a port of its own.
pub async fn serve(
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

pub fn registry() -> Registry {
    let (user, password) = ("AWS".into(), "hunter2".into());
    Registry { host: "registry.test".into(), user, password, insecure: true }
}

/// A registry in memory that checks what it is given.
#[derive(Default)]
pub struct MemoryRegistry {
    pub blobs: RefCell<BTreeMap<String, Bytes>>,
    pub manifests: RefCell<BTreeMap<String, (String, Bytes)>>,
    pub requests: RefCell<Vec<String>>,
    /// Answers to give instead, to the requests that come next.
    pub failures: RefCell<Vec<StatusCode>>,
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
            (&Method::POST, ["blobs", "uploads", ""]) => located("/v2/team/app/blobs/uploads/1"),
            (&Method::PATCH, ["blobs", "uploads", "1"]) => {
                self.upload.replace(body);
                located("http://registry.test/v2/team/app/blobs/uploads/1?state=x")
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

fn located(place: &str) -> Response<Bytes> {
    Response::builder().status(202).header("location", place).body(Bytes::new()).unwrap()
}

impl Exchange for MemoryRegistry {
    fn send(&self, request: Request<Body>) -> LocalBoxFuture<'_, Result<Response<Bytes>>> {
        self.answer(request).boxed_local()
    }
}
