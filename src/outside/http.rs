//! One HTTP request from outside, with nothing of AWS in it.

use anyhow::{Result, anyhow};
use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{self, connect::HttpConnector},
    rt::TokioExecutor,
};
use std::{sync::OnceLock, time::Duration};

/// The largest answer that is read.
const LIMIT: usize = 20 * 1024 * 1024;

type Over<C> = legacy::Client<C, Full<Bytes>>;

/// Connections that many requests share.
pub struct Client {
    plain: Over<HttpConnector>,
    /// Made when it is first needed: reading this machine's certificates takes longer than a call to the local AWS.
    secure: OnceLock<Over<HttpsConnector<HttpConnector>>>,
}

impl Client {
    pub fn new() -> Self {
        let plain = legacy::Client::builder(TokioExecutor::new()).build(HttpConnector::new());
        Self { plain, secure: OnceLock::new() }
    }

    fn secure(&self) -> Result<Over<HttpsConnector<HttpConnector>>> {
        if let Some(client) = self.secure.get() {
            return Ok(client.clone());
        }
        let https = HttpsConnectorBuilder::new().with_native_roots()?.https_only().enable_http1().build();
        let made = legacy::Client::builder(TokioExecutor::new()).build(https);
        Ok(self.secure.get_or_init(|| made).clone())
    }
}

impl Default for Client {
    fn default() -> Self {
        Self::new()
    }
}

/// A request, to be completed and sent.
pub struct Request {
    method: String,
    url: String,
    headers: Vec<(String, String)>,
    body: Bytes,
    timeout: Duration,
}

/// An answer, whole. Header names are lower case.
#[derive(Debug, Clone)]
pub struct Response {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Bytes,
}

impl Response {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.as_str())
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// Starts a request; it waits at most 35 seconds (API Gateway's own longest is 29).
pub fn request(method: &str, url: &str) -> Request {
    Request {
        method: method.to_owned(),
        url: url.to_owned(),
        headers: Vec::new(),
        body: Bytes::new(),
        timeout: Duration::from_secs(35),
    }
}

impl Request {
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub fn body(mut self, body: impl Into<Bytes>) -> Self {
        self.body = body.into();
        self
    }

    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Sends it on a connection of its own, following no redirect.
    ///
    /// # Errors
    /// As [`Request::send_by`].
    pub async fn send(self) -> Result<Response> {
        self.send_by(&Client::new()).await
    }

    /// Sends it, following no redirect.
    ///
    /// # Errors
    /// A URL that can't be, a host that does not resolve or answer, no answer in time.
    pub async fn send_by(self, client: &Client) -> Result<Response> {
        let (url, timeout) = (self.url.clone(), self.timeout);
        let in_time = tokio::time::timeout(timeout, self.exchange(client)).await;
        in_time.map_err(|_| anyhow!("{url} did not answer within {} s", timeout.as_secs()))?
    }

    async fn exchange(self, client: &Client) -> Result<Response> {
        let mut request = http::Request::builder().method(self.method.as_str()).uri(&self.url);
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        let request = request.body(Full::new(self.body))?;
        let response = if self.url.starts_with("https:") {
            client.secure()?.request(request).await
        } else {
            client.plain.request(request).await
        };
        let response = response.map_err(|e| anyhow!("{} can't be reached: {}", self.url, reason(&e)))?;
        let (parts, body) = response.into_parts();
        let read = Limited::new(body, LIMIT).collect().await;
        let body = read.map_err(|e| anyhow!("reading the answer of {}: {e}", self.url))?.to_bytes();
        let text = |v: &http::HeaderValue| String::from_utf8_lossy(v.as_bytes()).into_owned();
        let headers = parts.headers.iter().map(|(n, v)| (n.to_string(), text(v))).collect();
        Ok(Response { status: parts.status.as_u16(), headers, body })
    }
}

/// Why there is no answer, in the words of whoever knows best: the last in the chain.
fn reason(error: &legacy::Error) -> String {
    let chain: Vec<String> = anyhow::Chain::new(error).map(ToString::to_string).collect();
    let last = chain.last().cloned().unwrap_or_default();
    match chain.iter().any(|text| text == "dns error") {
        true => format!("its name does not resolve ({last})"),
        false => last,
    }
}
