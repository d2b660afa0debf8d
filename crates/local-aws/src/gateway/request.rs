//! A request as functions, authorizers and templates see it.

use super::{refusal::GatewayRefusal, target::StageTarget};
use crate::{body::Body, header_case::WrittenNames, peer::Peer};
use bytes::{Bytes, BytesMut};
use http::{Version, request::Parts};
use http_body_util::BodyExt;
use std::net::{IpAddr, Ipv4Addr};

/// The largest payload that API Gateway takes, in bytes.
pub(crate) const PAYLOAD_LIMIT: usize = 10 * 1024 * 1024;
/// How much of a payload that is too large is still read, so that the client sees the answer instead of a reset.
const DRAIN_LIMIT: usize = 100 * 1024 * 1024;

#[derive(Debug, Clone)]
pub(crate) struct StageRequest {
    pub method: String,
    /// Below the stage, with one leading slash: `path` of an event.
    pub path: String,
    /// With the stage, as it came: `requestContext.path`.
    pub full_path: String,
    /// The whole path of the URL, as it came: what a signature covers.
    pub raw_path: String,
    pub headers: Headers,
    /// Decoded, in order.
    pub query: Vec<(String, String)>,
    pub body: Bytes,
    pub source_ip: IpAddr,
    pub protocol: &'static str,
}

impl StageRequest {
    pub(crate) fn of(target: &StageTarget, parts: &Parts) -> Self {
        let query = parts.uri.query().unwrap_or_default();
        let peer = parts.extensions.get::<Peer>().map(|p| p.0);
        Self {
            method: parts.method.as_str().to_owned(),
            path: format!("/{}", target.path.trim_start_matches('/')),
            full_path: format!("/{}{}", target.stage, target.path),
            raw_path: parts.uri.path().to_owned(),
            headers: Headers::of(parts),
            query: serde_urlencoded::from_str(query).unwrap_or_default(),
            body: Bytes::new(),
            source_ip: peer.unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST)),
            protocol: if parts.version == Version::HTTP_10 { "HTTP/1.0" } else { "HTTP/1.1" },
        }
    }

    pub(crate) fn host(&self) -> &str {
        self.headers.get("host").unwrap_or_default()
    }

    pub(crate) fn user_agent(&self) -> Option<&str> {
        self.headers.get("user-agent")
    }

    /// The media type of the body without parameters; JSON where none is given, as API Gateway assumes.
    pub(crate) fn content_type(&self) -> String {
        let given = self.headers.get("content-type").unwrap_or("application/json");
        given.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
    }
}

/// Headers in their order, with their names as the client wrote them; in lower case where that is not known.
#[derive(Debug, Clone, Default)]
pub(crate) struct Headers(pub Vec<(String, String)>);

/// The names that API Gateway writes like this whatever the client sent.
const CANONICAL: [&str; 7] = [
    "Authorization",
    "Host",
    "User-Agent",
    "X-Amzn-Trace-Id",
    "X-Forwarded-For",
    "X-Forwarded-Port",
    "X-Forwarded-Proto",
];

impl Headers {
    fn of(parts: &Parts) -> Self {
        let written = parts.extensions.get::<WrittenNames>();
        let cased = |name: &str| {
            let canonical = CANONICAL.iter().find(|c| c.eq_ignore_ascii_case(name)).copied();
            canonical.or_else(|| written?.get(name)).unwrap_or(name).to_owned()
        };
        let text = |v: &http::HeaderValue| String::from_utf8_lossy(v.as_bytes()).into_owned();
        Self(parts.headers.iter().map(|(name, value)| (cased(name.as_str()), text(value))).collect())
    }

    /// The first value; the case of the name does not matter.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.as_str())
    }

    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.as_str())
    }
}

/// Reads the whole payload.
///
/// # Errors
/// It is larger than [`PAYLOAD_LIMIT`], or the client broke off.
pub(crate) async fn read_body(mut body: Body) -> Result<Bytes, GatewayRefusal> {
    let mut read = BytesMut::new();
    let mut size = 0usize;
    while let Some(frame) = body.frame().await {
        let frame =
            frame.map_err(|e| GatewayRefusal::bad_request(format!("the body could not be read: {e}")))?;
        let Ok(data) = frame.into_data() else { continue };
        size += data.len();
        if size > DRAIN_LIMIT {
            break;
        }
        if size <= PAYLOAD_LIMIT {
            read.extend_from_slice(&data);
        }
    }
    if size > PAYLOAD_LIMIT {
        return Err(GatewayRefusal::too_large(format!(
            "the payload is over API Gateway's {PAYLOAD_LIMIT} bytes"
        )));
    }
    Ok(read.freeze())
}
