#![allow(clippy::unwrap_used)]

use crate::testing::{instant, ok, realistic, refused, with};
use crate::{Config, LocalAws};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use std::time::Duration;

const GROUP: &str = "/aws/lambda/analyzer";
const ARN: &str = "arn:aws:logs:us-east-2:000000000000:log-group:/aws/lambda/analyzer";

async fn with_group(aws: LocalAws) -> LocalAws {
    ok(&aws, "logs", "CreateLogGroup", json!({ "logGroupName": GROUP, "tags": { "team": "web" } })).await;
    aws
}

async fn no(aws: &LocalAws, operation: &str, input: Value) -> (String, String) {
    refused(aws, "logs", operation, input).await
}

fn append(aws: &LocalAws, stream: &str, messages: &[&str], may_create_group: bool) -> bool {
    let now = aws.shared().clock.now();
    let events: Vec<(Timestamp, String)> = messages.iter().map(|m| (now, (*m).to_owned())).collect();
    let mut world = aws.shared().world();
    world.region("000000000000", "us-east-2").logs.append(GROUP, stream, &events, may_create_group)
}

#[tokio::test]
async fn a_group_from_birth_to_death() {
    let aws = with_group(instant()).await;
    let named = json!({ "logGroupName": GROUP });
    let (code, text) = no(&aws, "CreateLogGroup", named.clone()).await;
    assert_eq!(
        (code.as_str(), text.as_str()),
        ("ResourceAlreadyExistsException", "The specified log group already exists")
    );
    ok(&aws, "logs", "PutRetentionPolicy", json!({ "logGroupName": GROUP, "retentionInDays": 30 })).await;
    let found = ok(&aws, "logs", "DescribeLogGroups", json!({ "logGroupNamePrefix": "/aws/lambda/" })).await;
    let group = &found["logGroups"][0];
    assert_eq!(group["retentionInDays"], 30);
    assert_eq!(group["arn"], format!("{ARN}:*"));
    assert_eq!(group["logGroupArn"], ARN);
    ok(&aws, "logs", "DeleteRetentionPolicy", named.clone()).await;
    let found = ok(&aws, "logs", "DescribeLogGroups", json!({})).await;
    assert_eq!(found["logGroups"][0].get("retentionInDays"), None);
    ok(&aws, "logs", "DeleteLogGroup", named.clone()).await;
    assert_eq!(no(&aws, "DeleteLogGroup", named).await.0, "ResourceNotFoundException");
    assert_eq!(aws.dump(), json!({}));
}

#[tokio::test]
async fn retention_has_steps_and_names_have_rules() {
    let aws = with_group(instant()).await;
    let (code, text) =
        no(&aws, "PutRetentionPolicy", json!({ "logGroupName": GROUP, "retentionInDays": 13 })).await;
    assert_eq!(code, "InvalidParameterException");
    assert!(text.starts_with("1 validation error detected: Value '13' at 'retentionInDays' failed to satisfy constraint: Member must satisfy enum value set: [1, 3, 5"), "{text}");
    let (code, text) = no(&aws, "CreateLogGroup", json!({ "logGroupName": "a b" })).await;
    assert_eq!(code, "InvalidParameterException");
    assert!(text.ends_with(r"Member must satisfy regular expression pattern: [\.\-_/#A-Za-z0-9]+"), "{text}");
}

#[tokio::test]
async fn tags_are_found_by_the_arn_without_star() {
    let aws = with_group(instant()).await;
    let arn = json!({ "resourceArn": ARN });
    assert_eq!(ok(&aws, "logs", "ListTagsForResource", arn.clone()).await["tags"], json!({ "team": "web" }));
    ok(&aws, "logs", "TagResource", json!({ "resourceArn": ARN, "tags": { "lambdeploy:stack": "art" } }))
        .await;
    ok(&aws, "logs", "UntagResource", json!({ "resourceArn": ARN, "tagKeys": ["team"] })).await;
    assert_eq!(
        ok(&aws, "logs", "ListTagsForResource", arn).await["tags"],
        json!({ "lambdeploy:stack": "art" })
    );
    let star = json!({ "resourceArn": format!("{ARN}:*") });
    assert_eq!(no(&aws, "ListTagsForResource", star).await.0, "InvalidParameterException");
    let other = json!({ "resourceArn": format!("{ARN}2") });
    assert_eq!(no(&aws, "ListTagsForResource", other).await.0, "ResourceNotFoundException");
}

#[tokio::test]
async fn groups_come_in_pages() {
    let aws = with(Config { page_size: Some(2), ..Config::default() });
    for n in 0..5 {
        ok(&aws, "logs", "CreateLogGroup", json!({ "logGroupName": format!("g{n}") })).await;
    }
    let (mut names, mut token) = (Vec::new(), Value::Null);
    loop {
        let input = if token.is_null() { json!({}) } else { json!({ "nextToken": token }) };
        let page = ok(&aws, "logs", "DescribeLogGroups", input).await;
        names.extend(page["logGroups"].as_array().unwrap().iter().map(|g| g["logGroupName"].clone()));
        token = page["nextToken"].clone();
        if token.is_null() {
            break;
        }
    }
    assert_eq!(json!(names), json!(["g0", "g1", "g2", "g3", "g4"]));
}

