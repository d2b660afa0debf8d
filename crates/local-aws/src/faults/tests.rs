#![allow(clippy::unwrap_used)]

use super::{Action, Cut, Fault, FaultPlan, Moment};
use crate::{
    LocalAws,
    body::full,
    registry::testing::{ask, authorization},
    testing::{Client, instant, ok},
};
use http::{Request, StatusCode};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use std::time::Duration;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

fn group(name: &str) -> Value {
    json!({ "logGroupName": name })
}

fn create(aws: &LocalAws, name: &str) -> Request<crate::Body> {
    Client::of(aws).request("logs", "CreateLogGroup", group(name), None)
}

fn exists(aws: &LocalAws, name: &str) -> bool {
    aws.dump().to_string().contains(&format!("\"{name}\":"))
}

async fn held(aws: &LocalAws) -> Value {
    let answer = aws.handle(Request::get("/_local/held").body(full("")).unwrap()).await;
    serde_json::from_slice(&answer.into_body().collect().await.unwrap().to_bytes()).unwrap()
}

async fn put(aws: &LocalAws, plan: &str) -> StatusCode {
    let request = Request::put("/_local/faults").body(full(plan.to_owned())).unwrap();
    aws.handle(request).await.status()
}

#[tokio::test]
async fn a_refusal_comes_before_the_effect_and_only_for_the_call_it_is_for() {
    let aws = instant();
    let refuse = Action::Refuse { status: 429, code: None, message: None, retry_after: Some(7) };
    aws.set_faults(FaultPlan::of([Fault::on_nth("logs:CreateLogGroup", 2, refuse)]));
    ok(&aws, "logs", "CreateLogGroup", group("a")).await;
    let response = aws.handle(create(&aws, "b")).await;
    assert_eq!(response.status(), 429);
    assert_eq!(response.headers()["retry-after"], "7");
    assert!(!exists(&aws, "b"));
    ok(&aws, "logs", "CreateLogGroup", group("b")).await;
    let statuses: Vec<u16> = aws.requests().entries().iter().map(|e| e.status).collect();
    assert_eq!(statuses, [200, 429, 200]);
}

#[tokio::test]
async fn a_cut_before_has_no_effect_and_a_cut_after_has() {
    let aws = instant();
    let plan = [Fault::on_call(1, Action::DropRequest), Fault::on_call(2, Action::DropReply)];
    aws.set_faults(FaultPlan::of(plan));
    assert_eq!(aws.try_handle(create(&aws, "a")).await.unwrap_err(), Cut);
    assert!(!exists(&aws, "a"));
    assert_eq!(aws.try_handle(create(&aws, "a")).await.unwrap_err(), Cut);
    assert!(exists(&aws, "a"));
    assert!(aws.try_handle(create(&aws, "b")).await.is_ok());
}

#[tokio::test]
async fn a_malformed_reply_is_half_a_reply() {
    let aws = instant();
    aws.set_faults(FaultPlan::of([Fault::on("DescribeLogGroups", Action::MalformedReply)]));
    let request = Client::of(&aws).request("logs", "DescribeLogGroups", json!({}), None);
    let body = aws.handle(request).await.into_body().collect().await.unwrap().to_bytes();
    assert_eq!(body, r#"{"logGro"#);
}

#[tokio::test(start_paused = true)]
async fn a_delay_comes_before_the_effect() {
    let aws = instant();
    aws.set_faults(FaultPlan::of([Fault::on("CreateLogGroup", Action::Delay { milliseconds: 5000 })]));
    let call = aws.try_handle(create(&aws, "a"));
    assert!(tokio::time::timeout(Duration::from_millis(4999), call).await.is_err());
    assert!(!exists(&aws, "a"));
    let call = aws.try_handle(create(&aws, "a"));
    assert!(tokio::time::timeout(Duration::from_millis(5001), call).await.is_ok());
    assert!(exists(&aws, "a"));
}

#[tokio::test(start_paused = true)]
async fn a_late_effect_takes_place_though_nobody_waits_for_it() {
    let aws = instant();
    aws.set_faults(FaultPlan::of([Fault::on_call(1, Action::Delay { milliseconds: 5000 })]));
    let call = aws.try_handle(create(&aws, "a"));
    assert!(tokio::time::timeout(Duration::from_secs(1), call).await.is_err());
    tokio::time::sleep(Duration::from_secs(5)).await;
    assert!(exists(&aws, "a"));
}

#[tokio::test]
async fn registry_requests_have_their_faults_and_their_own_count() {
    let aws = instant();
    ok(&aws, "ecr", "CreateRepository", json!({ "repositoryName": "app" })).await;
    let digest = |content: &str| crate::blobs::sha256(content.as_bytes());
    let upload = |content: &'static str| {
        let request = Request::post(format!("/v2/app/blobs/uploads/?digest={}", digest(content)));
        request.header("authorization", authorization(&aws)).body(full(content)).unwrap()
    };
    let head = |content: &str| Request::head(format!("/v2/app/blobs/{}", digest(content)));
    let refuse = Action::Refuse { status: 429, code: None, message: None, retry_after: Some(7) };
    aws.set_faults(FaultPlan::of([
        Fault::on_nth("registry:StartUpload", 1, refuse),
        Fault::on_nth("registry:StartUpload", 2, Action::DropRequest),
        Fault::on_nth("registry:StartUpload", 3, Action::DropReply),
        Fault::on_call(1, Action::DropReply),
    ]));
    let refused = aws.handle(upload("one")).await;
    assert_eq!(refused.status(), 429);
    assert_eq!(refused.headers()["retry-after"], "7");
    let said = refused.into_body().collect().await.unwrap().to_bytes();
    assert_eq!(serde_json::from_slice::<Value>(&said).unwrap()["errors"][0]["code"], "TOOMANYREQUESTS");
    assert_eq!(aws.try_handle(upload("one")).await.unwrap_err(), Cut);
    assert_eq!(ask(&aws, head("one"), "").await.status, 404);
    assert_eq!(aws.try_handle(upload("one")).await.unwrap_err(), Cut);
    assert_eq!(ask(&aws, head("one"), "").await.status, 200);
    assert_eq!(aws.handle(upload("two")).await.status(), 201);
    assert_eq!(aws.try_handle(create(&aws, "a")).await.unwrap_err(), Cut, "the first call of an API");
}

