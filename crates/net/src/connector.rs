//! Connections: direct, through a proxy, with TLS where the URL says so.

use super::{
    Proxies, Unreachable, Why,
    stream::{Bytes, Stream},
    trust, tunnel,
};
use anyhow::Result;
use http::{HeaderValue, Uri, uri::Scheme};
use hyper_util::client::{legacy::connect::HttpConnector, proxy::matcher::Intercept};
use rustls::{CertificateError, ClientConfig, pki_types::ServerName};
use std::{
    collections::BTreeSet,
    error::Error,
    io,
    path::PathBuf,
    pin::Pin,
    sync::{Arc, Mutex, OnceLock, PoisonError},
    task::{Context, Poll},
    time::Duration,
};
use tokio_rustls::TlsConnector;
use tower_service::Service;

/// A host that is there takes a connection within milliseconds, through a company's proxy within a second.
const CONNECT: Duration = Duration::from_secs(5);

/// The ways out of this machine. A clone shares them.
#[derive(Debug, Clone)]
pub struct Network(Arc<Ways>);

#[derive(Debug)]
struct Ways {
    proxies: Proxies,
    /// A PEM file of further CAs.
    bundle: Option<PathBuf>,
    /// Made when it is first needed: reading this machine's certificates takes longer than a call to the local AWS.
    tls: OnceLock<Result<Arc<ClientConfig>, Why>>,
    reached: Mutex<BTreeSet<String>>,
}

impl Network {
    pub fn new(proxies: Proxies, bundle: Option<PathBuf>) -> Self {
        let (tls, reached) = (OnceLock::new(), Mutex::default());
        Self(Arc::new(Ways { proxies, bundle, tls, reached }))
    }

    /// As this process' environment says; `bundle` where that says nothing.
    ///
    /// # Errors
    /// A variable that names no proxy.
    pub fn of_environment(bundle: Option<PathBuf>) -> Result<Self> {
        let variable = |name: &str| std::env::var(name).ok();
        let named = std::env::var_os("AWS_CA_BUNDLE").filter(|v| !v.is_empty()).map(PathBuf::from);
        Ok(Self::new(Proxies::of(&variable)?, named.or(bundle)))
    }

    /// Without proxies.
    pub fn direct() -> Self {
        Self::new(Proxies::none(), None)
    }

    /// What a proxy that reads requests is to be told of the user.
    pub(super) fn authorization(&self, to: &Uri) -> Option<HeaderValue> {
        let reads = to.scheme() == Some(&Scheme::HTTP);
        self.0.proxies.on_the_way_to(to).filter(|_| reads)?.basic_auth().cloned()
    }

    async fn connect(self, to: Uri, limit: Duration) -> Result<Stream, Unreachable> {
        let host = to.host().unwrap_or_default().to_owned();
        let proxy = self.0.proxies.on_the_way_to(&to);
        let (at_proxy, why) = match self.dial(&to, proxy.as_ref(), limit).await {
            Ok(stream) => {
                self.reached().insert(host);
                return Ok(stream);
            }
            Err(failed) => failed,
        };
        let never_reached = !self.reached().contains(&host);
        Err(Unreachable { host, proxy: proxy.map(|p| shown(p.uri())), at_proxy, why, never_reached })
    }

    fn reached(&self) -> std::sync::MutexGuard<'_, BTreeSet<String>> {
        self.0.reached.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What fails says whether it failed on the way to the proxy.
    async fn dial(
        &self,
        to: &Uri,
        proxy: Option<&Intercept>,
        limit: Duration,
    ) -> Result<Stream, (bool, Why)> {
        let first = proxy.map_or(to, Intercept::uri);
        let link = within(limit, self.link(first)).await.map_err(|why| (proxy.is_some(), why))?;
        match proxy {
            Some(proxy) if to.scheme() == Some(&Scheme::HTTPS) => {
                let through = within(limit, self.through(link, to, proxy)).await;
                Ok(Stream::new(through.map_err(|why| (false, why))?, false))
            }
            _ => Ok(Stream::new(link, proxy.is_some())),
        }
    }

    async fn through(
        &self,
        link: Box<dyn Bytes>,
        to: &Uri,
        proxy: &Intercept,
    ) -> Result<Box<dyn Bytes>, Why> {
        let host = to.host().unwrap_or_default();
        let authority = format!("{host}:{}", to.port_u16().unwrap_or(443));
        let way = tunnel::through(link, &authority, proxy.basic_auth()).await?;
        self.secured(way, host).await
    }

    /// Straight to `to`.
    async fn link(&self, to: &Uri) -> Result<Box<dyn Bytes>, Why> {
        let mut http = HttpConnector::new();
        http.enforce_http(false);
        http.set_nodelay(true);
        let tcp = http.call(to.clone()).await.map_err(|e| unconnected(&e))?.into_inner();
        match to.scheme() == Some(&Scheme::HTTPS) {
            true => self.secured(Box::new(tcp), to.host().unwrap_or_default()).await,
            false => Ok(Box::new(tcp)),
        }
    }

    async fn secured(&self, bytes: Box<dyn Bytes>, host: &str) -> Result<Box<dyn Bytes>, Why> {
        let config = self.0.tls.get_or_init(|| trust::config(self.0.bundle.as_deref())).clone()?;
        let name = host.trim_start_matches('[').trim_end_matches(']').to_owned();
        let name = ServerName::try_from(name).map_err(|e| Why::Tls(e.to_string()))?;
        let stream = TlsConnector::from(config).connect(name, bytes).await.map_err(|e| untrusted(&e))?;
        Ok(Box::new(stream))
    }
}

async fn within<T>(limit: Duration, step: impl Future<Output = Result<T, Why>>) -> Result<T, Why> {
    tokio::time::timeout(limit, step).await.unwrap_or(Err(Why::Slow))
}

/// `http://proxy.corp.example:3128`: a URL without its path.
fn shown(uri: &Uri) -> String {
    uri.to_string().trim_end_matches('/').to_owned()
}

fn unconnected(error: &(dyn Error + 'static)) -> Why {
    let chain: Vec<String> = anyhow::Chain::new(error).map(ToString::to_string).collect();
    let last = chain.last().cloned().unwrap_or_default();
    match chain.iter().any(|text| text == "dns error") {
        true => Why::Name(last),
        false => Why::Connection(last),
    }
}

fn untrusted(error: &io::Error) -> Why {
    match error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
        Some(rustls::Error::InvalidCertificate(CertificateError::UnknownIssuer)) => Why::UnknownCa,
        Some(rustls::Error::InvalidCertificate(
            CertificateError::Expired
            | CertificateError::ExpiredContext { .. }
            | CertificateError::NotValidYet
            | CertificateError::NotValidYetContext { .. },
        )) => Why::OutOfDate,
        Some(other) => Why::Tls(other.to_string()),
        None => Why::Tls(format!("no TLS with it: {error}")),
    }
}

/// A [`Network`] as hyper's client asks for connections.
#[derive(Clone)]
pub(super) struct Connector {
    network: Network,
    limit: Duration,
}

impl Connector {
    /// A connection takes at most `limit`, or some seconds.
    pub(super) fn new(network: Network, limit: Option<Duration>) -> Self {
        Self { network, limit: limit.unwrap_or(CONNECT) }
    }
}

impl Service<Uri> for Connector {
    type Response = Stream;
    type Error = Unreachable;
    type Future = Pin<Box<dyn Future<Output = Result<Stream, Unreachable>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Unreachable>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, to: Uri) -> Self::Future {
        Box::pin(self.network.clone().connect(to, self.limit))
    }
}
