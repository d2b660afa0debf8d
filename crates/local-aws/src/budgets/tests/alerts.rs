//! Notifications and their subscribers.

use super::{about, above, budget, create, done, mail, merged, no, pages, topic};
use crate::{
    LocalAws,
    testing::{ACCOUNT, instant},
};
use serde_json::{Value, json};

/// The budget `monthly`, of whose 80 percent one person is told.
async fn one_alert() -> LocalAws {
    let aws = instant();
    create(&aws, "monthly", json!([{ "Notification": above(80.0), "Subscribers": [mail("ada")] }])).await;
    aws
}

fn new(notification: Value, subscribers: Value) -> Value {
    about(json!({ "Notification": notification, "Subscribers": subscribers }))
}

async fn thresholds(aws: &LocalAws) -> Vec<Value> {
    let found = done(aws, "DescribeNotificationsForBudget", about(json!({}))).await;
    found["Notifications"].as_array().unwrap().iter().map(|n| n["Threshold"].clone()).collect()
}

async fn addresses(aws: &LocalAws, notification: Value) -> Vec<Value> {
    let input = about(json!({ "Notification": notification }));
    let found = done(aws, "DescribeSubscribersForNotification", input).await;
    found["Subscribers"].as_array().unwrap().iter().map(|s| s["Address"].clone()).collect()
}

#[tokio::test]
async fn a_notification_is_known_by_all_but_its_state() {
    let aws = one_alert().await;
    let found = done(&aws, "DescribeNotificationsForBudget", about(json!({}))).await;
    let shown = merged(above(80.0), json!({ "ThresholdType": "PERCENTAGE", "NotificationState": "OK" }));
    assert_eq!(found, json!({ "Notifications": [shown] }));
    let same = merged(shown, json!({ "NotificationState": "ALARM" }));
    assert_eq!(
        no(&aws, "CreateNotification", new(same, json!([mail("bob")]))).await.0,
        "DuplicateRecordException"
    );
    let dollars = merged(above(80.0), json!({ "ThresholdType": "ABSOLUTE_VALUE" }));
    done(&aws, "CreateNotification", new(dollars, json!([mail("bob")]))).await;
    done(&aws, "DeleteNotification", about(json!({ "Notification": above(80.0) }))).await;
    assert_eq!(
        no(&aws, "DeleteNotification", about(json!({ "Notification": above(80.0) }))).await,
        (
            "NotFoundException".to_owned(),
            "Unable to delete notification - the notification doesn't exist.".to_owned()
        )
    );
    assert_eq!(thresholds(&aws).await, [80.0]);
}

#[tokio::test]
async fn a_changed_notification_keeps_its_subscribers() {
    let aws = one_alert().await;
    done(&aws, "CreateNotification", new(above(90.0), json!([mail("bob")]))).await;
    let change =
        |from: f64, to: f64| about(json!({ "OldNotification": above(from), "NewNotification": above(to) }));
    done(&aws, "UpdateNotification", change(80.0, 85.5)).await;
    assert_eq!(thresholds(&aws).await, [85.5, 90.0]);
    assert_eq!(addresses(&aws, above(85.5)).await, ["ada@example.com"]);
    assert_eq!(no(&aws, "UpdateNotification", change(80.0, 70.0)).await.0, "NotFoundException");
    assert_eq!(no(&aws, "UpdateNotification", change(85.5, 90.0)).await.0, "DuplicateRecordException");
    assert_eq!(thresholds(&aws).await, [85.5, 90.0]);
}

#[tokio::test]
async fn a_changed_budget_keeps_its_notifications() {
    let aws = one_alert().await;
    let change = |more| json!({ "AccountId": ACCOUNT, "NewBudget": budget("monthly", more) });
    done(&aws, "UpdateBudget", change(json!({ "TimeUnit": "ANNUALLY" }))).await;
    assert_eq!(addresses(&aws, above(80.0)).await, ["ada@example.com"]);
    let forecast = merged(above(100.0), json!({ "NotificationType": "FORECASTED" }));
    done(&aws, "CreateNotification", new(forecast, json!([mail("ada")]))).await;
    let (code, _) = no(&aws, "UpdateBudget", change(json!({ "TimeUnit": "DAILY" }))).await;
    assert_eq!(code, "InvalidParameterException");
    let shown = done(&aws, "DescribeBudget", about(json!({}))).await;
    assert_eq!(shown["Budget"]["TimeUnit"], "ANNUALLY");
}

