//! How the engine reaches the session: over BuildKit's own gRPC, which engines serve on their socket since API 1.53, or over
//! an upgrade of `POST /session`, which those deprecate.

use crate::{causes::with_causes, connect::Connection, dial::Dialer};
use anyhow::{Context as _, Result, anyhow, bail};
use bollard::moby::buildkit::v1::{BytesMessage, control_client::ControlClient};
use futures_util::{FutureExt, Stream, future::BoxFuture, stream};
use http::{HeaderMap, Method, Request, Response, StatusCode, Uri, header};
use http_body_util::BodyExt;
use hyper::{
    body::Incoming,
    client::conn::http2::{self, SendRequest},
    upgrade::Upgraded,
};
use hyper_util::rt::{TokioExecutor, TokioIo};
use std::task::{self, Poll};
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, ReadHalf, WriteHalf};
use tonic::metadata::MetadataMap;

/// Engines since 29.1 speak HTTP/2 on their socket and deprecate `POST /session`.
const GRPC_API: (u32, u32) = (1, 53);

/// Bytes in one message of the tunnel.
const CHUNK: usize = 32 * 1024;

/// A connection that the engine calls us back on.
pub(super) enum Road {
    Tunnel(DuplexStream),
    Upgraded(Upgraded),
}

/// `names` say which session this is and what it serves: headers of the request, or of the gRPC call.
///
/// # Errors
/// Why the engine opens no session, in its own words.
pub(super) async fn open(connection: &Connection, names: &HeaderMap) -> Result<Road> {
    let mut why = None;
    if connection.api >= GRPC_API {
        match tunnel(&connection.dialer, names).await {
            Ok(road) => return Ok(Road::Tunnel(road)),
            Err(e) => why = Some(e),
        }
    }
    match (upgrade(&connection.dialer, names).await, why) {
        (Ok(upgraded), _) => Ok(Road::Upgraded(upgraded)),
        (Err(e), None) => Err(e),
        (Err(e), Some(first)) => Err(anyhow!("{first:#}; {e:#}")),
    }
}

async fn upgrade(dialer: &Dialer, names: &HeaderMap) -> Result<Upgraded> {
    let mut request = Request::builder()
        .method(Method::POST)
        .uri("/session")
        .header(header::CONNECTION, "Upgrade")
        .header(header::UPGRADE, "h2c")
        .body(bollard::body_full(bytes::Bytes::new()))?;
    request.headers_mut().extend(names.clone());
    let response =
        dialer.request(request).await.map_err(|e| anyhow!("POST /session: {}", with_causes(&e)))?;
    let status = response.status();
    if status != StatusCode::SWITCHING_PROTOCOLS {
        let body =
            response.into_body().collect().await.map(http_body_util::Collected::to_bytes).unwrap_or_default();
        bail!("POST /session answered {status} {}", String::from_utf8_lossy(&body).trim());
    }
    hyper::upgrade::on(response).await.context("POST /session")
}

/// The session's bytes as messages of `moby.buildkit.v1.Control/Session`.
async fn tunnel(dialer: &Dialer, names: &HeaderMap) -> Result<DuplexStream> {
    let stream = dialer.dial_http2().await.context("HTTP/2")?;
    let (sender, connection) = http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await?;
    tokio::spawn(async move {
        // Its errors reach the one who reads the tunnel.
        let _reported = connection.await;
    });
    let (ours, theirs) = tokio::io::duplex(CHUNK);
    let (from, to) = tokio::io::split(theirs);
    let mut request = tonic::Request::new(messages(from));
    *request.metadata_mut() = MetadataMap::from_headers(names.clone());
    let mut client = ControlClient::with_origin(Direct(sender), Uri::from_static("http://docker"));
    let answers = client.session(request).await.map_err(|s| anyhow!("gRPC: {}", explain(&s)))?;
    tokio::spawn(write(answers.into_inner(), to));
    Ok(ours)
}

fn explain(status: &tonic::Status) -> String {
    match std::error::Error::source(status) {
        Some(cause) => with_causes(cause),
        None => format!("{:?} {}", status.code(), status.message()),
    }
}

fn messages(from: ReadHalf<DuplexStream>) -> impl Stream<Item = BytesMessage> {
    stream::unfold(from, |mut from| async {
        let mut data = vec![0; CHUNK];
        match from.read(&mut data).await {
            Ok(n @ 1..) => {
                data.truncate(n);
                Some((BytesMessage { data }, from))
            }
            _ => None,
        }
    })
}

async fn write(mut from: tonic::Streaming<BytesMessage>, mut to: WriteHalf<DuplexStream>) {
    while let Ok(Some(message)) = from.message().await {
        if to.write_all(&message.data).await.is_err() {
            return;
        }
    }
}

/// One HTTP/2 connection as what tonic's clients call through.
#[derive(Clone)]
pub(crate) struct Direct(pub(crate) SendRequest<tonic::body::Body>);

impl tonic::codegen::Service<Request<tonic::body::Body>> for Direct {
    type Response = Response<Incoming>;
    type Error = hyper::Error;
    type Future = BoxFuture<'static, Result<Self::Response, Self::Error>>;

    fn poll_ready(&mut self, cx: &mut task::Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.0.poll_ready(cx)
    }

    fn call(&mut self, request: Request<tonic::body::Body>) -> Self::Future {
        self.0.send_request(request).boxed()
    }
}
