//! What is measured.

use super::{done, invocation, invoked, invoked_often, merged, no, now, seconds};
use crate::{
    LocalAws,
    apigateway::call_log::CallRecord,
    lambda::metrics::{InvocationRecord, InvocationResult},
    testing::{ACCOUNT, REGION, instant},
};
use serde_json::{Value, json};
use std::time::Duration;

/// One statistic of a metric over the last hour.
async fn statistic(
    aws: &LocalAws,
    namespace: &str,
    name: &str,
    dimensions: Value,
    word: &str,
) -> Option<f64> {
    let Value::Object(dimensions) = dimensions else { panic!("an object") };
    let dimensions: Vec<_> = dimensions.iter().map(|(n, v)| json!({ "Name": n, "Value": v })).collect();
    let asked = json!({
        "Namespace": namespace, "MetricName": name, "Dimensions": dimensions,
        "StartTime": seconds(aws) - 3600, "EndTime": seconds(aws) + 60, "Period": 7200, "Statistics": [word],
    });
    let found = done(aws, "GetMetricStatistics", asked).await;
    found["Datapoints"].as_array().unwrap().iter().map(|p| p[word].as_f64().unwrap()).reduce(|a, b| a + b)
}

#[tokio::test(start_paused = true)]
async fn invocations_are_counted_by_function_resource_and_version() {
    let aws = instant();
    invoked_often(&aws, 10, 3);
    invoked(&aws, invocation(&aws, InvocationResult::Throttled));
    for (qualifier, version) in [("live", "1"), ("live", "2"), ("2", "2")] {
        let record = invocation(&aws, InvocationResult::Succeeded);
        let (qualifier, executed_version) = (Some(qualifier.to_owned()), version.to_owned());
        invoked(&aws, InvocationRecord { qualifier, executed_version, ..record });
    }
    let sum =
        async |name: &str, dimensions: Value| statistic(&aws, "AWS/Lambda", name, dimensions, "Sum").await;
    let web = json!({ "FunctionName": "web" });
    assert_eq!(sum("Invocations", web.clone()).await, Some(13.0));
    assert_eq!(sum("Errors", web.clone()).await, Some(3.0));
    assert_eq!(sum("Throttles", web.clone()).await, Some(1.0));
    assert_eq!(sum("Duration", web.clone()).await, Some(1300.0));
    assert_eq!(sum("Invocations", json!({})).await, Some(13.0));
    assert_eq!(sum("Invocations", json!({ "FunctionName": "other" })).await, None);
    let resource = |resource: &str| merged(web.clone(), json!({ "Resource": resource }));
    assert_eq!(sum("Invocations", resource("web")).await, Some(10.0));
    assert_eq!(sum("Invocations", resource("web:live")).await, Some(2.0));
    let version = merged(resource("web:live"), json!({ "ExecutedVersion": "2" }));
    assert_eq!(sum("Invocations", version).await, Some(1.0));
    let not_of_an_alias = merged(resource("web:2"), json!({ "ExecutedVersion": "2" }));
    assert_eq!(sum("Invocations", not_of_an_alias).await, None);
    let most = statistic(&aws, "AWS/Lambda", "ConcurrentExecutions", json!({}), "Maximum").await;
    assert_eq!(most, Some(13.0), "all began at one moment");
}

fn called(aws: &LocalAws, status: u16, detailed: bool) {
    let record = CallRecord {
        at: now(aws),
        api_name: "shop".to_owned(),
        stage: "default".to_owned(),
        detailed: detailed.then(|| ("GET".to_owned(), "/items".to_owned())),
        status,
        latency: Duration::from_millis(30),
        integration_latency: (status != 403).then_some(Duration::from_millis(20)),
    };
    aws.shared().world().region(ACCOUNT, REGION).apigateway.calls.add(record);
}