#[tokio::test]
async fn a_budget_has_ten_notifications_at_most() {
    let aws = one_alert().await;
    for n in 1..10 {
        done(&aws, "CreateNotification", new(above(f64::from(n)), json!([mail("ada")]))).await;
    }
    let eleventh = new(above(99.0), json!([mail("ada")]));
    assert_eq!(no(&aws, "CreateNotification", eleventh).await.0, "CreationLimitExceededException");
    assert_eq!(thresholds(&aws).await.len(), 10);
    let listed = pages(&aws, "DescribeNotificationsForBudget", about(json!({})), "Notifications").await;
    assert_eq!(listed.len(), 10);
}

#[tokio::test]
async fn a_notification_has_ten_mail_addresses_and_one_topic_at_most() {
    let aws = one_alert().await;
    let add = |subscriber: Value| about(json!({ "Notification": above(80.0), "Subscriber": subscriber }));
    for n in 1..10 {
        done(&aws, "CreateSubscriber", add(mail(&format!("m{n}")))).await;
    }
    done(&aws, "CreateSubscriber", add(topic("alerts"))).await;
    let too_many = |text: &str| ("CreationLimitExceededException".to_owned(), text.to_owned());
    assert_eq!(
        no(&aws, "CreateSubscriber", add(topic("more"))).await,
        too_many("one notification can only have 1 subscribers with type of SNS")
    );
    assert_eq!(
        no(&aws, "CreateSubscriber", add(mail("more"))).await,
        too_many("one notification can only have 10 subscribers with type of EMAIL")
    );
    assert_eq!(no(&aws, "CreateSubscriber", add(mail("ada"))).await.0, "DuplicateRecordException");
    let named = about(json!({ "Notification": above(80.0) }));
    assert_eq!(pages(&aws, "DescribeSubscribersForNotification", named, "Subscribers").await.len(), 11);
}

#[tokio::test]
async fn with_the_last_subscriber_goes_the_notification() {
    let aws = one_alert().await;
    let of = |more: Value| merged(about(json!({ "Notification": above(80.0) })), more);
    let change = |from: Value, to: Value| of(json!({ "OldSubscriber": from, "NewSubscriber": to }));
    done(&aws, "UpdateSubscriber", change(mail("ada"), mail("bob"))).await;
    assert_eq!(addresses(&aws, above(80.0)).await, ["bob@example.com"]);
    assert_eq!(no(&aws, "UpdateSubscriber", change(mail("ada"), mail("eve"))).await.0, "NotFoundException");
    let gone = of(json!({ "Subscriber": mail("ada") }));
    assert_eq!(no(&aws, "DeleteSubscriber", gone).await.0, "NotFoundException");
    done(&aws, "DeleteSubscriber", of(json!({ "Subscriber": mail("bob") }))).await;
    assert!(thresholds(&aws).await.is_empty());
    let (code, text) = no(&aws, "DescribeSubscribersForNotification", of(json!({}))).await;
    assert_eq!(
        (code.as_str(), text.as_str()),
        ("NotFoundException", "Unable to get subscribers - the notification doesn't exist.")
    );
}

#[tokio::test]
async fn subscribers_can_be_told_something() {
    let aws = one_alert().await;
    for (subscriber, expected) in [
        (json!({ "SubscriptionType": "EMAIL", "Address": "ada" }), "InvalidParameterException"),
        (json!({ "SubscriptionType": "SNS", "Address": "ada@example.com" }), "InvalidParameterException"),
        (json!({ "SubscriptionType": "SMS", "Address": "1" }), "InvalidParameterException"),
    ] {
        let input = new(above(90.0), json!([subscriber]));
        assert_eq!(no(&aws, "CreateNotification", input).await.0, expected);
    }
    let none = new(above(90.0), json!([]));
    assert_eq!(no(&aws, "CreateNotification", none).await.0, "InvalidParameterException");
    let elsewhere = merged(new(above(90.0), json!([mail("ada")])), json!({ "BudgetName": "none" }));
    assert_eq!(
        no(&aws, "CreateNotification", elsewhere).await,
        (
            "NotFoundException".to_owned(),
            "Unable to create notification - the budget doesn't exist.".to_owned()
        )
    );
}
