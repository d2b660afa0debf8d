//! What calls cost, and who is told of it.

use super::{about, above, budget, create, done, mail, merged, no, topic};
use crate::{
    LocalAws,
    apigateway::call_log::CallRecord,
    body::full,
    lambda::metrics::{InvocationRecord, InvocationResult},
    testing::{ACCOUNT, REGION, instant, ok, realistic},
};
use http::Request;
use http_body_util::BodyExt;
use serde_json::{Value, json};
use std::time::Duration;

/// A thousand invocations of one GB for 1.9995 seconds after 0.5 ms of INIT: two billed GB-seconds each.
fn invoked(aws: &LocalAws) {
    let at = aws.shared().clock.now();
    let mut world = aws.shared().world();
    let region = world.region(ACCOUNT, REGION);
    for _ in 0..1000 {
        region.lambda.invocations.add(InvocationRecord {
            at,
            function: "web".to_owned(),
            qualifier: None,
            executed_version: "$LATEST".to_owned(),
            duration: Duration::from_micros(1_999_500),
            init: Some(Duration::from_micros(500)),
            memory_size: 1024,
            result: InvocationResult::Succeeded,
            concurrent: 1,
            provisioned: false,
        });
    }
}

fn called(aws: &LocalAws, status: u16) {
    let at = aws.shared().clock.now();
    for _ in 0..1000 {
        aws.shared().world().region(ACCOUNT, REGION).apigateway.calls.add(CallRecord {
            at,
            api_name: "shop".to_owned(),
            stage: "default".to_owned(),
            detailed: None,
            status,
            latency: Duration::from_millis(1),
            integration_latency: None,
        });
    }
}

async fn spent(aws: &LocalAws, name: &str) -> f64 {
    let found = done(aws, "DescribeBudget", json!({ "AccountId": ACCOUNT, "BudgetName": name })).await;
    found["Budget"]["CalculatedSpend"]["ActualSpend"]["Amount"].as_str().unwrap().parse().unwrap()
}

async fn page(aws: &LocalAws, path: &str) -> String {
    let request = Request::builder().uri(path).header("host", "127.0.0.1:4566").body(full("")).unwrap();
    String::from_utf8(aws.handle(request).await.into_body().collect().await.unwrap().to_bytes().to_vec())
        .unwrap()
}

async fn mails(aws: &LocalAws) -> Vec<Value> {
    serde_json::from_str(&page(aws, "/_local/mail").await).unwrap()
}

async fn make(aws: &LocalAws, name: &str, more: Value, alerts: Value) {
    let budget = budget(name, merged(json!({ "BudgetLimit": { "Amount": "0.05", "Unit": "USD" } }), more));
    let input = json!({ "AccountId": ACCOUNT, "Budget": budget, "NotificationsWithSubscribers": alerts });
    done(aws, "CreateBudget", input).await;
}

fn near(found: f64, expected: f64) {
    assert!((found - expected).abs() < 1e-6, "{found} is not {expected}");
}

#[tokio::test(start_paused = true)]
async fn requests_and_gb_seconds_cost_what_the_table_says() {
    let aws = instant();
    make(&aws, "all", json!({}), json!([])).await;
    make(&aws, "lambda", json!({ "CostFilters": { "Service": ["AWS Lambda"] } }), json!([])).await;
    make(&aws, "elsewhere", json!({ "CostFilters": { "Region": ["eu-west-1"] } }), json!([])).await;
    near(spent(&aws, "all").await, 0.0);
    invoked(&aws);
    called(&aws, 200);
    called(&aws, 403);
    let of_lambda = 1000.0 * (0.000_000_2 + 2.0 * 0.000_016_666_7);
    near(spent(&aws, "lambda").await, of_lambda);
    near(spent(&aws, "all").await, of_lambda + 0.0035);
    near(spent(&aws, "elsewhere").await, 0.0);
    tokio::time::advance(Duration::from_hours(32 * 24)).await;
    near(spent(&aws, "all").await, 0.0);
}

#[tokio::test(start_paused = true)]
async fn bills_come_late_where_aws_is_realistic() {
    let aws = realistic();
    make(&aws, "all", json!({ "TimeUnit": "ANNUALLY" }), json!([])).await;
    invoked(&aws);
    near(spent(&aws, "all").await, 0.0);
    tokio::time::advance(Duration::from_hours(24)).await;
    assert!(spent(&aws, "all").await > 0.0);
}

