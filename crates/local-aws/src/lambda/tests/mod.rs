//! Tests of Lambda by its own operations, with functions that are Rust closures.

#![allow(clippy::unwrap_used)]

mod aliases;
mod attached;
mod callers;
mod control;
mod docker;
mod instances;
mod invocations;
mod lists;
mod other_accounts;
mod permissions;
mod provisioned;
mod sleep;
mod snap_start;
mod states;
mod versions;

use crate::{
    Config, Consistency, ContainerEngine, LocalAws, Reaction, Scripted, ecr,
    lambda::{invocation::Callee, metrics::InvocationRecord},
    testing::{ACCOUNT, Client, REGION, ok},
};
use bytes::Bytes;
use http::HeaderMap;
use http_body_util::BodyExt;
use serde_json::{Value, json};
use std::{sync::Arc, time::Duration};

const REGISTRY: &str = "127.0.0.1:4566";
const ROLE: &str = "arn:aws:iam::000000000000:role/runner";
const ARN: &str = "arn:aws:lambda:us-east-2:000000000000:function:greet";

/// A local AWS whose functions run in `engine`, with a role that may write logs and the image `app:v1`.
async fn world(engine: Arc<dyn ContainerEngine>, consistency: Consistency) -> LocalAws {
    world_of(engine, Config { consistency, ..Config::default() }).await
}

async fn world_of(engine: Arc<dyn ContainerEngine>, config: Config) -> LocalAws {
    let aws = LocalAws::new(config, engine).unwrap();
    let trust = json!({"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]});
    let role = json!({"RoleName": "runner", "AssumeRolePolicyDocument": trust.to_string()});
    ok(&aws, "iam", "CreateRole", role).await;
    let basic = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole";
    ok(&aws, "iam", "AttachRolePolicy", json!({"RoleName": "runner", "PolicyArn": basic})).await;
    ecr::testing::create(&aws, "app").await;
    ecr::testing::push(&aws, "app", "v1", "first").await;
    aws
}

/// As [`world`], agreeing at once, and the function `greet` in it.
async fn with_function(engine: &Arc<Scripted>) -> LocalAws {
    let aws = world(engine.clone(), Consistency::Instant).await;
    ok(&aws, "lambda", "CreateFunction", greet()).await;
    aws
}

/// The least that makes an image function.
fn greet() -> Value {
    json!({
        "FunctionName": "greet",
        "PackageType": "Image",
        "Code": { "ImageUri": format!("{REGISTRY}/app:v1") },
        "Role": ROLE,
    })
}

fn with(mut input: Value, members: Value) -> Value {
    for (name, value) in members.as_object().unwrap() {
        input[name] = value.clone();
    }
    input
}

/// A function that answers its event.
fn echo() -> Arc<Scripted> {
    Arc::new(Scripted::new(|event, _| Reaction::Respond(event.clone())))
}

fn scripted(reaction: Reaction) -> Arc<Scripted> {
    Arc::new(Scripted::new(move |_, _| reaction.clone()))
}

/// What Invoke answered.
struct Invoked {
    status: u16,
    headers: HeaderMap,
    body: Bytes,
}

impl Invoked {
    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|h| h.to_str().unwrap())
    }
}

async fn invoke(aws: &LocalAws, payload: impl Into<Bytes>) -> Invoked {
    invoke_as(aws, &[], payload).await
}

/// Invokes `greet` with these headers.
async fn invoke_as(
    aws: &LocalAws,
    headers: &[(&'static str, &'static str)],
    payload: impl Into<Bytes>,
) -> Invoked {
    let input = json!({ "FunctionName": "greet" });
    let mut request = Client::of(aws).request("lambda", "Invoke", input, Some(payload.into()));
    for (name, value) in headers {
        request.headers_mut().insert(*name, http::HeaderValue::from_static(value));
    }
    let (parts, body) = aws.handle(request).await.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    Invoked { status: parts.status.as_u16(), headers: parts.headers, body }
}

/// What is remembered of every invocation.
fn invocations(aws: &LocalAws) -> Vec<InvocationRecord> {
    let mut world = aws.shared().world();
    world.region(ACCOUNT, REGION).lambda.invocations.iter().cloned().collect()
}

/// A function of this account, without a qualifier.
fn callee(function: &str) -> Callee {
    let (account, region) = (ACCOUNT.to_owned(), REGION.to_owned());
    Callee { account, region, function: function.to_owned(), qualifier: None }
}

/// All lines of the function's log, once nothing is added any more.
async fn log(aws: &LocalAws) -> Vec<String> {
    tokio::time::sleep(Duration::from_millis(100)).await;
    let input = json!({ "logGroupName": "/aws/lambda/greet" });
    let found = ok(aws, "logs", "FilterLogEvents", input).await;
    let events = found["events"].as_array().unwrap();
    events.iter().map(|e| e["message"].as_str().unwrap().trim_end().to_owned()).collect()
}

/// A log line without what differs from run to run.
fn general(line: &str) -> String {
    let id = regex_lite::Regex::new("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}").unwrap();
    let number = regex_lite::Regex::new(r"Duration: [0-9.]+ ms").unwrap();
    let time = regex_lite::Regex::new(r"^\d{4}-\d\d-\d\dT[0-9:.]+Z").unwrap();
    let line = id.replace_all(line, "ID");
    time.replace(&number.replace_all(&line, "Duration: N ms"), "TIME").into_owned()
}
