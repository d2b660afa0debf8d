//! An engine that speaks as Docker 29 does where that differs from the engine that tests usually meet: the API from 1.44 to
//! 1.55, BuildKit's gRPC on its own socket, errors of registries without their codes.
#![allow(clippy::unwrap_used)]

use super::session::Direct;
use bollard::moby::{
    buildkit::secrets::v1::{GetSecretRequest, secrets_client::SecretsClient},
    filesync::v1::{CredentialsRequest, auth_client::AuthClient},
};
use bytes::{Buf, Bytes};
use futures_util::stream;
use http::{Request, Response, Uri, header};
use http_body_util::{BodyExt, Full, StreamBody, combinators::UnsyncBoxBody};
use hyper::{body::Frame, body::Incoming, server::conn, service::service_fn};
use hyper_util::rt::{TokioExecutor, TokioIo};
use std::{
    collections::{BTreeMap, VecDeque},
    convert::Infallible,
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, DuplexStream, ReadHalf, WriteHalf},
    net::{TcpListener, TcpStream},
};

type Body = UnsyncBoxBody<Bytes, Infallible>;

/// The registry of the base image.
pub(super) const BASE_HOST: &str = "base.example.com";

/// The id of what it builds.
pub(super) const IMAGE: &str = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

/// One engine, and what was asked of it.
#[derive(Default)]
pub(super) struct Docker29 {
    /// Something before it speaks HTTP/1 only.
    pub http1_only: bool,
    /// What pushes say, one after the other; afterwards they go well.
    pub pushes: Mutex<VecDeque<String>>,
    /// Methods and paths, and what the session answered.
    pub seen: Mutex<Vec<String>>,
    pub sessions: Mutex<BTreeMap<String, Direct>>,
}

