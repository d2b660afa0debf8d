//! Warm containers: how many there are, for how long, and that none is left.

use super::*;
use crate::lambda::{invocation::Invocation, runtime::run};
use futures_util::future::join_all;

fn invocation(payload: &str) -> Invocation {
    Invocation { callee: callee("greet"), payload: payload.to_owned().into() }
}

/// A function that takes a second.
fn slow() -> Arc<Scripted> {
    let takes = Duration::from_secs(1);
    Arc::new(Scripted::new(move |event, _| {
        Reaction::Sleep(takes, Box::new(Reaction::Respond(event.clone())))
    }))
}

async fn at_once(aws: &LocalAws, n: usize) -> Vec<u16> {
    let calls = (0..n).map(|i| async move { invoke(aws, i.to_string()).await });
    join_all(calls).await.iter().map(|answer| answer.status).collect()
}

async fn reserve(aws: &LocalAws, n: u32) {
    let input = json!({"FunctionName": "greet", "ReservedConcurrentExecutions": n});
    ok(aws, "lambda", "PutFunctionConcurrency", input).await;
}

#[tokio::test(start_paused = true)]
async fn one_container_a_concurrent_request_and_they_stay_warm() {
    let engine = slow();
    let aws = with_function(&engine).await;
    assert_eq!(at_once(&aws, 3).await, [200, 200, 200]);
    assert_eq!(engine.started().len(), 3);
    for _ in 0..5 {
        assert_eq!(at_once(&aws, 3).await, [200, 200, 200]);
    }
    assert_eq!(engine.started().len(), 3);
}

#[tokio::test(start_paused = true)]
async fn above_the_reserved_concurrency_calls_are_refused() {
    let engine = slow();
    let aws = with_function(&engine).await;
    reserve(&aws, 2).await;
    let mut statuses = at_once(&aws, 3).await;
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 200, 429]);
    reserve(&aws, 0).await;
    let answer = invoke(&aws, "{}").await;
    assert_eq!(answer.header("x-amzn-errortype"), Some("TooManyRequestsException"));
    assert_eq!(answer.json()["Reason"], json!("ReservedFunctionConcurrentInvocationLimitExceeded"));
    assert_eq!(answer.json()["message"], json!("Rate Exceeded."));
}

#[tokio::test(start_paused = true)]
async fn without_a_reservation_the_many_wait_for_ten() {
    let engine = slow();
    let aws = with_function(&engine).await;
    let began = tokio::time::Instant::now();
    assert_eq!(at_once(&aws, 25).await, [200; 25]);
    assert_eq!(engine.started().len(), 10);
    assert!((Duration::from_secs(3)..Duration::from_secs(4)).contains(&began.elapsed()));
}

#[tokio::test(start_paused = true)]
async fn a_container_that_becomes_free_is_taken_before_a_slow_start_is_over() {
    let engine = Arc::new(
        Scripted::new(|event, _| {
            Reaction::Sleep(Duration::from_secs(1), Box::new(Reaction::Respond(event.clone())))
        })
        .start_takes(Duration::from_mins(1)),
    );
    let aws = with_function(&engine).await;
    invoke(&aws, "0").await;
    let began = tokio::time::Instant::now();
    assert_eq!(at_once(&aws, 2).await, [200, 200]);
    assert!(began.elapsed() < Duration::from_secs(3), "{:?}", began.elapsed());
}