#[tokio::test(start_paused = true)]
async fn calls_are_counted_by_api_and_stage_and_by_method_where_it_is_wanted() {
    let aws = instant();
    for (status, detailed) in [(200, true), (200, false), (403, true), (502, true)] {
        called(&aws, status, detailed);
    }
    let of = async |name: &str, dimensions: Value, word: &str| {
        statistic(&aws, "AWS/ApiGateway", name, dimensions, word).await
    };
    let api = json!({ "ApiName": "shop" });
    assert_eq!(of("Count", api.clone(), "SampleCount").await, Some(4.0));
    assert_eq!(of("4XXError", api.clone(), "Sum").await, Some(1.0));
    assert_eq!(of("5XXError", api.clone(), "Average").await, Some(0.25));
    assert_eq!(of("Latency", api.clone(), "Average").await, Some(30.0));
    assert_eq!(of("IntegrationLatency", api.clone(), "SampleCount").await, Some(3.0));
    let stage = merged(api, json!({ "Stage": "default" }));
    assert_eq!(of("Count", stage.clone(), "Sum").await, Some(4.0));
    let method = merged(stage, json!({ "Method": "GET", "Resource": "/items" }));
    assert_eq!(of("Count", method, "Sum").await, Some(3.0));
}

#[tokio::test(start_paused = true)]
async fn ones_own_metrics_come_back() {
    let aws = instant();
    let put = |datum: Value| json!({ "Namespace": "Shop", "MetricData": [merged(json!({ "MetricName": "Orders" }), datum)] });
    done(&aws, "PutMetricData", put(json!({ "Value": 3, "Unit": "Count" }))).await;
    done(&aws, "PutMetricData", put(json!({ "Values": [1, 2], "Counts": [2, 1], "Unit": "Count" }))).await;
    done(&aws, "PutMetricData", put(json!({ "StatisticValues": { "SampleCount": 2, "Sum": 9, "Minimum": 4, "Maximum": 5 }, "Unit": "Count" }))).await;
    assert_eq!(statistic(&aws, "Shop", "Orders", json!({}), "Sum").await, Some(16.0));
    assert_eq!(statistic(&aws, "Shop", "Orders", json!({}), "Maximum").await, Some(5.0));
    let old = seconds(&aws) - 15 * 24 * 3600;
    for (input, code) in [
        (put(json!({})), "MissingParameter"),
        (put(json!({ "Value": 1, "Values": [1] })), "InvalidParameterCombination"),
        (put(json!({ "Values": [1, 2], "Counts": [1] })), "InvalidParameterValue"),
        (put(json!({ "Value": 1, "Timestamp": old })), "InvalidParameterValue"),
        (put(json!({ "Value": 1, "StorageResolution": 7 })), "InvalidParameterValue"),
        (put(json!({ "Value": 1, "Unit": "Miles" })), "ValidationError"),
        (
            json!({ "Namespace": "AWS/Lambda", "MetricData": [{ "MetricName": "Errors", "Value": 1 }] }),
            "InvalidParameterValue",
        ),
        (json!({ "Namespace": "Shop" }), "MissingParameter"),
    ] {
        assert_eq!(no(&aws, "PutMetricData", input.clone()).await.0, code, "{input}");
    }
}

#[tokio::test(start_paused = true)]
async fn metrics_are_listed_with_all_their_dimensions() {
    let aws = instant();
    invoked_often(&aws, 1, 0);
    called(&aws, 200, false);
    let listed = async |asked: Value| {
        let found = done(&aws, "ListMetrics", asked).await;
        found["Metrics"]
            .as_array()
            .unwrap()
            .iter()
            .map(|m| m["Dimensions"].as_array().unwrap().len())
            .collect::<Vec<_>>()
    };
    assert_eq!(listed(json!({ "Namespace": "AWS/Lambda", "MetricName": "Errors" })).await, [2, 1, 0]);
    assert_eq!(listed(json!({ "Namespace": "AWS/ApiGateway", "MetricName": "Count" })).await, [2, 1]);
    let by_dimension = json!({ "Dimensions": [{ "Name": "Resource" }], "MetricName": "Duration" });
    assert_eq!(listed(by_dimension).await, [2]);
    tokio::time::advance(Duration::from_hours(4)).await;
    assert_eq!(listed(json!({ "RecentlyActive": "PT3H" })).await, [0; 0]);
    assert_eq!(listed(json!({})).await.len(), 25);
    tokio::time::advance(Duration::from_hours(15 * 24)).await;
    assert_eq!(listed(json!({})).await, [0; 0]);
}