impl Docker29 {
    /// Serves; gives `tcp://host:port`.
    pub(super) async fn serve(self: &Arc<Self>) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("tcp://{}", listener.local_addr().unwrap());
        let engine = Arc::clone(self);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(Arc::clone(&engine).connection(stream));
            }
        });
        address
    }

    pub(super) fn saw(&self, what: &str) -> bool {
        self.seen.lock().unwrap().iter().any(|seen| seen == what)
    }

    fn note(&self, what: String) {
        self.seen.lock().unwrap().push(what);
    }

    async fn connection(self: Arc<Self>, stream: TcpStream) {
        let mut begin = [0; 3];
        _ = stream.peek(&mut begin).await;
        let io = TokioIo::new(stream);
        let service = service_fn(|request| {
            let engine = Arc::clone(&self);
            async move { Ok::<_, Infallible>(engine.answer(request).await) }
        });
        // What breaks off is seen by whoever asked.
        if &begin == b"PRI" && !self.http1_only {
            _ = conn::http2::Builder::new(TokioExecutor::new()).serve_connection(io, service).await;
        } else {
            _ = conn::http1::Builder::new().serve_connection(io, service).await;
        }
    }

    async fn answer(self: Arc<Self>, request: Request<Incoming>) -> Response<Body> {
        self.note(format!("{} {}", request.method(), request.uri().path()));
        let path = request.uri().path().to_owned();
        let path = path.strip_prefix("/v1.53").unwrap_or(&path);
        match path {
            "/version" => said(
                200,
                r#"{"ApiVersion": "1.55", "MinAPIVersion": "1.44", "Os": "linux", "Arch": "amd64"}"#,
            ),
            "/moby.buildkit.v1.Control/Session" => self.session(request),
            "/build" => self.build(request).await,
            "/images/json" => said(200, "[]"),
            _ if path.ends_with("/push") => self.push(),
            _ if path.ends_with("/tag") => said(201, ""),
            _ if path.ends_with("/json") => {
                said(200, &format!(r#"{{"Id": "{IMAGE}", "Os": "linux", "Architecture": "amd64"}}"#))
            }
            _ if request.method() == "DELETE" => said(200, "[]"),
            _ => said(404, r#"{"message": "page not found"}"#),
        }
    }

    fn push(&self) -> Response<Body> {
        let next = self.pushes.lock().unwrap().pop_front();
        said(200, &next.unwrap_or_else(|| r#"{"status": "v1: digest: sha256:0 size: 1"}"#.into()))
    }

    /// `moby.buildkit.v1.Control/Session`: messages of bytes, in which the engine is a gRPC client of the caller.
    fn session(self: Arc<Self>, request: Request<Incoming>) -> Response<Body> {
        let header = |name: &str| request.headers()[name].to_str().unwrap().to_owned();
        let id = header("x-docker-expose-session-uuid");
        for method in request.headers().get_all("x-docker-expose-session-grpc-method") {
            self.note(format!("offers {}", method.to_str().unwrap()));
        }
        let (ours, theirs) = tokio::io::duplex(64 * 1024);
        let (from, to) = tokio::io::split(theirs);
        tokio::spawn(unpack(request.into_body(), to));
        tokio::spawn(async move {
            let io = TokioIo::new(ours);
            let (sender, connection) =
                hyper::client::conn::http2::handshake(TokioExecutor::new(), io).await.unwrap();
            self.sessions.lock().unwrap().insert(id, Direct(sender));
            _ = connection.await;
        });
        let body = StreamBody::new(stream::unfold(from, pack)).boxed_unsync();
        Response::builder().header(header::CONTENT_TYPE, "application/grpc").body(body).unwrap()
    }

    async fn build(&self, request: Request<Incoming>) -> Response<Body> {
        let query: BTreeMap<String, String> =
            serde_json::from_value(serde_json::to_value(pairs(request.uri())).unwrap()).unwrap();
        for name in ["version", "outputs"] {
            self.note(format!("{name}={}", query.get(name).map_or("", String::as_str)));
        }
        if let Some(config) = request.headers().get("x-registry-config") {
            self.note(format!("config {}", config.to_str().unwrap()));
        }
        _ = request.into_body().collect().await;
        if let Some(id) = query.get("session") {
            self.ask(id).await;
        }
        said(200, &format!(r#"{{"id": "moby.image.id", "aux": {{"ID": "{IMAGE}"}}}}"#))
    }

    /// Asks over the session as BuildKit does.
    async fn ask(&self, id: &str) {
        let origin = || Uri::from_static("http://session");
        let session = loop {
            if let Some(session) = self.sessions.lock().unwrap().get(id).cloned() {
                break session;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        };
        let host = CredentialsRequest { host: BASE_HOST.into() };
        let login =
            AuthClient::with_origin(session.clone(), origin()).credentials(host).await.unwrap().into_inner();
        self.note(format!("login {}:{}", login.username, login.secret));
        let secret = GetSecretRequest { id: "token".into(), annotations: Default::default() };
        let secret =
            SecretsClient::with_origin(session, origin()).get_secret(secret).await.unwrap().into_inner();
        self.note(format!("secret {}", String::from_utf8(secret.data).unwrap()));
    }
}

fn pairs(uri: &Uri) -> BTreeMap<String, String> {
    let decode = |text: &str| {
        percent_encoding::percent_decode_str(&text.replace('+', " ")).decode_utf8().unwrap().into_owned()
    };
    let query = uri.query().unwrap_or_default();
    query.split('&').filter_map(|p| p.split_once('=')).map(|(k, v)| (decode(k), decode(v))).collect()
}

fn said(status: u16, text: &str) -> Response<Body> {
    let body = Full::new(Bytes::from(text.to_owned())).boxed_unsync();
    Response::builder().status(status).body(body).unwrap()
}

/// Takes the bytes out of gRPC's frames (five bytes) and of the one field of a `BytesMessage`.
async fn unpack(mut body: Incoming, mut to: WriteHalf<DuplexStream>) {
    let mut begun = bytes::BytesMut::new();
    while let Some(Ok(frame)) = body.frame().await {
        begun.extend_from_slice(frame.data_ref().map_or(&[][..], |d| d));
        while begun.len() >= 5 && begun.len() >= 5 + (&begun[1..5]).get_u32() as usize {
            let length = (&begun[1..5]).get_u32() as usize;
            let mut message = begun.split_to(5 + length).split_off(5);
            if message.is_empty() {
                continue;
            }
            assert_eq!(message.get_u8(), 0x0a, "field 1, bytes");
            while message.get_u8() & 0x80 != 0 {}
            if to.write_all(&message).await.is_err() {
                return;
            }
        }
    }
}

async fn pack(
    mut from: ReadHalf<DuplexStream>,
) -> Option<(Result<Frame<Bytes>, Infallible>, ReadHalf<DuplexStream>)> {
    let mut data = vec![0; 10_000];
    let n = from.read(&mut data).await.ok().filter(|n| *n > 0)?;
    let mut message = vec![0x0a];
    match u8::try_from(n) {
        Ok(n @ 0..0x80) => message.push(n),
        _ => message.extend([n | 0x80, n >> 7].map(|seven_bits| seven_bits.to_le_bytes()[0])),
    }
    message.extend(&data[..n]);
    let mut frame = vec![0];
    frame.extend(u32::try_from(message.len()).unwrap().to_be_bytes());
    frame.extend(message);
    Some((Ok(Frame::data(frame.into())), from))
}