#[tokio::test(start_paused = true)]
async fn idle_containers_are_killed_after_five_minutes() {
    let engine = echo();
    let aws = with_function(&engine).await;
    invoke(&aws, "1").await;
    tokio::time::sleep(Duration::from_secs(200)).await;
    invoke(&aws, "2").await;
    tokio::time::sleep(Duration::from_secs(200)).await;
    assert_eq!(engine.running(), 1, "it was used 200 seconds ago");
    tokio::time::sleep(Duration::from_secs(400)).await;
    assert_eq!(engine.running(), 0);
    assert_eq!(invoke(&aws, "3").await.status, 200);
    assert_eq!(engine.started().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn an_update_retires_the_old_containers_and_a_deletion_all() {
    let engine = echo();
    let aws = with_function(&engine).await;
    invoke(&aws, "1").await;
    let update = json!({"FunctionName": "greet", "MemorySize": 256});
    ok(&aws, "lambda", "UpdateFunctionConfiguration", update).await;
    tokio::time::sleep(Duration::from_millis(1)).await;
    assert_eq!(engine.running(), 0);
    invoke(&aws, "2").await;
    assert_eq!(engine.started()[1].memory, 256);
    ok(&aws, "lambda", "TagResource", json!({"Resource": ARN, "Tags": {"a": "b"}})).await;
    invoke(&aws, "3").await;
    assert_eq!(engine.started().len(), 2, "tags are nothing to a container");
    ok(&aws, "lambda", "DeleteFunction", json!({"FunctionName": "greet"})).await;
    tokio::time::sleep(Duration::from_millis(1)).await;
    assert_eq!(engine.running(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_call_under_way_survives_an_update_and_its_container_does_not() {
    let engine = slow();
    let aws = with_function(&engine).await;
    let call = tokio::spawn({
        let aws = aws.clone();
        async move { invoke(&aws, "1").await.status }
    });
    tokio::time::sleep(Duration::from_millis(500)).await;
    ok(&aws, "lambda", "UpdateFunctionConfiguration", json!({"FunctionName": "greet", "Timeout": 5})).await;
    assert_eq!(call.await.unwrap(), 200);
    tokio::time::sleep(Duration::from_millis(1)).await;
    assert_eq!(engine.running(), 0);
}

#[tokio::test(start_paused = true)]
async fn who_stops_waiting_does_not_stop_the_function() {
    let engine = slow();
    let aws = with_function(&engine).await;
    reserve(&aws, 1).await;
    let patience = Duration::from_millis(100);
    assert!(tokio::time::timeout(patience, run(&aws.inner().pool, invocation("1"))).await.is_err());
    assert_eq!(run(&aws.inner().pool, invocation("2")).await.unwrap_err().status, 429);
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(run(&aws.inner().pool, invocation("3")).await.unwrap().payload, "3");
    assert_eq!(engine.started().len(), 1);
    assert_eq!(log(&aws).await.iter().filter(|l| l.starts_with("REPORT")).count(), 2);
}

#[tokio::test(start_paused = true)]
async fn nothing_survives_the_end() {
    let engine = slow();
    let aws = with_function(&engine).await;
    invoke(&aws, "1").await;
    let busy = tokio::spawn({
        let aws = aws.clone();
        async move { at_once(&aws, 3).await }
    });
    tokio::time::sleep(Duration::from_millis(10)).await;
    assert_eq!(engine.running(), 3);
    aws.inner().pool.stop_all().await;
    assert_eq!(engine.running(), 0);
    busy.await.unwrap();
    let late = tokio::time::timeout(Duration::from_mins(1), invoke(&aws, "2")).await.unwrap();
    assert_eq!(late.status, 500);
    assert_eq!(engine.running(), 0);
}

#[tokio::test(start_paused = true)]
async fn nothing_survives_a_local_aws_that_is_dropped() {
    let engine = echo();
    let aws = with_function(&engine).await;
    invoke(&aws, "1").await;
    assert_eq!(engine.running(), 1);
    drop(aws);
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(engine.running(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_container_gets_lambdas_environment_and_the_functions_own() {
    let engine = echo();
    let aws = world(engine.clone(), Consistency::Instant).await;
    let given = json!({"Environment": {"Variables": {"COLOUR": "red"}}, "MemorySize": 512});
    ok(&aws, "lambda", "CreateFunction", with(greet(), given)).await;
    invoke(&aws, "1").await;
    let environment = engine.started()[0].environment.clone();
    for (name, value) in [
        ("COLOUR", "red"),
        ("AWS_REGION", "us-east-2"),
        ("AWS_LAMBDA_FUNCTION_NAME", "greet"),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "512"),
        ("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/greet"),
    ] {
        assert_eq!(environment[name], value, "{name}");
    }
    let stream = regex_lite::Regex::new(r"^\d{4}/\d\d/\d\d/\[\$LATEST\][0-9a-f]{32}$").unwrap();
    assert!(stream.is_match(&environment["AWS_LAMBDA_LOG_STREAM_NAME"]));
}

#[tokio::test(start_paused = true)]
async fn a_functions_code_has_its_roles_rights_while_its_container_lives() {
    let engine = echo();
    let aws = with_function(&engine).await;
    invoke(&aws, "1").await;
    let environment = engine.started()[0].environment.clone();
    let access_key = environment["AWS_ACCESS_KEY_ID"].as_str();
    assert!(access_key.starts_with("ASIA") && access_key.len() == 20, "{access_key}");
    for name in ["AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"] {
        assert!(environment[name].len() >= 40, "{name}");
    }
    let code = Client { access_key, ..Client::of(&aws) };
    let session = "arn:aws:sts::000000000000:assumed-role/runner/greet";
    let (_, me) = code.call("sts", "GetCallerIdentity", json!({})).await;
    assert_eq!(me["Arn"], session);
    let create = json!({"logGroupName": "/of/its/own"});
    assert_eq!(code.call("logs", "CreateLogGroup", create).await.0, 200);
    let (status, refusal) = code.call("lambda", "GetFunction", json!({"FunctionName": "greet"})).await;
    assert_eq!((status, refusal["code"].as_str()), (403, Some("AccessDeniedException")));
    let text = format!(
        "User: {session} is not authorized to perform: lambda:GetFunction on resource: {ARN} because no \
         identity-based policy allows the lambda:GetFunction action"
    );
    assert_eq!(refusal["message"], text);
    let read = json!({"RoleName": "runner", "PolicyName": "read", "PolicyDocument": json!({
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "lambda:GetFunction", "Resource": ARN, "Condition": {
            "ArnEquals": {"aws:PrincipalArn": ROLE}, "StringEquals": {"aws:PrincipalType": "AssumedRole"}}}],
    }).to_string()});
    ok(&aws, "iam", "PutRolePolicy", read).await;
    assert_eq!(code.call("lambda", "GetFunction", json!({"FunctionName": "greet"})).await.0, 200);
    aws.inner().pool.stop_all().await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert!(aws.shared().world().account_of_key(access_key).is_none(), "the session ends with the container");
}

#[tokio::test(start_paused = true)]
async fn a_container_that_is_replaced_is_told_nothing_before_it_is_killed() {
    let engine = echo();
    let aws = with_function(&engine).await;
    invoke(&aws, "1").await;
    let change = json!({"FunctionName": "greet", "Description": "new"});
    ok(&aws, "lambda", "UpdateFunctionConfiguration", change).await;
    invoke(&aws, "2").await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!((engine.running(), engine.exited()), (1, 0), "it was killed and did not exit by itself");
}
