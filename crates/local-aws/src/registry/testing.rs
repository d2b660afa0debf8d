//! A small registry client for tests.

#![allow(clippy::unwrap_used)]

use crate::{
    LocalAws,
    blobs::password,
    body::full,
    testing::{ACCOUNT, REGION},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use http::{HeaderMap, Request, header, request::Builder};
use http_body_util::BodyExt;
use serde_json::Value;

#[derive(Debug)]
pub(crate) struct RegistryAnswer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl RegistryAnswer {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(|h| h.to_str().unwrap()).unwrap_or_default()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    /// Code and message of its first error.
    pub(crate) fn error(&self) -> (String, String) {
        let error = &self.json()["errors"][0];
        (error["code"].as_str().unwrap().to_owned(), error["message"].as_str().unwrap().to_owned())
    }
}

/// The credentials of the tests' account and region.
pub(crate) fn authorization(aws: &LocalAws) -> String {
    format!("Basic {}", STANDARD.encode(format!("AWS:{}", password(aws.secret(), ACCOUNT, REGION, ""))))
}

/// As it is.
pub(crate) async fn send(aws: &LocalAws, request: Builder, body: impl Into<Bytes>) -> RegistryAnswer {
    let response = aws.handle(request.body(full(body)).unwrap()).await;
    let (parts, body) = response.into_parts();
    RegistryAnswer {
        status: parts.status.as_u16(),
        headers: parts.headers,
        body: body.collect().await.unwrap().to_bytes(),
    }
}

/// With the tests' credentials.
pub(crate) async fn ask(aws: &LocalAws, request: Builder, body: impl Into<Bytes>) -> RegistryAnswer {
    send(aws, request.header(header::AUTHORIZATION, authorization(aws)), body).await
}

/// Uploads a blob in one go.
pub(crate) async fn upload(aws: &LocalAws, repository: &str, content: impl Into<Bytes>) -> String {
    let content = content.into();
    let digest = crate::blobs::sha256(&content);
    let url = format!("/v2/{repository}/blobs/uploads/?digest={digest}");
    assert_eq!(ask(aws, Request::post(url), content).await.status, 201);
    digest
}
