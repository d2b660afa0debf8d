//! The stage URL of a world, without a socket.

use crate::world::{REGION, World};
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use lambdeploy::testing::{
    contract::{Ask, Carrier, ContractRun, Finding, Grace, SentKey, Verdict, rows},
    engine::{Id, Run, Stop},
    outside::http::Response,
};
use local_aws::LocalAws;
use std::time::Duration;

/// The stage of the only API of a world, called as a client would.
pub(crate) struct StageUrl {
    aws: LocalAws,
    pub api: String,
    pub stage: String,
    pub key: Option<String>,
}

impl StageUrl {
    pub(crate) async fn of(world: &World, stage: &str) -> Self {
        let client = &world.cloud_in(REGION).await.apigateway;
        let apis = client.get_rest_apis().send().await.unwrap();
        let keys = client.get_api_keys().include_values(true).send().await.unwrap();
        Self {
            aws: world.aws.clone(),
            api: apis.items()[0].id().unwrap().to_owned(),
            stage: stage.to_owned(),
            key: keys.items().first().and_then(|k| k.value.clone()),
        }
    }

    /// The default stage of an API that is known by its id, with the value of a key.
    pub(crate) fn known(world: &World, api: &str, key: &str) -> Self {
        let (api, key) = (api.to_owned(), Some(key.to_owned()));
        Self { aws: world.aws.clone(), api, stage: "default".to_owned(), key }
    }
}

impl Carrier for StageUrl {
    async fn carry(&self, ask: &Ask) -> anyhow::Result<Response> {
        let uri = format!("/_aws/execute-api/{}/{}{}", self.api, self.stage, ask.path);
        let mut request =
            http::Request::builder().method(ask.method.as_str()).uri(uri).header("host", "127.0.0.1:4510");
        for (name, value) in &ask.headers {
            request = request.header(name, value);
        }
        request = match (ask.key, &self.key) {
            (SentKey::Right, Some(key)) => request.header("x-api-key", key),
            (SentKey::Wrong, _) => request.header("x-api-key", "no-such-key-anywhere"),
            _ => request,
        };
        let body = Full::new(Bytes::from(ask.body.clone().unwrap_or_default()));
        let body = body.map_err(std::io::Error::other).boxed_unsync();
        let (parts, body) = self.aws.handle(request.body(body)?).await.into_parts();
        let text = |v: &http::HeaderValue| String::from_utf8_lossy(v.as_bytes()).into_owned();
        Ok(Response {
            status: parts.status.as_u16(),
            headers: parts.headers.iter().map(|(n, v)| (n.to_string(), text(v))).collect(),
            body: body.collect().await?.to_bytes(),
        })
    }
}

/// What a stage in a test answers.
pub(crate) fn response(status: u16, headers: &[(&str, &str)], body: &str) -> Response {
    let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Response { status, headers, body: Bytes::from(body.to_owned()) }
}

/// The contract of a stack file, asked of its stage.
pub(crate) async fn verify(world: &World, text: &str, load: bool) -> Vec<Finding> {
    let stack = world.stack(text);
    let stage = StageUrl::of(world, &stack.api.stage).await;
    let run = Run::new(Id::only("contract"), world.sink(), Stop::default());
    let check = ContractRun { carrier: &stage, run: &run, grace: Grace::since(Duration::ZERO), load };
    check.run(&rows(&stack)).await.unwrap()
}

/// The promises that are broken, with what was seen.
pub(crate) fn broken(findings: &[Finding]) -> Vec<String> {
    let seen = |o: &Finding| match &o.verdict {
        Verdict::Broken { seen, .. } => Some(format!("{}: {}", o.promise, seen.join("; "))),
        Verdict::Holds => None,
        Verdict::Unknown { why } => Some(format!("{}: unknown: {why}", o.promise)),
    };
    findings.iter().filter_map(seen).collect()
}
