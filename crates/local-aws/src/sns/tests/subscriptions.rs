//! Subscriptions: nobody is told who has not agreed.

use super::{TOPIC, confirm_last, done, mails, no, page, subscribed};
use crate::{LocalAws, testing::instant};
use serde_json::{Value, json};
use std::time::Duration;

async fn of_topic(aws: &LocalAws) -> Vec<Value> {
    let found = done(aws, "ListSubscriptionsByTopic", json!({ "TopicArn": TOPIC })).await;
    found["Subscriptions"].as_array().cloned().unwrap_or_default()
}

#[tokio::test]
async fn an_address_agrees_by_the_link_of_its_mail() {
    let aws = instant();
    subscribed(&aws, "ada").await;
    assert_eq!(of_topic(&aws).await[0]["SubscriptionArn"], "PendingConfirmation");
    done(&aws, "Publish", json!({ "TopicArn": TOPIC, "Subject": "too early", "Message": "x" })).await;
    assert_eq!(mails(&aws).await.len(), 1, "the question only");
    let (status, told) = confirm_last(&aws).await;
    assert_eq!(status, 200, "{told}");
    let arn = of_topic(&aws).await[0]["SubscriptionArn"].as_str().unwrap().to_owned();
    assert!(arn.starts_with(&format!("{TOPIC}:")) && told.contains(&arn));
    assert_eq!(confirm_last(&aws).await.0, 200, "twice is fine");
    done(&aws, "Publish", json!({ "TopicArn": TOPIC, "Subject": "Hello", "Message": "<b>you</b>" })).await;
    let last = mails(&aws).await.pop().unwrap();
    assert_eq!((last["to"].as_str(), last["subject"].as_str()), (Some("ada@example.com"), Some("Hello")));
    let (_, html) = page(&aws, "/_local/mail", &[("accept", "text/html")]).await;
    assert!(html.contains("&lt;b&gt;you&lt;/b&gt;") && html.contains(">Confirm</a>"), "{html}");
    let attributes = done(&aws, "GetSubscriptionAttributes", json!({ "SubscriptionArn": arn })).await;
    assert_eq!(attributes["Attributes"]["PendingConfirmation"], "false");
    done(&aws, "Unsubscribe", json!({ "SubscriptionArn": arn })).await;
    done(&aws, "Unsubscribe", json!({ "SubscriptionArn": arn })).await;
    assert!(of_topic(&aws).await.is_empty());
    assert_eq!(no(&aws, "GetSubscriptionAttributes", json!({ "SubscriptionArn": arn })).await.0, "NotFound");
    assert_eq!(confirm_last_link_is_dead(&aws).await, 404);
}

async fn confirm_last_link_is_dead(aws: &LocalAws) -> u16 {
    let link = mails(aws).await[0]["link"].as_str().unwrap().to_owned();
    page(aws, link.strip_prefix("http://127.0.0.1:4566").unwrap(), &[]).await.0
}

#[tokio::test]
async fn a_token_agrees_too_and_another_does_not() {
    let aws = instant();
    subscribed(&aws, "ada").await;
    let link = mails(&aws).await[0]["link"].as_str().unwrap().to_owned();
    let token = link.split_once("token=").unwrap().1;
    let wrong = json!({ "TopicArn": TOPIC, "Token": "0".repeat(64) });
    assert_eq!(no(&aws, "ConfirmSubscription", wrong).await.1, "Invalid parameter: Token");
    let right = json!({ "TopicArn": TOPIC, "Token": token });
    let confirmed = done(&aws, "ConfirmSubscription", right).await;
    assert_eq!(confirmed["SubscriptionArn"], of_topic(&aws).await[0]["SubscriptionArn"]);
    assert_eq!(page(&aws, "/_local/mail/confirm?token=0", &[]).await.0, 404);
}

#[tokio::test]
async fn to_ask_twice_is_to_send_the_mail_again() {
    let aws = instant();
    subscribed(&aws, "ada").await;
    subscribed(&aws, "ada").await;
    assert_eq!((of_topic(&aws).await.len(), mails(&aws).await.len()), (1, 2));
    confirm_last(&aws).await;
    subscribed(&aws, "ada").await;
    assert_eq!((of_topic(&aws).await.len(), mails(&aws).await.len()), (1, 2), "who has agreed is not asked");
    let asked = json!({ "TopicArn": TOPIC, "Protocol": "email", "Endpoint": "bob@example.com", "ReturnSubscriptionArn": true });
    let arn = done(&aws, "Subscribe", asked).await["SubscriptionArn"].as_str().unwrap().to_owned();
    assert_eq!(
        no(&aws, "Unsubscribe", json!({ "SubscriptionArn": arn })).await.1,
        "Invalid parameter: Cannot unsubscribe a subscription that is pending confirmation"
    );
    assert_eq!(
        no(&aws, "Unsubscribe", json!({ "SubscriptionArn": "PendingConfirmation" })).await.1,
        "Invalid parameter: SubscriptionArn Reason: An ARN must have at least 6 elements, not 1"
    );
}

#[tokio::test(start_paused = true)]
async fn who_does_not_answer_for_two_days_is_forgotten() {
    let aws = instant();
    subscribed(&aws, "ada").await;
    tokio::time::advance(Duration::from_hours(49)).await;
    assert!(of_topic(&aws).await.is_empty());
    assert_eq!(confirm_last(&aws).await.0, 404);
}

#[tokio::test]
async fn what_aws_refuses_is_refused() {
    let aws = instant();
    subscribed(&aws, "ada").await;
    let subscribe = |protocol: &str, endpoint: &str| json!({ "TopicArn": TOPIC, "Protocol": protocol, "Endpoint": endpoint });
    for (operation, input, code, words) in [
        ("Subscribe", subscribe("email", "ada"), "InvalidParameter", "Invalid parameter: Email address"),
        (
            "Subscribe",
            subscribe("pigeon", "ada@example.com"),
            "InvalidParameter",
            "does not support this protocol string: pigeon",
        ),
        ("Subscribe", subscribe("sqs", "x"), "NotImplemented", "sqs"),
        (
            "Subscribe",
            json!({ "TopicArn": format!("{TOPIC}-2"), "Protocol": "email", "Endpoint": "a@example.com" }),
            "NotFound",
            "Topic does not exist",
        ),
        ("Publish", json!({ "TopicArn": TOPIC, "Message": "" }), "InvalidParameter", "Empty message"),
        (
            "Publish",
            json!({ "TopicArn": TOPIC, "Message": "x".repeat(262_145) }),
            "InvalidParameter",
            "Message too long",
        ),
        (
            "Publish",
            json!({ "TopicArn": TOPIC, "Message": "x", "Subject": "é" }),
            "InvalidParameter",
            "Subject",
        ),
        (
            "Publish",
            json!({ "TopicArn": TOPIC, "Message": "{}", "MessageStructure": "json" }),
            "InvalidParameter",
            "No default entry",
        ),
        (
            "Publish",
            json!({ "TopicArn": format!("{TOPIC}-2"), "Message": "x" }),
            "NotFound",
            "Topic does not exist",
        ),
        ("Publish", json!({ "PhoneNumber": "+1", "Message": "x" }), "NotImplemented", "PhoneNumber"),
        ("ListTopics", json!({ "NextToken": "!" }), "InvalidParameter", "NextToken"),
    ] {
        let (found, text) = no(&aws, operation, input.clone()).await;
        assert!(found == code && text.contains(words), "{operation} {input}: {found} {text}");
    }
}
