//! What goes back to the client.

use super::exchange::Exchange;
use crate::body::{Body, full};
use bytes::Bytes;
use http::{HeaderName, HeaderValue, Response, StatusCode};

/// Status, headers and body, before API Gateway adds its own ids.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Answer {
    pub status: u16,
    /// In order; a name may come several times.
    pub headers: Vec<(String, String)>,
    pub body: Bytes,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.as_str())
    }

    /// Sets a header, in place of any of that name.
    pub(crate) fn set(&mut self, name: &str, value: impl Into<String>) {
        self.headers.retain(|(n, _)| !n.eq_ignore_ascii_case(name));
        self.headers.push((name.to_owned(), value.into()));
    }

    /// With `x-amzn-RequestId` and `x-amz-apigw-id`. A header that HTTP does not allow is left out.
    pub(crate) fn into_response(mut self, exchange: &Exchange) -> Response<Body> {
        self.set("x-amzn-RequestId", &exchange.id);
        self.set("x-amz-apigw-id", &exchange.extended_id);
        let body = if exchange.request.method == "HEAD" { Bytes::new() } else { self.body };
        let mut response = Response::new(full(body));
        *response.status_mut() = StatusCode::from_u16(self.status).unwrap_or(StatusCode::BAD_GATEWAY);
        for (name, value) in self.headers {
            if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
                response.headers_mut().append(name, value);
            }
        }
        response
    }
}
