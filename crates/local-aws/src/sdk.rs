//! The local AWS as the SDK's HTTP client: the same process, no socket, so a clock can be paused and a future dropped
//! at any call.

use crate::LocalAws;
use aws_smithy_runtime_api::client::{
    http::{HttpConnector, HttpConnectorFuture, SharedHttpClient, SharedHttpConnector, http_client_fn},
    orchestrator::{HttpRequest, HttpResponse},
    result::ConnectorError,
};
use aws_smithy_types::body::SdkBody;
use http_body_util::BodyExt;
use std::{fmt, io};

/// An HTTP client that hands every request to `aws`.
pub fn http_client(aws: LocalAws) -> SharedHttpClient {
    http_client_fn(move |_, _| SharedHttpConnector::new(Router(aws.clone())))
}

struct Router(LocalAws);

impl fmt::Debug for Router {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Router")
    }
}

impl HttpConnector for Router {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let aws = self.0.clone();
        HttpConnectorFuture::new(async move {
            let request = request.try_into_http1x().map_err(|e| ConnectorError::user(e.into()))?;
            let request = request.map(|body| body.map_err(io::Error::other).boxed_unsync());
            let response = aws.try_handle(request).await.map_err(|cut| ConnectorError::io(cut.into()))?;
            let (parts, body) = response.into_parts();
            let bytes = body.collect().await.map_err(|e| ConnectorError::io(e.into()))?.to_bytes();
            let response = http::Response::from_parts(parts, SdkBody::from(bytes));
            HttpResponse::try_from(response).map_err(|e| ConnectorError::other(e.into(), None))
        })
    }
}