#[tokio::test(start_paused = true)]
async fn a_young_group_is_not_listed_yet() {
    let aws = with_group(realistic()).await;
    assert_eq!(ok(&aws, "logs", "DescribeLogGroups", json!({})).await["logGroups"], json!([]));
    tokio::time::advance(Duration::from_secs(5)).await;
    assert_eq!(ok(&aws, "logs", "DescribeLogGroups", json!({})).await["logGroups"][0]["logGroupName"], GROUP);
}

#[tokio::test]
async fn the_runtime_creates_streams_and_groups_only_when_it_may() {
    let aws = instant();
    assert!(!append(&aws, "s", &["lost"], false));
    assert_eq!(aws.dump(), json!({}));
    assert!(!append(&aws, "s", &["START"], true));
    assert!(append(&aws, "s", &["END"], false));
    let got = ok(&aws, "logs", "GetLogEvents", json!({ "logGroupName": GROUP, "logStreamName": "s" })).await;
    let messages: Vec<&Value> = got["events"].as_array().unwrap().iter().map(|e| &e["message"]).collect();
    assert_eq!(messages, ["START", "END"]);
}

#[tokio::test]
async fn filtering_goes_over_all_streams_in_pages_that_may_be_empty() {
    let aws = with(Config { page_size: Some(2), ..Config::default() });
    append(&aws, "one", &["START", "ERROR a"], true);
    append(&aws, "two", &["START", "END", "ERROR b"], true);
    let (mut messages, mut ids, mut pages) = (Vec::new(), Vec::new(), Vec::new());
    let mut input = json!({ "logGroupName": GROUP, "filterPattern": "ERROR" });
    loop {
        let page = ok(&aws, "logs", "FilterLogEvents", input.clone()).await;
        let events = page["events"].as_array().unwrap();
        pages.push(events.len());
        messages.extend(events.iter().map(|e| e["message"].clone()));
        ids.extend(events.iter().map(|e| e["eventId"].clone()));
        if page.get("nextToken").is_none() {
            break;
        }
        input["nextToken"] = page["nextToken"].clone();
    }
    assert_eq!(json!(messages), json!(["ERROR a", "ERROR b"]));
    assert_eq!(pages, [1, 0, 1]);
    assert_ne!(ids[0], ids[1]);
}

#[tokio::test]
async fn events_are_put_in_order_and_read_by_time() {
    let aws = with_group(instant()).await;
    let stream = json!({ "logGroupName": GROUP, "logStreamName": "s" });
    ok(&aws, "logs", "CreateLogStream", stream.clone()).await;
    assert_eq!(no(&aws, "CreateLogStream", stream.clone()).await.0, "ResourceAlreadyExistsException");
    let now = aws.shared().clock.now().as_millisecond();
    let batch = |times: &[i64]| {
        let events: Vec<Value> =
            times.iter().map(|t| json!({ "timestamp": t, "message": t.to_string() })).collect();
        json!({ "logGroupName": GROUP, "logStreamName": "s", "logEvents": events })
    };
    assert_eq!(no(&aws, "PutLogEvents", batch(&[now, now - 1])).await.0, "InvalidParameterException");
    let put = ok(&aws, "logs", "PutLogEvents", batch(&[now - 20, now - 10, now + 3 * 60 * 60 * 1000])).await;
    assert_eq!(put["rejectedLogEventsInfo"], json!({ "tooNewLogEventStartIndex": 2 }));
    let input = json!({ "logGroupName": GROUP, "startTime": now - 15, "endTime": now });
    let found = ok(&aws, "logs", "FilterLogEvents", input).await;
    assert_eq!(found["events"].as_array().unwrap().len(), 1);
    let described = ok(&aws, "logs", "DescribeLogStreams", json!({ "logGroupIdentifier": ARN })).await;
    assert_eq!(described["logStreams"][0]["lastEventTimestamp"], now - 10);
    ok(&aws, "logs", "DeleteLogStream", stream.clone()).await;
    assert_eq!(
        no(&aws, "GetLogEvents", stream).await,
        ("ResourceNotFoundException".to_owned(), "The specified log stream does not exist.".to_owned())
    );
}

