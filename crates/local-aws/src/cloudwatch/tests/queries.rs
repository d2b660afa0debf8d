//! GetMetricData: queries, expressions, pages, and what AWS refuses.

use super::{done, invoked_often, merged, no, seconds};
use crate::{LocalAws, testing::instant};
use serde_json::{Value, json};
use std::time::Duration;

fn metric(id: &str, name: &str) -> Value {
    let metric = json!({ "Namespace": "AWS/Lambda", "MetricName": name, "Dimensions": [{ "Name": "FunctionName", "Value": "web" }] });
    json!({ "Id": id, "MetricStat": { "Metric": metric, "Period": 60, "Stat": "Sum" } })
}

fn expression(id: &str, text: &str) -> Value {
    json!({ "Id": id, "Expression": text })
}

/// Ten invocations, one of which fails, in the first and the third of three minutes.
async fn three_minutes() -> (LocalAws, Value) {
    let aws = instant();
    let into_minute = seconds(&aws).rem_euclid(60);
    tokio::time::advance(Duration::from_secs(u64::try_from(60 - into_minute).unwrap())).await;
    let start = seconds(&aws);
    invoked_often(&aws, 10, 1);
    tokio::time::advance(Duration::from_mins(2)).await;
    invoked_often(&aws, 10, 1);
    (aws, json!({ "StartTime": start, "EndTime": start + 180, "ScanBy": "TimestampAscending" }))
}

async fn values(aws: &LocalAws, times: &Value, queries: Value) -> Vec<(String, Value)> {
    let found =
        done(aws, "GetMetricData", merged(times.clone(), json!({ "MetricDataQueries": queries }))).await;
    let results = found["MetricDataResults"].as_array().unwrap();
    results.iter().map(|r| (r["Id"].as_str().unwrap().to_owned(), r["Values"].clone())).collect()
}

#[tokio::test(start_paused = true)]
async fn expressions_come_to_what_aws_says() {
    let (aws, times) = three_minutes().await;
    for (text, expected) in [
        ("i", json!([10.0, 10.0])),
        ("e / i * 100", json!([10.0, 10.0])),
        ("FILL(i, 0)", json!([10.0, 0.0, 10.0])),
        ("FILL(i, REPEAT)", json!([10.0, 10.0, 10.0])),
        ("FILL(i, LINEAR) + e", json!([11.0, 11.0])),
        ("e / FILL(i, 0)", json!([0.1, 0.1])),
        ("FILL(e, 0) / FILL(i, 0)", json!([0.1, 0.1])),
        ("IF(FILL(i, 0) > 5, 1, 2)", json!([1.0, 2.0, 1.0])),
        ("SUM([i, e])", json!([11.0, 11.0])),
        ("SUM(METRICS())", json!([11.0, 11.0])),
        ("MAX(METRICS(\"e\"))", json!([1.0, 1.0])),
        ("RUNNING_SUM(i)", json!([10.0, 20.0])),
        ("i - AVG(i)", json!([0.0, 0.0])),
        ("TIME_SERIES(SUM(i))", json!([20.0, 20.0, 20.0])),
        ("DIFF_TIME(i)", json!([120.0])),
        ("PERIOD(i) * e", json!([60.0, 60.0])),
        ("-i ^ 2", json!([-100.0, -100.0])),
        ("i > 5 && e < 1", json!([0.0, 0.0])),
    ] {
        let queries = json!([
            merged(metric("i", "Invocations"), json!({ "ReturnData": false })),
            merged(metric("e", "Errors"), json!({ "ReturnData": false })),
            expression("x", text),
        ]);
        assert_eq!(values(&aws, &times, queries).await, [("x".to_owned(), expected)], "{text}");
    }
}

#[tokio::test(start_paused = true)]
async fn results_come_newest_first_and_in_pages() {
    let (aws, times) = three_minutes().await;
    let asked = json!({ "MetricDataQueries": [metric("i", "Invocations"), metric("e", "Errors")], "ScanBy": null, "MaxDatapoints": 3 });
    let first = done(&aws, "GetMetricData", merged(times.clone(), asked.clone())).await;
    let of = |answer: &Value, n: usize, member: &str| answer["MetricDataResults"][n][member].clone();
    let start = times["StartTime"].as_i64().unwrap();
    assert_eq!(of(&first, 0, "Timestamps"), json!([start + 120, start]));
    assert_eq!((of(&first, 1, "Values"), of(&first, 1, "StatusCode")), (json!([1.0]), json!("PartialData")));
    assert_eq!(of(&first, 0, "Label"), "Invocations");
    let next = json!({ "NextToken": first["NextToken"] });
    let second = done(&aws, "GetMetricData", merged(merged(times.clone(), asked.clone()), next)).await;
    assert_eq!((of(&second, 0, "Values"), of(&second, 1, "Values")), (json!([]), json!([1.0])));
    assert!(second.get("NextToken").is_none());
    let wrong = merged(merged(times, asked), json!({ "NextToken": "!" }));
    assert_eq!(no(&aws, "GetMetricData", wrong).await.0, "InvalidNextToken");
}

#[tokio::test(start_paused = true)]
async fn a_question_without_sense_is_refused() {
    let (aws, times) = three_minutes().await;
    let many: Vec<Value> = (0..501).map(|n| metric(&format!("m{n}"), "Errors")).collect();
    let of_period = |period: i64| {
        let mut query = metric("a", "Errors");
        query["MetricStat"]["Period"] = json!(period);
        json!([query])
    };
    for (queries, words) in [
        (json!([]), "MetricDataQueries"),
        (json!(many), "must not have a size greater than 500"),
        (json!([metric("a", "Errors"), metric("a", "Errors")]), "not unique"),
        (json!([metric("A", "Errors")]), "lowercase letter"),
        (json!([{ "Id": "a" }]), "Expression or a MetricStat"),
        (of_period(45), "Period"),
        (json!([expression("x", "m1 + 1")]), "Error in expression 'x': Undefined metric id m1"),
        (json!([expression("x", "y + 1"), expression("y", "x + 1")]), "needs itself"),
        (json!([expression("x", "1 + 1")]), "time series"),
        (json!([metric("a", "Errors"), expression("x", "SUM(a)")]), "time series"),
        (json!([expression("x", "SEARCH(\"a\")")]), "not implemented by the local AWS"),
    ] {
        let (code, text) =
            no(&aws, "GetMetricData", merged(times.clone(), json!({ "MetricDataQueries": queries }))).await;
        assert_eq!(code, "ValidationError", "{text}");
        assert!(text.contains(words), "{text}");
    }
    let backwards = json!({ "MetricDataQueries": [metric("a", "Errors")], "EndTime": times["StartTime"] });
    let (_, text) = no(&aws, "GetMetricData", merged(times, backwards)).await;
    assert_eq!(text, "The parameter StartTime must be less than the parameter EndTime.");
}
