//! Invoke, and what a function's failures look like.

use super::*;
use base64::{Engine, engine::general_purpose::STANDARD};
use std::sync::Mutex;

#[tokio::test(start_paused = true)]
async fn the_answer_comes_back_with_its_version_and_leaves_its_log() {
    let aws = with_function(&Arc::new(Scripted::new(|event, _| {
        Reaction::Print("thinking".to_owned(), Box::new(Reaction::Respond(json!({"got": event}))))
    })))
    .await;
    let answer = invoke(&aws, r#"{"a": 1}"#).await;
    assert_eq!((answer.status, answer.json()), (200, json!({"got": {"a": 1}})));
    assert_eq!(answer.header("x-amz-executed-version"), Some("$LATEST"));
    assert_eq!(answer.header("x-amz-function-error"), None);
    assert_eq!(answer.header("x-amz-log-result"), None);
    invoke(&aws, "").await;
    let lines: Vec<_> = log(&aws).await.iter().map(|l| general(l)).collect();
    let start = "START RequestId: ID Version: $LATEST";
    let report = "REPORT RequestId: ID\tDuration: N ms\tBilled Duration: N ms\tMemory Size: 128 MB\tMax Memory Used: 42 MB";
    let cold = format!("{report}\tInit Duration: N ms");
    assert_eq!(
        lines,
        [start, "thinking", "END RequestId: ID", &cold, start, "thinking", "END RequestId: ID", report]
    );
}

#[tokio::test(start_paused = true)]
async fn the_tail_of_the_log_is_answered_where_it_is_asked_for() {
    let aws =
        with_function(&scripted(Reaction::Print("a line".to_owned(), Box::new(Reaction::Respond(json!(1))))))
            .await;
    let answer = invoke_as(&aws, &[("x-amz-log-type", "Tail")], "{}").await;
    let tail = STANDARD.decode(answer.header("x-amz-log-result").unwrap()).unwrap();
    let tail = String::from_utf8(tail).unwrap();
    let id = answer.header("x-amzn-requestid").unwrap();
    assert!(
        tail.starts_with(&format!(
            "START RequestId: {id} Version: $LATEST\na line\nEND RequestId: {id}\nREPORT"
        )),
        "{tail}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_long_log_leaves_its_last_4_kb() {
    let chatter = (0..200)
        .fold(Reaction::Respond(json!(1)), |then, _| Reaction::Print("x".repeat(100), Box::new(then)));
    let aws = with_function(&scripted(chatter)).await;
    let answer = invoke_as(&aws, &[("x-amz-log-type", "Tail")], "{}").await;
    let tail = STANDARD.decode(answer.header("x-amz-log-result").unwrap()).unwrap();
    assert_eq!(tail.len(), 4096);
    assert!(String::from_utf8(tail).unwrap().contains("\nEND RequestId"));
}

#[tokio::test(start_paused = true)]
async fn a_handlers_error_is_the_payload() {
    let error = json!({"errorMessage": "no", "errorType": "ValueError"});
    let aws = with_function(&scripted(Reaction::Fail(error.clone()))).await;
    for _ in 0..2 {
        let answer = invoke(&aws, "{}").await;
        assert_eq!((answer.status, answer.header("x-amz-function-error")), (200, Some("Unhandled")));
        assert_eq!(answer.json(), error);
    }
}

#[tokio::test(start_paused = true)]
async fn a_function_that_takes_too_long_is_killed() {
    let slow = Reaction::Sleep(Duration::from_secs(4), Box::new(Reaction::Respond(json!("late"))));
    let engine = scripted(slow);
    let aws = with_function(&engine).await;
    let answer = invoke(&aws, "{}").await;
    assert_eq!(answer.header("x-amz-function-error"), Some("Unhandled"));
    let id = answer.header("x-amzn-requestid").unwrap();
    let message = format!("RequestId: {id} Error: Task timed out after 3.00 seconds");
    assert_eq!(answer.json(), json!({"errorType": "Sandbox.Timedout", "errorMessage": message}));
    let lines: Vec<_> = log(&aws).await.iter().map(|l| general(l)).collect();
    assert_eq!(lines[1], "TIME ID Task timed out after 3.00 seconds");
    assert!(lines[3].ends_with("Status: timeout"), "{}", lines[3]);
    assert_eq!(engine.running(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_crash_is_said_in_lambdas_words_and_the_next_call_gets_a_new_container() {
    let engine = Arc::new(Scripted::new(|event, _| match event["exit"].as_i64() {
        Some(code) => Reaction::Exit(code),
        None => Reaction::Respond(json!("fine")),
    }));
    let aws = with_function(&engine).await;
    for (code, text) in [
        (1, "Runtime exited with error: exit status 1"),
        (0, "Runtime exited without providing a reason"),
        (137, "Runtime exited with error: signal: killed"),
    ] {
        let answer = invoke(&aws, json!({"exit": code}).to_string()).await;
        let id = answer.header("x-amzn-requestid").unwrap();
        let message = format!("RequestId: {id} Error: {text}");
        assert_eq!(answer.json(), json!({"errorType": "Runtime.ExitError", "errorMessage": message}));
        assert_eq!(answer.header("x-amz-function-error"), Some("Unhandled"));
    }
    assert_eq!(invoke(&aws, "{}").await.json(), json!("fine"));
    assert_eq!(engine.started().len(), 4);
    assert!(log(&aws).await.contains(&"Runtime.ExitError".to_owned()));
}

#[tokio::test(start_paused = true)]
async fn a_runtime_that_does_not_get_ready_fails_the_call() {
    let init = json!({"errorMessage": "no module named app", "errorType": "Runtime.ImportModuleError"});
    for (at_start, payload) in [
        (Reaction::InitError(init.clone()), Some(init)),
        (Reaction::Exit(127), None),
        (Reaction::Sleep(Duration::from_secs(20), Box::new(Reaction::Exit(0))), None),
    ] {
        let engine = Arc::new(Scripted::new(|_, _| Reaction::Respond(json!(1))).at_start(at_start.clone()));
        let aws = with_function(&engine).await;
        let answer = invoke(&aws, "{}").await;
        assert_eq!(answer.header("x-amz-function-error"), Some("Unhandled"));
        let kind = answer.json()["errorType"].clone();
        match payload {
            Some(payload) => assert_eq!(answer.json(), payload),
            None if matches!(at_start, Reaction::Exit(_)) => assert_eq!(kind, "Runtime.ExitError"),
            None => assert_eq!(kind, "Sandbox.Timedout"),
        }
        let lines: Vec<_> = log(&aws).await.iter().map(|l| general(l)).collect();
        assert_eq!(lines.first().unwrap(), "START RequestId: ID Version: $LATEST");
        assert!(lines.last().unwrap().contains("Init Duration: N ms"), "{lines:?}");
        assert_eq!(engine.running(), 0);
    }
}

#[tokio::test(start_paused = true)]
async fn payloads_are_limited_both_ways_and_must_be_json() {
    let aws = with_function(&Arc::new(Scripted::new(|event, _| {
        Reaction::RespondRaw(vec![b'x'; usize::try_from(event["size"].as_u64().unwrap_or(2)).unwrap()].into())
    })))
    .await;
    let answer = invoke(&aws, json!("x".repeat(6_291_457)).to_string()).await;
    assert_eq!((answer.status, answer.header("x-amzn-errortype")), (413, Some("RequestTooLargeException")));
    assert_eq!(
        answer.json()["message"],
        json!("Request must be smaller than 6291456 bytes for the InvokeFunction operation")
    );
    let event = [("x-amz-invocation-type", "Event")];
    assert_eq!(invoke_as(&aws, &event, json!("x".repeat(1_048_577)).to_string()).await.status, 413);
    let answer = invoke(&aws, "no json").await;
    assert_eq!(
        (answer.status, answer.header("x-amzn-errortype")),
        (400, Some("InvalidRequestContentException"))
    );
    let answer = invoke(&aws, r#"{"size": 6291556}"#).await;
    assert_eq!((answer.status, answer.body.len()), (200, 6_291_556));
    let answer = invoke(&aws, r#"{"size": 6291557}"#).await;
    let expected = json!({"errorType": "Function.ResponseSizeTooLarge", "errorMessage": "Response payload size exceeded maximum allowed payload size (6291556 bytes)."});
    assert_eq!((answer.json(), answer.header("x-amz-function-error")), (expected, Some("Unhandled")));
}

#[tokio::test(start_paused = true)]
async fn an_event_is_delivered_three_times_if_it_has_to_be() {
    let engine = scripted(Reaction::Fail(json!({"errorMessage": "no"})));
    let aws = with_function(&engine).await;
    let event = [("x-amz-invocation-type", "Event")];
    let answer = invoke_as(&aws, &event, "{}").await;
    assert_eq!((answer.status, answer.body.len()), (202, 0));
    tokio::time::sleep(Duration::from_mins(10)).await;
    let starts = log(&aws).await.iter().filter(|l| l.starts_with("START")).count();
    assert_eq!(starts, 3);
    let dry = invoke_as(&aws, &[("x-amz-invocation-type", "DryRun")], "{}").await;
    assert_eq!(dry.status, 204);
    let unknown = invoke_as(&aws, &[("x-amz-invocation-type", "Later")], "{}").await;
    assert_eq!(
        unknown.json()["message"],
        json!(
            "1 validation error detected: Value 'Later' at 'invocationType' failed to satisfy constraint: Member must satisfy enum value set: [Event, RequestResponse, DryRun]"
        )
    );
}

#[tokio::test(start_paused = true)]
async fn members_of_an_event_are_not_members_of_the_operation() {
    let aws = with_function(&echo()).await;
    let event = json!({"Qualifier": "7", "FunctionName": "other"});
    assert_eq!(invoke(&aws, event.to_string()).await.json(), event);
}

#[tokio::test(start_paused = true)]
async fn without_the_right_nothing_is_logged() {
    let aws = with_function(&echo()).await;
    let basic = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole";
    ok(&aws, "iam", "DetachRolePolicy", json!({"RoleName": "runner", "PolicyArn": basic})).await;
    assert_eq!(invoke(&aws, "1").await.status, 200);
    let groups = ok(&aws, "logs", "DescribeLogGroups", json!({})).await;
    assert_eq!(groups["logGroups"], json!([]));
    let write = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow",
        "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
        "Resource": "arn:aws:logs:us-east-2:000000000000:log-group:/aws/lambda/greet:*"}]});
    let inline = json!({"RoleName": "runner", "PolicyName": "logs", "PolicyDocument": write.to_string()});
    ok(&aws, "iam", "PutRolePolicy", inline).await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!(invoke(&aws, "2").await.status, 200);
    tokio::time::sleep(Duration::from_secs(1)).await;
    let groups = ok(&aws, "logs", "DescribeLogGroups", json!({})).await;
    assert_eq!(groups["logGroups"], json!([]), "it may write, but not create the group");
    ok(&aws, "logs", "CreateLogGroup", json!({"logGroupName": "/aws/lambda/greet"})).await;
    assert_eq!(invoke(&aws, "3").await.status, 200);
    assert_eq!(log(&aws).await.len(), 3);
}

#[tokio::test]
async fn without_an_engine_the_answer_says_so() {
    let aws = world(Arc::new(crate::NoContainers), Consistency::Instant).await;
    ok(&aws, "lambda", "CreateFunction", greet()).await;
    let answer = invoke(&aws, "{}").await;
    assert_eq!((answer.status, answer.header("x-amzn-errortype")), (500, Some("ServiceException")));
    assert!(answer.json()["message"].as_str().unwrap().contains("no container engine"));
}

#[tokio::test]
async fn why_the_engine_could_not_run_it_is_in_the_log() {
    let aws = world(Arc::new(crate::NoContainers), Consistency::Instant).await;
    ok(&aws, "lambda", "CreateFunction", greet()).await;
    let answer = invoke(&aws, "{}").await;
    assert_eq!((answer.status, answer.header("x-amzn-errortype")), (500, Some("ServiceException")));
    let why = answer.json()["Message"].as_str().or(answer.json()["message"].as_str()).unwrap().to_owned();
    assert!(why.starts_with("the local AWS could not run the function: "), "{why}");
    assert_eq!(log(&aws).await, [why]);
}

#[tokio::test]
async fn who_looks_on_sees_requests_and_what_functions_write() {
    let engine = scripted(Reaction::Print("hello".to_owned(), Box::new(Reaction::Respond(json!(1)))));
    let aws = with_function(&engine).await;
    let seen: Arc<Mutex<Vec<String>>> = Arc::default();
    let lines = seen.clone();
    aws.watch(move |line| lines.lock().unwrap().push(line));
    invoke(&aws, "1").await;
    tokio::time::sleep(Duration::from_millis(200)).await;
    let stage = http::Request::get("/_aws/execute-api/a/b/c").header("host", "localhost");
    aws.handle(stage.body(crate::body::full("")).unwrap()).await;
    let refused = json!({"FunctionName": "absent"});
    Client::of(&aws).call("lambda", "GetFunction", refused).await;
    let seen = seen.lock().unwrap().join("\n");
    for part in [
        "lambda Invoke 200 ",
        "greet | START RequestId",
        "greet | hello",
        "GET /b/c 403 (there is no API a) ",
        "lambda GetFunction 404 (ResourceNotFoundException) ",
    ] {
        assert!(seen.contains(part), "{part}: {seen}");
    }
}
