//! One connection to the engine for each request: the same for sockets, pipes, TCP, TLS and ssh, and open to upgrades.

use super::endpoint::Endpoint;
use bollard::{BollardRequest, errors::Error};
use http::{HeaderValue, Response, Uri, header::HOST};
use hyper::body::Incoming;
use hyper_util::rt::TokioIo;
use std::{
    io,
    path::Path,
    pin::Pin,
    process::Stdio,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, ReadBuf},
    net::TcpStream,
    process::{Child, ChildStderr, Command},
};
use tokio_rustls::{TlsConnector, client::TlsStream};

/// Bytes kept of what `ssh` complains about.
const COMPLAINT: usize = 2000;

/// Connects to one engine. A clone connects to the same.
#[derive(Clone)]
pub struct Dialer {
    endpoint: Endpoint,
    tls: Option<TlsConnector>,
    /// What every request's path begins with: `/v1.41`.
    prefix: String,
    complaint: Arc<Mutex<String>>,
}

/// What HTTP/2 is called in TLS (RFC 7301).
const HTTP2: &[u8] = b"h2";

pub trait EngineStream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> EngineStream for T {}

impl Dialer {
    /// # Errors
    /// Certificates that can't be read.
    pub fn new(endpoint: Endpoint) -> io::Result<Self> {
        let tls = match &endpoint {
            Endpoint::Tcp { certificates: Some(folder), .. } => Some(tls(folder)?),
            _ => None,
        };
        Ok(Self { endpoint, tls, prefix: String::new(), complaint: Arc::default() })
    }

    /// Speaks this version of the engine's API from now on; before, the newest that the engine has.
    pub fn speak(&mut self, (major, minor): (u32, u32)) {
        self.prefix = format!("/v{major}.{minor}");
    }

    pub fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// What `ssh` last said on its standard error.
    pub fn complaint(&self) -> String {
        self.complaint.lock().unwrap_or_else(PoisonError::into_inner).trim().to_owned()
    }

    /// Sends one request on a connection of its own, which ends with the response or becomes what it is upgraded to.
    ///
    /// # Errors
    /// No connection, or one that broke.
    pub async fn request(&self, mut request: BollardRequest) -> Result<Response<Incoming>, Error> {
        let stream = self.dial().await?;
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
        tokio::spawn(async move {
            // Its errors reach the one who waits for the response.
            let _reported = connection.with_upgrades().await;
        });
        // bollard leaves its own version out.
        let path = request.uri().path_and_query().map_or("/", |p| p.as_str());
        *request.uri_mut() = format!("{}{path}", self.prefix).parse::<Uri>()?;
        request.headers_mut().insert(HOST, HeaderValue::from_static("docker"));
        Ok(sender.send_request(request).await?)
    }

    /// A connection on which the engine is spoken to in HTTP/2 from the first byte.
    ///
    /// # Errors
    /// No connection, or TLS with an engine that does not choose HTTP/2.
    pub async fn dial_http2(&self) -> io::Result<Box<dyn EngineStream>> {
        let (Endpoint::Tcp { address, .. }, Some(tls)) = (&self.endpoint, &self.tls) else {
            return self.dial().await;
        };
        let mut config = rustls::ClientConfig::clone(tls.config());
        config.alpn_protocols = vec![HTTP2.to_vec()];
        let stream = tls_over(&Arc::new(config).into(), address).await?;
        match stream.get_ref().1.alpn_protocol() {
            Some(HTTP2) => Ok(Box::new(stream)),
            _ => Err(io::Error::other("the engine does not offer it over TLS")),
        }
    }

    async fn dial(&self) -> io::Result<Box<dyn EngineStream>> {
        match &self.endpoint {
            Endpoint::Unix(path) => unix(path).await,
            Endpoint::Pipe(name) => pipe(name).await,
            Endpoint::Tcp { address, .. } => self.tcp(address).await,
            Endpoint::Ssh { destination, port } => self.ssh(destination, *port),
        }
    }

    async fn tcp(&self, address: &str) -> io::Result<Box<dyn EngineStream>> {
        match &self.tls {
            Some(tls) => Ok(Box::new(tls_over(tls, address).await?)),
            None => Ok(Box::new(tcp(address).await?)),
        }
    }

