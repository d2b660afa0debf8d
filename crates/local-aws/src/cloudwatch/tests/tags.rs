//! Tags of alarms, and the rights to them.

use super::{done, errors_alarm, no};
use crate::testing::{Client, instant, ok};
use serde_json::json;

const ARN: &str = "arn:aws:cloudwatch:us-east-2:000000000000:alarm:errors";

#[tokio::test]
async fn tags_are_added_listed_and_removed() {
    let aws = instant();
    done(&aws, "PutMetricAlarm", errors_alarm(json!({ "Tags": [{ "Key": "a", "Value": "1" }] }))).await;
    done(&aws, "TagResource", json!({ "ResourceARN": ARN, "Tags": [{ "Key": "b", "Value": "2" }] })).await;
    let listed = done(&aws, "ListTagsForResource", json!({ "ResourceARN": ARN })).await;
    assert_eq!(listed["Tags"], json!([{ "Key": "a", "Value": "1" }, { "Key": "b", "Value": "2" }]));
    done(&aws, "UntagResource", json!({ "ResourceARN": ARN, "TagKeys": ["a", "none"] })).await;
    let listed = done(&aws, "ListTagsForResource", json!({ "ResourceARN": ARN })).await;
    assert_eq!(listed["Tags"], json!([{ "Key": "b", "Value": "2" }]));
    let reserved = json!({ "ResourceARN": ARN, "Tags": [{ "Key": "aws:x", "Value": "" }] });
    assert_eq!(no(&aws, "TagResource", reserved).await.0, "InvalidParameterValue");
    for arn in [&format!("{ARN}-2"), "arn:aws:cloudwatch:eu-west-1:000000000000:alarm:errors"] {
        assert_eq!(
            no(&aws, "ListTagsForResource", json!({ "ResourceARN": arn })).await.0,
            "ResourceNotFoundException"
        );
    }
    assert_eq!(
        no(&aws, "ListTagsForResource", json!({ "ResourceARN": "errors" })).await.0,
        "InvalidParameterValue"
    );
}

#[tokio::test]
async fn who_may_do_one_thing_may_not_do_another() {
    let aws = instant();
    done(&aws, "PutMetricAlarm", errors_alarm(json!({}))).await;
    ok(&aws, "iam", "CreateUser", json!({ "UserName": "ada" })).await;
    let statement = json!({ "Effect": "Allow", "Action": ["cloudwatch:DescribeAlarms", "cloudwatch:GetMetricData"], "Resource": "*" });
    let document = json!({ "Version": "2012-10-17", "Statement": statement }).to_string();
    let policy = json!({ "UserName": "ada", "PolicyName": "own", "PolicyDocument": document });
    ok(&aws, "iam", "PutUserPolicy", policy).await;
    let key = ok(&aws, "iam", "CreateAccessKey", json!({ "UserName": "ada" })).await;
    let key = key["AccessKey"]["AccessKeyId"].as_str().unwrap().to_owned();
    let ada = Client { access_key: &key, ..Client::of(&aws) };
    assert_eq!(ada.call("cloudwatch", "DescribeAlarms", json!({})).await.0, 200);
    let (status, error) = ada.call("cloudwatch", "DeleteAlarms", json!({ "AlarmNames": ["errors"] })).await;
    assert_eq!((status, error["code"].as_str()), (403, Some("AccessDenied")));
    let text = error["message"].as_str().unwrap();
    assert!(text.contains(&format!("cloudwatch:DeleteAlarms on resource: {ARN} because")), "{text}");
}
