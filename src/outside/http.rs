//! One HTTP request from outside, with nothing of AWS in it.

use crate::net::{Client, Unreachable, whole};
use anyhow::{Result, anyhow};
use bytes::Bytes;
use http_body_util::{BodyExt, Limited};
use std::time::Duration;

/// The largest answer that is read.
const LIMIT: usize = 20 * 1024 * 1024;

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

    #[cfg(feature = "local")]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Sends it straight, on a connection of its own: for what is on this machine. Follows no redirect.
    ///
    /// # Errors
    /// As [`Request::send_by`].
    #[cfg(feature = "local")]
    pub async fn send(self) -> Result<Response> {
        self.send_by(&Client::new(crate::net::Network::direct())).await
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
        let response = client.send(request.body(whole(self.body))?).await;
        let response = response.map_err(|e| anyhow!("{} can't be reached: {}", self.url, reason(&e)))?;
        let (parts, body) = response.into_parts();
        let read = Limited::new(body, LIMIT).collect().await;
        let body = read.map_err(|e| anyhow!("reading the answer of {}: {e}", self.url))?.to_bytes();
        let text = |v: &http::HeaderValue| String::from_utf8_lossy(v.as_bytes()).into_owned();
        let headers = parts.headers.iter().map(|(n, v)| (n.to_string(), text(v))).collect();
        Ok(Response { status: parts.status.as_u16(), headers, body })
    }
}

/// The cause, without the host: the URL is named already.
fn reason(error: &anyhow::Error) -> String {
    error.downcast_ref().map_or_else(|| error.to_string(), Unreachable::cause)
}
