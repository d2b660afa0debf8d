#![allow(clippy::unwrap_used)]

mod alerts;
mod budgets;
mod rights;
mod spending;

use crate::{
    LocalAws,
    testing::{ACCOUNT, ok, refused},
};
use serde_json::{Map, Value, json};

const ARN: &str = "arn:aws:budgets::000000000000:budget/monthly";

/// A call about the budget `monthly`, with more members.
fn about(more: Value) -> Value {
    merged(json!({ "AccountId": ACCOUNT, "BudgetName": "monthly" }), more)
}

fn merged(of: Value, more: Value) -> Value {
    let (Value::Object(mut of), Value::Object(more)) = (of, more) else { panic!("two objects") };
    of.extend(more);
    Value::Object(of)
}

/// A monthly budget of 100 dollars, with other members.
fn budget(name: &str, more: Value) -> Value {
    let usual = json!({
        "BudgetName": name,
        "BudgetLimit": { "Amount": "100", "Unit": "USD" },
        "TimeUnit": "MONTHLY",
        "BudgetType": "COST",
    });
    merged(usual, more)
}

fn mail(name: &str) -> Value {
    json!({ "SubscriptionType": "EMAIL", "Address": format!("{name}@example.com") })
}

fn topic(name: &str) -> Value {
    json!({ "SubscriptionType": "SNS", "Address": format!("arn:aws:sns:us-east-1:000000000000:{name}") })
}

/// Above so many percent of what was spent.
fn above(percent: f64) -> Value {
    json!({ "NotificationType": "ACTUAL", "ComparisonOperator": "GREATER_THAN", "Threshold": percent })
}

async fn create(aws: &LocalAws, name: &str, alerts: Value) {
    let input = json!({
        "AccountId": ACCOUNT,
        "Budget": budget(name, json!({})),
        "NotificationsWithSubscribers": alerts,
    });
    done(aws, "CreateBudget", input).await;
}

async fn done(aws: &LocalAws, operation: &str, input: Value) -> Value {
    ok(aws, "budgets", operation, input).await
}

async fn no(aws: &LocalAws, operation: &str, input: Value) -> (String, String) {
    refused(aws, "budgets", operation, input).await
}

/// The items of a list, asked for one at a time.
async fn pages(aws: &LocalAws, operation: &str, input: Value, items: &str) -> Vec<Value> {
    let (mut all, mut more) = (Vec::new(), Map::new());
    loop {
        let asked = merged(merged(input.clone(), json!({ "MaxResults": 1 })), Value::Object(more));
        let page = done(aws, operation, asked).await;
        assert_eq!(page[items].as_array().unwrap().len(), 1);
        all.push(page[items][0].clone());
        match page.get("NextToken") {
            None => return all,
            Some(token) => more = Map::from_iter([("NextToken".to_owned(), token.clone())]),
        }
    }
}
