//! Alarms: what they decide, when, and what AWS refuses.

use super::{alarm, done, errors_alarm, invoked_often, merged, no, seconds, state};
use crate::testing::{instant, realistic};
use serde_json::{Value, json};
use std::time::Duration;

#[tokio::test(start_paused = true)]
async fn an_alarm_goes_off_and_comes_back() {
    let aws = instant();
    done(&aws, "PutMetricAlarm", errors_alarm(json!({}))).await;
    let first = alarm(&aws, "errors").await;
    assert_eq!(first["StateValue"], "OK");
    assert_eq!(
        first["StateReason"],
        "Threshold Crossed: no datapoints were received for 1 period and 1 missing datapoint was treated as [NonBreaching]."
    );
    invoked_often(&aws, 200, 20);
    let off = alarm(&aws, "errors").await;
    assert_eq!(off["StateValue"], "ALARM");
    let reason = off["StateReason"].as_str().unwrap();
    assert!(reason.starts_with("Threshold Crossed: 1 out of the last 1 datapoint [20.0 ("), "{reason}");
    assert!(
        reason.ends_with("was greater than or equal to the threshold (1.0) (minimum 1 datapoint for OK -> ALARM transition)."),
        "{reason}"
    );
    let data: Value = serde_json::from_str(off["StateReasonData"].as_str().unwrap()).unwrap();
    assert_eq!(data["recentDatapoints"], json!([20.0]));
    tokio::time::advance(Duration::from_mins(10)).await;
    assert_eq!(state(&aws, "errors").await, "OK");
    let history = done(&aws, "DescribeAlarmHistory", json!({ "AlarmName": "errors" })).await;
    let summaries: Vec<_> = history["AlarmHistoryItems"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["HistorySummary"].as_str().unwrap())
        .collect();
    assert_eq!(
        summaries,
        [
            "Alarm updated from ALARM to OK",
            "Alarm updated from OK to ALARM",
            "Alarm updated from INSUFFICIENT_DATA to OK",
            "Alarm \"errors\" created",
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn what_nobody_looked_at_is_decided_at_its_own_minute() {
    let aws = instant();
    done(&aws, "PutMetricAlarm", errors_alarm(json!({}))).await;
    assert_eq!(state(&aws, "errors").await, "OK");
    tokio::time::advance(Duration::from_mins(5)).await;
    invoked_often(&aws, 3, 3);
    let failed = seconds(&aws);
    tokio::time::advance(Duration::from_mins(30)).await;
    let history =
        json!({ "AlarmName": "errors", "HistoryItemType": "StateUpdate", "ScanBy": "TimestampAscending" });
    let history = done(&aws, "DescribeAlarmHistory", history).await;
    let items = history["AlarmHistoryItems"].as_array().unwrap();
    let times: Vec<f64> = items.iter().map(|item| item["Timestamp"].as_f64().unwrap()).collect();
    let minute = f64::from(u32::try_from(failed - failed.rem_euclid(60)).unwrap());
    // Data of the last three minutes counts as long as there is none after it.
    assert_eq!(times[1..], [minute + 60.0, minute + 240.0]);
}

#[tokio::test(start_paused = true)]
async fn a_realistic_alarm_waits_for_the_minute_and_the_data() {
    let aws = realistic();
    done(&aws, "PutMetricAlarm", errors_alarm(json!({}))).await;
    invoked_often(&aws, 1, 1);
    assert_eq!(state(&aws, "errors").await, "INSUFFICIENT_DATA");
    let mut waited = 0;
    while state(&aws, "errors").await != "ALARM" {
        tokio::time::advance(Duration::from_secs(10)).await;
        waited += 10;
        assert!(waited < 240, "it never goes off");
    }
    assert!(waited >= 40, "it went off after {waited} s");
}

#[tokio::test(start_paused = true)]
async fn missing_data_counts_as_it_is_told() {
    for (treat, first, silent) in [
        ("missing", "INSUFFICIENT_DATA", "INSUFFICIENT_DATA"),
        ("ignore", "INSUFFICIENT_DATA", "ALARM"),
        ("breaching", "ALARM", "ALARM"),
        ("notBreaching", "OK", "OK"),
    ] {
        let aws = instant();
        done(&aws, "PutMetricAlarm", errors_alarm(json!({ "TreatMissingData": treat }))).await;
        assert_eq!(state(&aws, "errors").await, first, "{treat}");
        invoked_often(&aws, 1, 1);
        assert_eq!(state(&aws, "errors").await, "ALARM", "{treat}");
        tokio::time::advance(Duration::from_mins(20)).await;
        assert_eq!(state(&aws, "errors").await, silent, "{treat}");
    }
}

#[tokio::test(start_paused = true)]
async fn so_many_of_the_last_periods_have_to_breach() {
    let aws = instant();
    let two_of_three = errors_alarm(json!({ "EvaluationPeriods": 3, "DatapointsToAlarm": 2 }));
    done(&aws, "PutMetricAlarm", two_of_three).await;
    for (failures, expected) in [(1, "OK"), (0, "OK"), (1, "ALARM"), (0, "OK"), (0, "OK")] {
        tokio::time::advance(Duration::from_mins(1)).await;
        invoked_often(&aws, 2, failures);
        assert_eq!(state(&aws, "errors").await, expected);
    }
}

#[tokio::test(start_paused = true)]
async fn an_expression_is_watched_like_a_metric() {
    let aws = instant();
    let metric = |id: &str, name: &str| {
        let metric = json!({ "Namespace": "AWS/Lambda", "MetricName": name, "Dimensions": [{ "Name": "FunctionName", "Value": "web" }] });
        json!({ "Id": id, "MetricStat": { "Metric": metric, "Period": 60, "Stat": "Sum" }, "ReturnData": false })
    };
    let rate = json!({ "Id": "rate", "Expression": "100 * FILL(e, 0) / i" });
    let of_math = merged(
        errors_alarm(
            json!({ "Namespace": null, "MetricName": null, "Dimensions": null, "Statistic": null, "Period": null }),
        ),
        json!({ "Threshold": 5, "Metrics": [metric("e", "Errors"), metric("i", "Invocations"), rate] }),
    );
    done(&aws, "PutMetricAlarm", of_math).await;
    invoked_often(&aws, 100, 4);
    assert_eq!(state(&aws, "errors").await, "OK");
    invoked_often(&aws, 100, 10);
    let off = alarm(&aws, "errors").await;
    assert_eq!(off["StateValue"], "ALARM");
    assert!(off["StateReason"].as_str().unwrap().contains("[7.0 ("), "{off}");
    assert_eq!(off["Metrics"][2]["ReturnData"], true);
}

#[tokio::test(start_paused = true)]
async fn a_percentile_is_watched() {
    let aws = instant();
    let slow = json!({ "MetricName": "Duration", "Statistic": null, "ExtendedStatistic": "p95", "Threshold": 50, "ComparisonOperator": "GreaterThanThreshold" });
    done(&aws, "PutMetricAlarm", errors_alarm(slow)).await;
    invoked_often(&aws, 10, 0);
    let off = alarm(&aws, "errors").await;
    assert_eq!((off["StateValue"].as_str(), off["ExtendedStatistic"].as_str()), (Some("ALARM"), Some("p95")));
}

#[tokio::test(start_paused = true)]
async fn while_it_warms_up_it_decides_nothing() {
    let aws = instant();
    let warm = |in_full: bool| {
        let minutes = json!({ "WarmUpPeriodDurationInMinutes": 10, "OnlyStartEvaluatingAfterWarmUpPeriodEnds": in_full });
        json!({ "AlarmName": format!("warm-{in_full}"), "WarmUpConfiguration": minutes })
    };
    for in_full in [true, false] {
        done(&aws, "PutMetricAlarm", errors_alarm(warm(in_full))).await;
        assert_eq!(state(&aws, &format!("warm-{in_full}")).await, "INSUFFICIENT_DATA");
    }
    tokio::time::advance(Duration::from_mins(2)).await;
    invoked_often(&aws, 1, 1);
    assert_eq!(state(&aws, "warm-true").await, "INSUFFICIENT_DATA");
    assert_eq!(state(&aws, "warm-false").await, "ALARM", "there is data");
    tokio::time::advance(Duration::from_mins(9)).await;
    assert_eq!(state(&aws, "warm-true").await, "OK");
    // What is over does not start again.
    done(&aws, "PutMetricAlarm", errors_alarm(warm(true))).await;
    invoked_often(&aws, 1, 1);
    assert_eq!(state(&aws, "warm-true").await, "ALARM");
}

#[tokio::test(start_paused = true)]
async fn an_update_replaces_all_but_state_and_tags() {
    let aws = instant();
    done(
        &aws,
        "PutMetricAlarm",
        errors_alarm(json!({ "AlarmDescription": "first", "Tags": [{ "Key": "a", "Value": "b" }] })),
    )
    .await;
    invoked_often(&aws, 1, 1);
    assert_eq!(state(&aws, "errors").await, "ALARM");
    done(
        &aws,
        "PutMetricAlarm",
        errors_alarm(json!({ "Threshold": 100, "Tags": [{ "Key": "c", "Value": "d" }] })),
    )
    .await;
    let aws_dump = aws.dump();
    let kept =
        &aws_dump["accounts"]["000000000000"]["regions"]["us-east-2"]["cloudwatch"]["alarms"]["errors"];
    assert_eq!(kept["tags"], json!({ "a": "b" }));
    let after = alarm(&aws, "errors").await;
    assert!(after.get("AlarmDescription").is_none());
    assert_eq!((after["Threshold"].as_f64(), after["StateValue"].as_str()), (Some(100.0), Some("OK")));
    assert!(after["Threshold"].is_f64(), "a whole number is a double, too");
    assert_eq!(after["ActionsEnabled"], true);
    assert_eq!(after["AlarmArn"], "arn:aws:cloudwatch:us-east-2:000000000000:alarm:errors");
}

#[tokio::test(start_paused = true)]
async fn a_state_set_by_hand_lasts_until_the_next_decision() {
    let aws = instant();
    done(&aws, "PutMetricAlarm", errors_alarm(json!({}))).await;
    state(&aws, "errors").await;
    let set = |name: &str| json!({ "AlarmName": name, "StateValue": "ALARM", "StateReason": "a test" });
    done(&aws, "SetAlarmState", set("errors")).await;
    let history =
        done(&aws, "DescribeAlarmHistory", json!({ "MaxRecords": 1, "HistoryItemType": "StateUpdate" }))
            .await;
    // Looking is what decides here.
    assert_eq!(history["AlarmHistoryItems"][0]["HistorySummary"], "Alarm updated from ALARM to OK");
    assert!(history["NextToken"].is_string());
    assert_eq!(no(&aws, "SetAlarmState", set("none")).await.0, "ResourceNotFound");
    let broken = merged(set("errors"), json!({ "StateReasonData": "{" }));
    assert_eq!(no(&aws, "SetAlarmState", broken).await.0, "InvalidFormat");
}

#[tokio::test]
async fn alarms_are_found_by_name_prefix_and_state() {
    let aws = instant();
    for name in ["a-1", "a-2", "b-1"] {
        done(&aws, "PutMetricAlarm", errors_alarm(json!({ "AlarmName": name }))).await;
    }
    invoked_often(&aws, 1, 1);
    done(&aws, "PutMetricAlarm", errors_alarm(json!({ "AlarmName": "c-1", "Threshold": 9 }))).await;
    for (asked, expected) in [
        (json!({}), vec!["a-1", "a-2", "b-1", "c-1"]),
        (json!({ "AlarmNamePrefix": "a-" }), vec!["a-1", "a-2"]),
        (json!({ "AlarmNames": ["b-1", "none"] }), vec!["b-1"]),
        (json!({ "StateValue": "OK" }), vec!["c-1"]),
        (json!({ "AlarmTypes": ["CompositeAlarm"] }), vec![]),
    ] {
        let found = done(&aws, "DescribeAlarms", asked.clone()).await;
        let names: Vec<_> = found["MetricAlarms"]
            .as_array()
            .unwrap()
            .iter()
            .map(|a| a["AlarmName"].as_str().unwrap())
            .collect();
        assert_eq!(names, expected, "{asked}");
    }
    let of_metric = json!({ "Namespace": "AWS/Lambda", "MetricName": "Errors", "Dimensions": [{ "Name": "FunctionName", "Value": "web" }] });
    let found = done(&aws, "DescribeAlarmsForMetric", of_metric).await;
    assert_eq!(found["MetricAlarms"].as_array().unwrap().len(), 4);
    done(&aws, "DisableAlarmActions", json!({ "AlarmNames": ["a-1", "none"] })).await;
    assert_eq!(alarm(&aws, "a-1").await["ActionsEnabled"], false);
    done(&aws, "EnableAlarmActions", json!({ "AlarmNames": ["a-1"] })).await;
    assert_eq!(alarm(&aws, "a-1").await["ActionsEnabled"], true);
    assert_eq!(
        no(&aws, "DeleteAlarms", json!({ "AlarmNames": ["a-1", "none", "a-2"] })).await.0,
        "ResourceNotFound"
    );
    done(&aws, "DeleteAlarms", json!({ "AlarmNames": ["b-1", "c-1"] })).await;
    assert_eq!(done(&aws, "DescribeAlarms", json!({})).await["MetricAlarms"], json!([]));
}

/// An alarm on the sum of the errors of so many functions.
fn of_many(functions: usize) -> Value {
    let each = (0..functions).map(|n| {
        let name = json!({ "Name": "FunctionName", "Value": format!("f{n}") });
        let metric = json!({ "Namespace": "AWS/Lambda", "MetricName": "Errors", "Dimensions": [name] });
        json!({ "Id": format!("f{n}"), "MetricStat": { "Metric": metric, "Period": 60, "Stat": "Sum" }, "ReturnData": false })
    });
    let sum = json!({ "Id": "sum", "Expression": "SUM(METRICS())" });
    json!({
        "Namespace": null, "MetricName": null, "Dimensions": null, "Statistic": null, "Period": null,
        "Metrics": each.chain([sum]).collect::<Vec<_>>(),
    })
}

#[tokio::test]
async fn what_aws_refuses_is_refused() {
    let aws = instant();
    let topic = |region: &str| json!({ "AlarmActions": [format!("arn:aws:sns:{region}:000000000000:t")] });
    let math = json!([{ "Id": "e", "Expression": "1 + 1" }]);
    let many = of_many(11);
    for (change, code, words) in [
        (json!({ "Period": 45 }), "ValidationError", "Period must be 10, 20, 30 or a multiple of 60"),
        (json!({ "Period": 300, "EvaluationPeriods": 289 }), "ValidationError", "across more than a day"),
        (json!({ "Period": 3600, "EvaluationPeriods": 169 }), "ValidationError", "across more than 7 days"),
        (json!({ "DatapointsToAlarm": 2 }), "ValidationError", "DatapointsToAlarm"),
        (json!({ "Statistic": null }), "ValidationError", "Statistic"),
        (json!({ "ExtendedStatistic": "p95" }), "InvalidParameterCombination", "Statistic"),
        (json!({ "Statistic": null, "ExtendedStatistic": "p101" }), "ValidationError", "p101"),
        (json!({ "TreatMissingData": "never" }), "ValidationError", "TreatMissingData"),
        (
            json!({ "MetricName": null }),
            "ValidationError",
            "Exactly one element of the metrics list should return data.",
        ),
        (json!({ "Metrics": math }), "InvalidParameterCombination", "Metrics"),
        (many, "ValidationError", "cannot contain more than 10 individual metrics"),
        (json!({ "Threshold": null }), "ValidationError", "Threshold"),
        (json!({ "AlarmName": "a".repeat(256) }), "ValidationError", "less than or equal to 255"),
        (
            json!({ "AlarmActions": ["ada@example.com"] }),
            "ValidationError",
            "Invalid arn syntax: ada@example.com",
        ),
        (
            topic("eu-west-1"),
            "ValidationError",
            "Invalid region eu-west-1 specified. Only us-east-2 is supported.",
        ),
        (json!({ "ThresholdMetricId": "m" }), "NotImplemented", "ThresholdMetricId"),
        (json!({ "ComparisonOperator": "More" }), "ValidationError", "comparisonOperator"),
    ] {
        let (found, text) = no(&aws, "PutMetricAlarm", errors_alarm(change.clone())).await;
        assert_eq!(found, code, "{change}: {text}");
        assert!(text.contains(words), "{change}: {text}");
    }
    done(&aws, "PutMetricAlarm", errors_alarm(of_many(10))).await;
}