    /// As Docker's own client does it: the engine is at the far end of `docker system dial-stdio`.
    fn ssh(&self, destination: &str, port: Option<u16>) -> io::Result<Box<dyn EngineStream>> {
        let mut command = Command::new("ssh");
        command.args(["-T", "-o", "ConnectTimeout=30"]);
        if let Some(port) = port {
            command.args(["-p", &port.to_string()]);
        }
        command.args(["--", destination, "docker", "system", "dial-stdio"]);
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .map_err(|e| io::Error::new(e.kind(), format!("cannot run ssh: {e}")))?;
        let missing = || io::Error::other("ssh has no standard streams");
        let input = child.stdin.take().ok_or_else(missing)?;
        let output = child.stdout.take().ok_or_else(missing)?;
        tokio::spawn(listen(child.stderr.take().ok_or_else(missing)?, self.complaint.clone()));
        Ok(Box::new(Ssh { io: tokio::io::join(output, input), _child: child }))
    }
}

async fn tcp(address: &str) -> io::Result<TcpStream> {
    let stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

async fn tls_over(tls: &TlsConnector, address: &str) -> io::Result<TlsStream<TcpStream>> {
    let host = address.rsplit_once(':').map_or(address, |(host, _)| host).trim_matches(['[', ']']);
    let name = rustls::pki_types::ServerName::try_from(host.to_owned()).map_err(io::Error::other)?;
    tls.connect(name, tcp(address).await?).await
}

async fn listen(mut from: ChildStderr, to: Arc<Mutex<String>>) {
    let mut buffer = [0; 512];
    while let Ok(n @ 1..) = from.read(&mut buffer).await {
        let mut to = to.lock().unwrap_or_else(PoisonError::into_inner);
        if to.len() < COMPLAINT {
            to.push_str(&String::from_utf8_lossy(&buffer[..n]));
        }
    }
}

#[cfg(unix)]
pub(super) async fn unix(path: &Path) -> io::Result<Box<dyn EngineStream>> {
    Ok(Box::new(tokio::net::UnixStream::connect(path).await?))
}

#[cfg(not(unix))]
pub async fn unix(_: &Path) -> io::Result<Box<dyn EngineStream>> {
    Err(io::Error::new(
        io::ErrorKind::Unsupported,
        "there are no Unix sockets for Docker on this system; use npipe:// or tcp://",
    ))
}

/// All instances of a pipe can be taken for a moment.
#[cfg(windows)]
pub async fn pipe(name: &str) -> io::Result<Box<dyn EngineStream>> {
    const ERROR_PIPE_BUSY: i32 = 231;
    for _ in 0..100 {
        match tokio::net::windows::named_pipe::ClientOptions::new().open(name) {
            Err(e) if e.raw_os_error() == Some(ERROR_PIPE_BUSY) => {
                tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            }
            other => return Ok(Box::new(other?)),
        }
    }
    Err(io::ErrorKind::TimedOut.into())
}

#[cfg(not(windows))]
#[expect(clippy::unused_async, reason = "on Windows it waits")]
pub(super) async fn pipe(_: &str) -> io::Result<Box<dyn EngineStream>> {
    Err(io::Error::new(io::ErrorKind::Unsupported, "named pipes are Windows' own; use unix:// or tcp://"))
}

fn tls(folder: &Path) -> io::Result<TlsConnector> {
    use rustls::pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject};
    let bad = |name: &str, e: rustls::pki_types::pem::Error| {
        io::Error::other(format!("{}: {e}", folder.join(name).display()))
    };
    let certificates = |name: &str| -> io::Result<Vec<_>> {
        CertificateDer::pem_file_iter(folder.join(name)).and_then(Iterator::collect).map_err(|e| bad(name, e))
    };
    let mut roots = rustls::RootCertStore::empty();
    roots.add_parsable_certificates(certificates("ca.pem")?);
    let own = certificates("cert.pem")?;
    let key = PrivateKeyDer::from_pem_file(folder.join("key.pem")).map_err(|e| bad("key.pem", e))?;
    let config =
        rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .and_then(|b| b.with_root_certificates(roots).with_client_auth_cert(own, key))
            .map_err(io::Error::other)?;
    Ok(Arc::new(config).into())
}

/// An `ssh` process as a connection: it ends with it.
struct Ssh<T> {
    io: T,
    _child: Child,
}

impl<T: AsyncRead + Unpin> AsyncRead for Ssh<T> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        to: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_read(cx, to)
    }
}

impl<T: AsyncWrite + Unpin> AsyncWrite for Ssh<T> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, from: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.io).poll_write(cx, from)
    }
    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_flush(cx)
    }
    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_shutdown(cx)
    }
}
