//! A small API, made by hand, and a client for it.

use crate::{
    Config, LocalAws, NoContainers,
    apigateway::draft::{Authorizer, Draft, Integration, IntegrationResponse, Method, Resource},
    apigateway::state::{ApiKey, ApiStage, Deployment, RestApi, Stage, UsagePlan},
    body::{Body, full},
    gate::{Door, door},
    gateway::StageTarget,
};
use http::{HeaderMap, Request};
use http_body_util::BodyExt;
use jiff::Timestamp;
use serde_json::{Value, json};
use std::{collections::BTreeMap, sync::Arc};

pub(crate) const API: &str = "abc123";
pub(crate) const REGION: &str = "us-east-2";
pub(crate) const ACCOUNT: &str = "000000000000";
pub(crate) const FUNCTION: &str = "arn:aws:lambda:us-east-2:000000000000:function:analyzer";

/// What a call was answered.
pub(crate) struct Seen {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: String,
}

impl Seen {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|v| v.to_str().unwrap())
    }

    pub(crate) fn message(&self) -> Value {
        serde_json::from_str::<Value>(&self.body).unwrap()["message"].clone()
    }
}

pub(crate) fn local_aws(config: Config) -> LocalAws {
    LocalAws::new(config, Arc::new(NoContainers)).unwrap()
}

/// Calls `/default<path>` by the host name of the API.
pub(crate) async fn call(
    aws: &LocalAws,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> Seen {
    send(aws, request(method, &format!("/default{path}"), headers, body)).await
}

pub(crate) fn request(method: &str, uri: &str, headers: &[(&str, &str)], body: &str) -> Request<Body> {
    let mut request = Request::builder().method(method).uri(uri);
    request = request.header("host", format!("{API}.execute-api.localhost:4566"));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(full(body.to_owned())).unwrap()
}

/// Which API and stage a request is for.
pub(crate) fn target(request: &Request<Body>) -> StageTarget {
    match door(request) {
        Ok(Door::Stage(target)) => target,
        other => panic!("no stage URL: {other:?}"),
    }
}

pub(crate) async fn send(aws: &LocalAws, request: Request<Body>) -> Seen {
    let (parts, body) = aws.handle(request).await.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    Seen {
        status: parts.status.as_u16(),
        headers: parts.headers,
        body: String::from_utf8_lossy(&body).into_owned(),
    }
}

pub(crate) fn mock(status: &str) -> Integration {
    let response = IntegrationResponse { status_code: status.to_owned(), ..IntegrationResponse::default() };
    Integration {
        kind: "MOCK".to_owned(),
        request_templates: [("application/json".to_owned(), Some(format!("{{\"statusCode\": {status}}}")))]
            .into(),
        passthrough_behavior: "WHEN_NO_MATCH".to_owned(),
        timeout_in_millis: 29_000,
        integration_responses: [(status.to_owned(), response)].into(),
        ..Integration::default()
    }
}

pub(crate) fn proxy() -> Integration {
    Integration {
        kind: "AWS_PROXY".to_owned(),
        http_method: Some("POST".to_owned()),
        uri: Some(format!(
            "arn:aws:apigateway:{REGION}:lambda:path/2015-03-31/functions/{FUNCTION}/invocations"
        )),
        timeout_in_millis: 29_000,
        ..Integration::default()
    }
}

pub(crate) fn method(name: &str, integration: Integration) -> Method {
    Method {
        http_method: name.to_owned(),
        authorization_type: "NONE".to_owned(),
        method_integration: Some(integration),
        ..Method::default()
    }
}

/// A draft with these methods; the resource ids are the paths.
pub(crate) fn draft(methods: impl IntoIterator<Item = (&'static str, Method)>) -> Draft {
    let mut draft = Draft { api_key_source: "HEADER".to_owned(), ..Draft::default() };
    for (path, method) in methods {
        let resource = draft.resources.entry(path.to_owned()).or_insert_with(|| Resource {
            id: path.to_owned(),
            path: path.to_owned(),
            ..Resource::default()
        });
        resource.resource_methods.insert(method.http_method.clone(), method);
    }
    draft
}

/// Serves a draft as stage `default` of the API.
pub(crate) fn publish(aws: &LocalAws, draft: Draft) {
    let now = aws.shared().clock.now();
    let deployment = Deployment {
        id: "dep1".to_owned(),
        description: None,
        created: now,
        snapshot: Arc::new(draft.clone()),
    };
    let api = RestApi {
        id: API.to_owned(),
        created: now,
        tags: BTreeMap::new(),
        endpoint_configuration: json!({ "types": ["REGIONAL"] }),
        policy: None,
        disable_execute_api_endpoint: false,
        updating_until: None,
        draft,
        deployments: [(deployment.id.clone(), deployment)].into(),
        stages: [("default".to_owned(), stage(now))].into(),
        imported: None,
        before_import: None,
    };
    aws.shared().world().region(ACCOUNT, REGION).apigateway.apis.insert(API.to_owned(), api);
}

fn stage(now: Timestamp) -> Stage {
    Stage {
        name: "default".to_owned(),
        deployment_id: "dep1".to_owned(),
        former: None,
        description: None,
        variables: BTreeMap::new(),
        tracing_enabled: false,
        method_settings: BTreeMap::new(),
        access_log: None,
        tags: BTreeMap::new(),
        created: now,
        updated: now,
    }
}

/// Changes the API's stage.
pub(crate) fn change_stage(aws: &LocalAws, change: impl FnOnce(&mut Stage)) {
    let mut world = aws.shared().world();
    let api = world.region(ACCOUNT, REGION).apigateway.apis.get_mut(API).unwrap();
    change(api.stages.get_mut("default").unwrap());
}

/// An enabled key with this value; its id is `id-<value>`.
pub(crate) fn add_key(aws: &LocalAws, value: &str) {
    let now = aws.shared().clock.now();
    let key = ApiKey {
        id: format!("id-{value}"),
        value: value.to_owned(),
        name: None,
        description: None,
        customer_id: None,
        enabled: true,
        created: now,
        updated: now,
        tags: BTreeMap::new(),
    };
    aws.shared().world().region(ACCOUNT, REGION).apigateway.keys.insert(key.id.clone(), key);
}

/// A plan `plan` with the API's stage and this key.
pub(crate) fn add_plan(aws: &LocalAws, key: &str, change: impl FnOnce(&mut UsagePlan)) {
    let now = aws.shared().clock.now();
    let mut plan = UsagePlan {
        id: "plan".to_owned(),
        name: "plan".to_owned(),
        description: None,
        created: now,
        tags: BTreeMap::new(),
        api_stages: vec![ApiStage { api_id: API.to_owned(), stage: "default".to_owned() }],
        throttle: None,
        quota: None,
        keys: [(format!("id-{key}"), now)].into(),
    };
    change(&mut plan);
    aws.shared().world().region(ACCOUNT, REGION).apigateway.plans.insert(plan.id.clone(), plan);
}

/// The reason of the latest call.
pub(crate) fn why(aws: &LocalAws) -> String {
    aws.inner().gateway.log.entries().pop().unwrap().why.unwrap_or_default()
}

/// Changes the authorizer `auth` of what is served.
pub(crate) fn change_authorizer(aws: &LocalAws, change: impl FnOnce(&mut Authorizer)) {
    let mut world = aws.shared().world();
    let api = world.region(ACCOUNT, REGION).apigateway.apis.get_mut(API).unwrap();
    let deployment = api.deployments.get_mut("dep1").unwrap();
    change(Arc::make_mut(&mut deployment.snapshot).authorizers.get_mut("auth").unwrap());
}
