//! The SDK's HTTP client over [`crate::net`]: the way out is the same for AWS's calls as for everything else.

use crate::net::{Body, Client, Network, Unreachable, all_of};
use aws_smithy_runtime_api::client::{
    http::{HttpConnector, HttpConnectorFuture, SharedHttpClient, SharedHttpConnector, http_client_fn},
    orchestrator::{HttpRequest, HttpResponse},
    result::ConnectorError,
};
use aws_smithy_types::body::SdkBody;
use http_body_util::BodyExt;
use std::{
    collections::BTreeMap,
    fmt, io,
    sync::{Mutex, PoisonError},
    time::Duration,
};

/// One whose connections go over `network`.
pub fn http_client(network: Network) -> SharedHttpClient {
    // Each limit is a part of its client; there are two: the SDK's own for instance roles, and ours.
    let clients: Mutex<BTreeMap<Option<Duration>, Client>> = Mutex::default();
    http_client_fn(move |settings, _| {
        let limit = settings.connect_timeout();
        let mut clients = clients.lock().unwrap_or_else(PoisonError::into_inner);
        let client = clients.entry(limit).or_insert_with(|| Client::within(network.clone(), limit)).clone();
        let answer = settings.read_timeout().map(|read| read + limit.unwrap_or_default());
        SharedHttpConnector::new(AwsSender { client, answer })
    })
}

struct AwsSender {
    client: Client,
    /// How long an answer may take, with the connection.
    answer: Option<Duration>,
}

impl fmt::Debug for AwsSender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AwsSender")
    }
}

impl HttpConnector for AwsSender {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let (client, limit) = (self.client.clone(), self.answer);
        HttpConnectorFuture::new(async move {
            let request = request.try_into_http1x().map_err(|e| ConnectorError::user(e.into()))?;
            let exchange = exchange(client, request.map(body));
            match limit {
                None => exchange.await,
                Some(limit) => tokio::time::timeout(limit, exchange)
                    .await
                    .unwrap_or_else(|late| Err(ConnectorError::timeout(late.into()))),
            }
        })
    }
}

fn body(body: SdkBody) -> Body {
    body.map_err(io::Error::other).boxed_unsync()
}

async fn exchange(client: Client, request: http::Request<Body>) -> Result<HttpResponse, ConnectorError> {
    let response = client.send(request).await.map_err(|e| match e.downcast::<Unreachable>() {
        Ok(unreachable) => ConnectorError::io(unreachable.into()),
        Err(other) => ConnectorError::io(other.into()),
    })?;
    let (parts, body) = response.into_parts();
    let bytes = all_of(body).await.map_err(|e| ConnectorError::io(e.into()))?;
    let response = http::Response::from_parts(parts, SdkBody::from(bytes));
    HttpResponse::try_from(response).map_err(|e| ConnectorError::other(e.into(), None))
}