#[tokio::test(start_paused = true)]
async fn whoever_has_agreed_is_told_once_when_half_is_spent() {
    let aws = instant();
    let alerts = json!([{ "Notification": above(50.0), "Subscribers": [mail("ada"), mail("bob")] }]);
    make(&aws, "monthly", json!({}), alerts).await;
    let asked = mails(&aws).await;
    assert_eq!(
        asked.iter().map(|m| m["to"].as_str().unwrap()).collect::<Vec<_>>(),
        ["ada@example.com", "bob@example.com"]
    );
    let link = asked[0]["link"].as_str().unwrap().strip_prefix("http://127.0.0.1:4566").unwrap();
    assert!(page(&aws, link).await.starts_with("Confirmed: ada@example.com"));
    invoked(&aws);
    let state = done(&aws, "DescribeNotificationsForBudget", about(json!({}))).await;
    assert_eq!(state["Notifications"][0]["NotificationState"], "ALARM");
    let told = mails(&aws).await;
    assert_eq!(told.len(), 3, "bob has not agreed");
    let last = told.last().unwrap();
    assert_eq!(last["subject"], "AWS Budgets: monthly has exceeded your alert threshold");
    assert!(last["body"].as_str().unwrap().contains("greater than 50% of the budgeted amount"), "{last}");
    invoked(&aws);
    assert_eq!(mails(&aws).await.len(), 3, "once a period");
}

#[tokio::test(start_paused = true)]
async fn a_topic_is_told_where_its_policy_lets_budgets() {
    let aws = instant();
    let client = crate::testing::Client { region: "us-east-1", ..crate::testing::Client::of(&aws) };
    client.call("sns", "CreateTopic", json!({ "Name": "alerts" })).await;
    let arn = "arn:aws:sns:us-east-1:000000000000:alerts";
    let ask = json!({ "TopicArn": arn, "Protocol": "email", "Endpoint": "eve@example.com" });
    client.call("sns", "Subscribe", ask).await;
    let link = mails(&aws).await[0]["link"].as_str().unwrap().to_owned();
    page(&aws, link.strip_prefix("http://127.0.0.1:4566").unwrap()).await;
    let alerts = || json!([{ "Notification": above(50.0), "Subscribers": [topic("alerts")] }]);
    make(&aws, "unheard", json!({}), alerts()).await;
    invoked(&aws);
    assert_eq!(mails(&aws).await.len(), 1, "without a policy of its own");
    let statement = json!({ "Effect": "Allow", "Principal": { "Service": "budgets.amazonaws.com" }, "Action": "SNS:Publish", "Resource": arn });
    let policy = json!({ "Version": "2012-10-17", "Statement": [statement] }).to_string();
    let set = json!({ "TopicArn": arn, "AttributeName": "Policy", "AttributeValue": policy });
    client.call("sns", "SetTopicAttributes", set).await;
    make(&aws, "monthly", json!({}), alerts()).await;
    assert_eq!(
        mails(&aws).await.last().unwrap()["subject"],
        "AWS Budgets: monthly has exceeded your alert threshold"
    );
}

#[tokio::test(start_paused = true)]
async fn a_tag_counts_once_it_is_active() {
    let aws = instant();
    ok(&aws, "apigateway", "CreateRestApi", json!({ "name": "shop", "tags": { "stack": "web" } })).await;
    let by_tag = json!({ "CostFilters": { "TagKeyValue": ["user:stack$web"] } });
    make(&aws, "tagged", by_tag, json!([])).await;
    called(&aws, 200);
    near(spent(&aws, "tagged").await, 0.0);
    let settings = json!({ "cost_allocation_tags": ["stack"] }).to_string();
    let put = Request::builder().method("PUT").uri("/_local/account").header("host", "127.0.0.1:4566");
    assert_eq!(aws.handle(put.body(full(settings)).unwrap()).await.status(), 200);
    near(spent(&aws, "tagged").await, 0.0035);
}

#[tokio::test]
async fn a_member_of_an_organisation_may_have_no_budgets() {
    let aws = instant();
    create(&aws, "before", json!([])).await;
    aws.shared().world().account(ACCOUNT).settings.linked_account = true;
    let input = json!({ "AccountId": ACCOUNT, "Budget": budget("monthly", json!({})) });
    let (code, text) = no(&aws, "CreateBudget", input).await;
    assert_eq!(code, "AccessDeniedException");
    assert!(text.contains("is a linked account"), "{text}");
    let filtered = budget("monthly", json!({ "CostFilters": { "Operation": ["x"] } }));
    aws.shared().world().account(ACCOUNT).settings.linked_account = false;
    assert_eq!(
        no(&aws, "CreateBudget", json!({ "AccountId": ACCOUNT, "Budget": filtered })).await.0,
        "NotImplemented"
    );
}
