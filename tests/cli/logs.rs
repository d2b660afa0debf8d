//! `logs`: the lines of a request together, and why it failed first.

use crate::{
    engine::Answers,
    shell::{Shell, block_on},
};
use lambdeploy::testing::outside::http;
use serde_json::{Value, json};

/// What a function writes in one container: a request that is well, one that takes too long, one that fails at once.
const LINES: [&str; 9] = [
    "START RequestId: 11111111-aaaa Version: 1",
    "well",
    "REPORT RequestId: 11111111-aaaa\tDuration: 2.00 ms\tMemory Size: 128 MB\tMax Memory Used: 40 MB",
    "START RequestId: 22222222-bbbb Version: 1",
    "waiting",
    "2026-11-29T10:00:00.000Z 22222222-bbbb Task timed out after 3.00 seconds",
    "REPORT RequestId: 22222222-bbbb\tDuration: 3000.00 ms\tMemory Size: 128 MB\tMax Memory Used: 40 MB\tStatus: timeout",
    "START RequestId: 33333333-cccc Version: 1",
    "[ERROR] KeyError: 'image'\rTraceback (most recent call last):\r",
];

/// As Lambda does, in the name of the function: lines of a second ago, one a millisecond.
pub(crate) fn write_log(shell: &Shell, lines: &[&str]) {
    let call = |target: &str, body: &Value| {
        let request = http::request("POST", &shell.endpoint)
            .header("x-amz-target", &format!("Logs_20140328.{target}"))
            .header("content-type", "application/x-amz-json-1.1")
            .header("authorization", "AWS4-HMAC-SHA256 Credential=000000000000/20260101/us-east-2/logs/aws4_request, SignedHeaders=host, Signature=x")
            .body(body.to_string());
        let answer = block_on(request.send()).unwrap();
        assert_eq!(answer.status, 200, "{target}: {}", answer.text());
    };
    let (group, stream) = ("/aws/lambda/shop-hello", "container");
    call("CreateLogStream", &json!({ "logGroupName": group, "logStreamName": stream }));
    let began = jiff::Timestamp::now().as_millisecond() - 1_000;
    let event = |(n, line): (usize, &&str)| json!({ "timestamp": began + i64::try_from(n).unwrap(), "message": line });
    let events: Vec<_> = lines.iter().enumerate().map(event).collect();
    call("PutLogEvents", &json!({ "logGroupName": group, "logStreamName": stream, "logEvents": events }));
}

fn logged(shell: &Shell) {
    Answers::that_fail().serve_for(&mut shell.command("up --local --yes")).output().unwrap();
    write_log(shell, &LINES);
}

#[test]
fn a_request_that_failed_begins_with_its_cause() {
    let shell = Shell::new();
    logged(&shell);
    let all = shell.run("logs --local");
    let at = |words: &str| all.find(words).unwrap_or_else(|| panic!("{words}: {all}"));
    assert!(at("request 11111111-aaaa\n") < at(" well\n"), "{all}");
    assert!(
        at("request 22222222-bbbb failed: it was stopped after its timeout of 3.00 s") < at(" waiting\n"),
        "{all}"
    );
    assert!(at("request 33333333-cccc failed: it raised KeyError: 'image'") > at(" waiting\n"), "{all}");

    let errors = shell.run("logs --local --errors");
    assert!(!errors.contains("11111111-aaaa") && errors.contains("22222222-bbbb failed"), "{errors}");
    let one = shell.run("logs --local --request 3333");
    assert!(one.contains("KeyError") && !one.contains("waiting") && !one.contains(" well"), "{one}");
    let none = shell.run("logs --local --request 4444");
    assert!(none.contains("no log lines of the request 4444 in the last 10m"), "{none}");
    let json = shell.run("logs --local --errors --json");
    assert!(
        json.contains(
            r#""event":"request","function":"hello","request":"22222222-bbbb","cause":"it was stopped"#
        ),
        "{json}"
    );
    assert!(json.contains(r#""request":"22222222-bbbb","message":"waiting""#), "{json}");
    let well = shell.run("logs --local hello --errors --request 1111");
    assert!(well.contains("no request 1111 that failed of hello in the last 10m; --since looks"), "{well}");
    let both = shell.run("logs --local --errors --filter ERROR");
    assert!(both.starts_with("exit code: 64"), "{both}");
}

/// The last lines are the last lines, whichever request they are of.
#[test]
fn at_most_so_many_lines() {
    let shell = Shell::new();
    logged(&shell);
    let two = shell.run("logs --local -n 2");
    assert!(two.contains("request 33333333-cccc failed") && !two.contains("22222222-bbbb"), "{two}");
    let three = shell.run("logs --local -n 3");
    assert!(three.contains("request 22222222-bbbb failed") && !three.contains("waiting"), "{three}");
}

/// The log is there, and its function is not.
#[test]
fn a_log_whose_function_is_gone() {
    let shell = Shell::new();
    logged(&shell);
    let errors = shell.run("logs --local --errors");
    assert!(errors.contains("request 22222222-bbbb failed"), "{errors}");
    let none = shell.run("logs --local --filter nothing");
    assert!(none.contains("no log lines with nothing in the last 10m; --since looks further back"), "{none}");
    let other = Shell::new().run("logs --local --errors");
    assert!(
        other.contains("no request that failed in the last 10m: the stack shop is not deployed"),
        "{other}"
    );
}
