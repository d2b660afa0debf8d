#![allow(clippy::unwrap_used)]

mod mails;
mod subscriptions;
mod topics;

use crate::{
    LocalAws,
    body::full,
    testing::{ok, refused},
};
use http::Request;
use http_body_util::BodyExt;
use serde_json::{Value, json};

const TOPIC: &str = "arn:aws:sns:us-east-2:000000000000:alerts";

async fn done(aws: &LocalAws, operation: &str, input: Value) -> Value {
    ok(aws, "sns", operation, input).await
}

async fn no(aws: &LocalAws, operation: &str, input: Value) -> (String, String) {
    refused(aws, "sns", operation, input).await
}

async fn subscribed(aws: &LocalAws, name: &str) {
    done(aws, "CreateTopic", json!({ "Name": "alerts" })).await;
    let address = format!("{name}@example.com");
    done(aws, "Subscribe", json!({ "TopicArn": TOPIC, "Protocol": "email", "Endpoint": address })).await;
}

/// A page of its own, as a browser or a program gets it.
async fn page(aws: &LocalAws, path: &str, headers: &[(&str, &str)]) -> (u16, String) {
    let mut request = Request::builder().uri(path).header("host", "127.0.0.1:4566");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let (parts, body) = aws.handle(request.body(full("")).unwrap()).await.into_parts();
    (parts.status.as_u16(), String::from_utf8(body.collect().await.unwrap().to_bytes().to_vec()).unwrap())
}

async fn mails(aws: &LocalAws) -> Vec<Value> {
    serde_json::from_str(&page(aws, "/_local/mail", &[]).await.1).unwrap()
}

/// Visits the link of the last mail.
async fn confirm_last(aws: &LocalAws) -> (u16, String) {
    let link = mails(aws).await.last().unwrap()["link"].as_str().unwrap().to_owned();
    page(aws, link.strip_prefix("http://127.0.0.1:4566").unwrap(), &[("sec-fetch-site", "same-origin")]).await
}