#[tokio::test]
async fn a_client_can_die_at_any_point_of_any_call() {
    for (call, moment, there) in
        [(1, Moment::Before, [false; 2]), (1, Moment::After, [true, false]), (2, Moment::After, [true; 2])]
    {
        let aws = instant();
        let (plan, reached) = FaultPlan::stop_at(call, moment);
        aws.set_faults(plan);
        let client = async {
            ok(&aws, "logs", "CreateLogGroup", group("a")).await;
            ok(&aws, "logs", "CreateLogGroup", group("b")).await;
        };
        tokio::select! {
            () = client => panic!("the client was to stop"),
            () = reached.notified() => {}
        }
        assert_eq!([exists(&aws, "a"), exists(&aws, "b")], there, "{call} {moment:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn from_a_held_call_on_everything_stands_still() {
    for (moment, there) in [("before", [true, false, false]), ("after", [true, true, false])] {
        let aws = instant();
        let plan = format!(r#"{{"faults": [{{"call": 2, "action": {{"hold": "{moment}"}}}}]}}"#);
        assert_eq!(put(&aws, &plan).await, 200);
        let client = async {
            ok(&aws, "logs", "CreateLogGroup", group("a")).await;
            let rest = ["b", "c"].map(|name| aws.handle(create(&aws, name)));
            futures_util::future::join_all(rest).await
        };
        assert_eq!(held(&aws).await, Value::Null);
        let ended = tokio::time::timeout(Duration::from_secs(1), client).await;
        assert!(ended.is_err(), "the client was to stop");
        let expected = json!({ "call": 2, "service": "logs", "operation": "CreateLogGroup", "nth": 2, "moment": moment });
        assert_eq!(held(&aws).await, expected);
        assert_eq!(["a", "b", "c"].map(|name| exists(&aws, name)), there);
        assert_eq!(put(&aws, r#"{"faults": []}"#).await, 200);
        assert!(aws.try_handle(create(&aws, "d")).await.is_ok());
    }
}

#[tokio::test]
async fn plans_come_over_http_and_are_read_strictly() {
    let aws = instant();
    let plan = r#"{"faults": [{"operation": "CreateLogGroup", "action": {"refuse": {"status": 503}}}]}"#;
    assert_eq!(put(&aws, plan).await, 200);
    assert_eq!(aws.handle(create(&aws, "a")).await.status(), 503);
    assert_eq!(put(&aws, r#"{"faults": []}"#).await, 200);
    assert_eq!(aws.handle(create(&aws, "a")).await.status(), 200);
    for wrong in [
        "",
        "{}",
        r#"{"faults": [{"action": "explode"}]}"#,
        r#"{"faults": [{"operaton": "x", "action": "drop_reply"}]}"#,
    ] {
        assert_eq!(put(&aws, wrong).await, 400, "{wrong}");
    }
}

#[tokio::test]
async fn a_cut_closes_the_socket() {
    let aws = instant();
    aws.set_faults(FaultPlan::of([Fault::on_call(1, Action::DropReply)]));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let serving = aws.clone();
    let server = tokio::spawn(async move { serving.serve(listener, std::future::pending()).await });
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = "POST / HTTP/1.1\r\nHost: localhost\r\nX-Amz-Target: L.CreateLogGroup\r\nContent-Length: 20\r\nAuthorization: AWS4-HMAC-SHA256 Credential=K/D/us-east-2/logs/aws4_request\r\n\r\n{\"logGroupName\":\"a\"}";
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut reply = Vec::new();
    stream.read_to_end(&mut reply).await.unwrap();
    assert_eq!(reply, b"");
    assert!(exists(&aws, "a"));
    server.abort();
}