#[tokio::test]
async fn reading_a_stream_goes_on_in_both_directions() {
    let aws = with(Config { page_size: Some(2), ..Config::default() });
    append(&aws, "s", &["1", "2", "3", "4", "5"], true);
    let read = async |token: &Value| {
        let mut input = json!({ "logGroupName": GROUP, "logStreamName": "s" });
        if !token.is_null() {
            input["nextToken"] = token.clone();
        }
        let page = ok(&aws, "logs", "GetLogEvents", input).await;
        let messages: Vec<String> = page["events"]
            .as_array()
            .unwrap()
            .iter()
            .map(|e| e["message"].as_str().unwrap().to_owned())
            .collect();
        (messages.concat(), page)
    };
    let (last, page) = read(&Value::Null).await;
    let (before, earlier) = read(&page["nextBackwardToken"]).await;
    let (first, _) = read(&earlier["nextBackwardToken"]).await;
    assert_eq!([last, before, first], ["45", "23", "1"]);
    let (none, end) = read(&page["nextForwardToken"]).await;
    assert_eq!((none.as_str(), &end["nextForwardToken"]), ("", &page["nextForwardToken"]));
}

#[tokio::test]
async fn events_expire_with_the_retention() {
    let aws = with_group(instant()).await;
    let now = aws.shared().clock.now();
    let old = (now - SignedDuration::from_hours(48), "old".to_owned());
    aws.shared().world().region("000000000000", "us-east-2").logs.append(GROUP, "s", &[old], false);
    let filter = json!({ "logGroupName": GROUP });
    assert_eq!(
        ok(&aws, "logs", "FilterLogEvents", filter.clone()).await["events"].as_array().unwrap().len(),
        1
    );
    ok(&aws, "logs", "PutRetentionPolicy", json!({ "logGroupName": GROUP, "retentionInDays": 1 })).await;
    assert_eq!(ok(&aws, "logs", "FilterLogEvents", filter).await["events"], json!([]));
}

#[tokio::test]
async fn a_protected_group_stays_until_it_is_not_any_more() {
    let aws = with_group(instant()).await;
    let protect = |on: bool| json!({ "logGroupIdentifier": ARN, "deletionProtectionEnabled": on });
    ok(&aws, "logs", "PutLogGroupDeletionProtection", protect(true)).await;
    let found = ok(&aws, "logs", "DescribeLogGroups", json!({})).await;
    assert_eq!(found["logGroups"][0]["deletionProtectionEnabled"], true);
    let named = json!({ "logGroupName": GROUP });
    assert_eq!(no(&aws, "DeleteLogGroup", named.clone()).await.0, "ValidationException");
    ok(&aws, "logs", "PutLogGroupDeletionProtection", protect(false)).await;
    ok(&aws, "logs", "DeleteLogGroup", named).await;
}

#[tokio::test]
async fn the_accounts_retention_policy_is_shown_instead_of_the_groups_own() {
    let aws = with_group(instant()).await;
    ok(&aws, "logs", "PutRetentionPolicy", json!({ "logGroupName": GROUP, "retentionInDays": 30 })).await;
    let policy = |document: Value| json!({ "policyName": "all", "policyType": "RETENTION_POLICY", "policyDocument": document.to_string() });
    let new = json!({ "retentionInDays": 90, "enforcementMode": "NEW_ONLY" });
    tokio::time::sleep(Duration::from_millis(5)).await;
    ok(&aws, "logs", "PutAccountPolicy", policy(new)).await;
    let shown = async || ok(&aws, "logs", "DescribeLogGroups", json!({})).await["logGroups"][0].clone();
    assert_eq!(
        (&shown().await["retentionInDays"], shown().await.get("retentionPolicyName")),
        (&json!(30), None)
    );
    let every = json!({ "retentionInDays": "NEVER_EXPIRE", "enforcementMode": "RETROACTIVE" });
    ok(&aws, "logs", "PutAccountPolicy", policy(every)).await;
    assert_eq!(shown().await.get("retentionInDays"), None);
    assert_eq!(shown().await["retentionPolicyName"], json!("all"));
    let seven = json!({ "retentionInDays": 7, "enforcementMode": "RETROACTIVE" });
    assert_eq!(no(&aws, "PutAccountPolicy", policy(seven)).await.0, "InvalidParameterException");
    let gone = json!({ "policyName": "all", "policyType": "RETENTION_POLICY" });
    ok(&aws, "logs", "DeleteAccountPolicy", gone).await;
    assert_eq!(shown().await["retentionInDays"], json!(30));
}

#[tokio::test]
async fn only_standard_groups_can_be_filtered() {
    let aws = instant();
    for class in ["INFREQUENT_ACCESS", "ESSENTIALS"] {
        let name = format!("/{class}");
        ok(&aws, "logs", "CreateLogGroup", json!({ "logGroupName": name, "logGroupClass": class })).await;
        let (code, text) = no(&aws, "FilterLogEvents", json!({ "logGroupName": name })).await;
        assert_eq!(code, "InvalidOperationException");
        let why = format!(
            "The log group {name} is of log-group-class {class}. FilterLogEvents is not supported for this log class."
        );
        assert_eq!(text, why);
    }
}
