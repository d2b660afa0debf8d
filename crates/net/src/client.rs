//! Requests and their answers, over connections that are kept for the next.

use super::{Network, Unreachable, connector::Connector};
use anyhow::{Result, anyhow};
use bytes::Bytes;
use http::{Request, Response, header};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited, combinators::UnsyncBoxBody};
use hyper::body::Incoming;
use hyper_util::{client::legacy, rt::TokioExecutor};
use std::{error::Error, io, time::Duration};

/// A request's body, whole or streamed.
pub type Body = UnsyncBoxBody<Bytes, io::Error>;

/// An answer of AWS or of a registry is no longer: the largest are manifests, pages of log lines and documents, a few MB.
const LONGEST_ANSWER: usize = 64 << 20;

/// All of an answer's body.
///
/// # Errors
/// What breaks off, and what does not end within 64 MiB.
pub async fn all_of<B>(body: B) -> Result<Bytes>
where
    B: http_body::Body,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
{
    let read = Limited::new(body, LONGEST_ANSWER).collect().await.map_err(|error| match error {
        error if error.is::<LengthLimitError>() => anyhow!("the answer does not end within 64 MiB"),
        error => anyhow!(error),
    })?;
    Ok(read.to_bytes())
}

/// A body that is there already.
pub fn whole(bytes: impl Into<Bytes>) -> Body {
    Full::new(bytes.into()).map_err(|never| match never {}).boxed_unsync()
}

/// An HTTP client. A clone shares its connections.
#[derive(Clone)]
pub struct Client {
    network: Network,
    over: legacy::Client<Connector, Body>,
}

impl Client {
    pub fn new(network: Network) -> Self {
        Self::within(network, None)
    }

    /// One whose connections take at most `limit`.
    pub fn within(network: Network, limit: Option<Duration>) -> Self {
        let over =
            legacy::Client::builder(TokioExecutor::new()).build(Connector::new(network.clone(), limit));
        Self { network, over }
    }

    /// Sends one request, following no redirect; the answer's body is still to be read.
    ///
    /// # Errors
    /// An [`Unreachable`], or what broke the connection. An answer that says no is none.
    pub async fn send(&self, mut request: Request<Body>) -> Result<Response<Incoming>> {
        if let Some(value) = self.network.authorization(request.uri()) {
            request.headers_mut().insert(header::PROXY_AUTHORIZATION, value);
        }
        self.over.request(request).await.map_err(plain)
    }
}

/// The error that says something: hyper's own words are "client error (Connect)".
fn plain(error: legacy::Error) -> anyhow::Error {
    let mut cause: Option<&(dyn Error + 'static)> = error.source();
    let mut last = error.to_string();
    while let Some(error) = cause {
        if let Some(unreachable) = error.downcast_ref::<Unreachable>() {
            return unreachable.clone().into();
        }
        (last, cause) = (error.to_string(), error.source());
    }
    anyhow!(last)
}
