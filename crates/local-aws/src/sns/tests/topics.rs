//! Topics: made once, described, tagged, deleted.

use super::{TOPIC, done, no, subscribed};
use crate::testing::{Client, instant, ok};
use serde_json::json;

#[tokio::test]
async fn a_topic_is_made_once() {
    let aws = instant();
    let asked = json!({ "Name": "alerts", "Attributes": { "entry": [{ "key": "DisplayName", "value": "Alerts" }] }, "Tags": [{ "Key": "a", "Value": "b" }] });
    assert_eq!(done(&aws, "CreateTopic", asked.clone()).await["TopicArn"], TOPIC);
    assert_eq!(done(&aws, "CreateTopic", asked).await["TopicArn"], TOPIC);
    assert_eq!(done(&aws, "CreateTopic", json!({ "Name": "alerts" })).await["TopicArn"], TOPIC);
    let other = json!({ "Name": "alerts", "Tags": [{ "Key": "a", "Value": "c" }] });
    assert_eq!(
        no(&aws, "CreateTopic", other).await,
        (
            "InvalidParameter".to_owned(),
            "Invalid parameter: Tags Reason: Topic already exists with different tags".to_owned()
        )
    );
    let tags = done(&aws, "ListTagsForResource", json!({ "ResourceArn": TOPIC })).await;
    assert_eq!(tags["Tags"], json!([{ "Key": "a", "Value": "b" }]));
    done(&aws, "TagResource", json!({ "ResourceArn": TOPIC, "Tags": [{ "Key": "c", "Value": "d" }] })).await;
    done(&aws, "UntagResource", json!({ "ResourceArn": TOPIC, "TagKeys": ["a"] })).await;
    let tags = done(&aws, "ListTagsForResource", json!({ "ResourceArn": TOPIC })).await;
    assert_eq!(tags["Tags"], json!([{ "Key": "c", "Value": "d" }]));
    done(&aws, "DeleteTopic", json!({ "TopicArn": TOPIC })).await;
    done(&aws, "DeleteTopic", json!({ "TopicArn": TOPIC })).await;
    assert_eq!(no(&aws, "GetTopicAttributes", json!({ "TopicArn": TOPIC })).await.0, "NotFound");
    assert_eq!(no(&aws, "ListTagsForResource", json!({ "ResourceArn": TOPIC })).await.0, "ResourceNotFound");
}

#[tokio::test]
async fn attributes_come_back_with_the_number_of_subscriptions() {
    let aws = instant();
    subscribed(&aws, "ada").await;
    done(
        &aws,
        "SetTopicAttributes",
        json!({ "TopicArn": TOPIC, "AttributeName": "DisplayName", "AttributeValue": "Hi" }),
    )
    .await;
    let found = done(&aws, "GetTopicAttributes", json!({ "TopicArn": TOPIC })).await;
    let attributes = &found["Attributes"];
    assert_eq!(
        (attributes["DisplayName"].as_str(), attributes["SubscriptionsPending"].as_str()),
        (Some("Hi"), Some("1"))
    );
    assert!(attributes["Policy"].as_str().unwrap().contains("__default_policy_ID"));
    for (name, value) in [("Colour", "red"), ("Policy", "{"), ("SignatureVersion", "3")] {
        let set = json!({ "TopicArn": TOPIC, "AttributeName": name, "AttributeValue": value });
        assert_eq!(no(&aws, "SetTopicAttributes", set).await.0, "InvalidParameter", "{name}");
    }
    let key = json!({ "TopicArn": TOPIC, "AttributeName": "KmsMasterKeyId", "AttributeValue": "k" });
    assert_eq!(no(&aws, "SetTopicAttributes", key).await.0, "NotImplemented");
}

#[tokio::test]
async fn names_and_arns_are_checked() {
    let aws = instant();
    for name in ["", "a b", &"a".repeat(257)] {
        assert_eq!(no(&aws, "CreateTopic", json!({ "Name": name })).await.1, "Invalid parameter: Topic Name");
    }
    assert_eq!(
        no(&aws, "GetTopicAttributes", json!({ "TopicArn": "alerts" })).await.1,
        "Invalid parameter: TopicArn Reason: An ARN must have at least 6 elements, not 1"
    );
}

#[tokio::test]
async fn who_may_publish_may_not_subscribe() {
    let aws = instant();
    subscribed(&aws, "ada").await;
    ok(&aws, "iam", "CreateUser", json!({ "UserName": "ada" })).await;
    let statement = json!({ "Effect": "Allow", "Action": "sns:Publish", "Resource": TOPIC });
    let document = json!({ "Version": "2012-10-17", "Statement": statement }).to_string();
    ok(
        &aws,
        "iam",
        "PutUserPolicy",
        json!({ "UserName": "ada", "PolicyName": "own", "PolicyDocument": document }),
    )
    .await;
    let key = ok(&aws, "iam", "CreateAccessKey", json!({ "UserName": "ada" })).await;
    let key = key["AccessKey"]["AccessKeyId"].as_str().unwrap().to_owned();
    let ada = Client { access_key: &key, ..Client::of(&aws) };
    assert_eq!(ada.call("sns", "Publish", json!({ "TopicArn": TOPIC, "Message": "hi" })).await.0, 200);
    let asked = json!({ "TopicArn": TOPIC, "Protocol": "email", "Endpoint": "b@example.com" });
    let (status, error) = ada.call("sns", "Subscribe", asked).await;
    assert_eq!((status, error["code"].as_str()), (403, Some("AuthorizationError")));
}
