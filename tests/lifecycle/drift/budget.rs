//! The budget's fields.

use super::{Drift, STACK};
use aws_sdk_budgets::{
    Client,
    types::{
        Budget, BudgetType, ComparisonOperator, Notification, NotificationType, ResourceTag, Spend,
        Subscriber, SubscriptionType, ThresholdType, TimeUnit, builders::BudgetBuilder,
    },
};
use lambdeploy::testing::aws::Cloud;

pub(crate) const NAME: &str = "lambdeploy-hello-us-east-2";
const ACCOUNT: &str = "000000000000";

fn monthly(limit: &str, unit: TimeUnit) -> BudgetBuilder {
    let limit = Spend::builder().amount(limit).unit("USD").build().unwrap();
    let budget = Budget::builder().budget_name(NAME).budget_type(BudgetType::Cost).time_unit(unit);
    budget.budget_limit(limit)
}

async fn update(aws: &Cloud, limit: &str, unit: TimeUnit) {
    put(aws, monthly(limit, unit)).await;
}

#[expect(deprecated, reason = "what people have made with it is there")]
async fn only(aws: &Cloud, kind: &str, value: &str) {
    put(aws, monthly("10", TimeUnit::Monthly).cost_filters(kind, vec![value.to_owned()])).await;
}

async fn put(aws: &Cloud, budget: BudgetBuilder) {
    let budget = budget.build().unwrap();
    let request = Client::new(aws.sdk()).update_budget().account_id(ACCOUNT).new_budget(budget);
    request.send().await.unwrap();
}

fn at(percent: f64) -> Notification {
    let built = Notification::builder().notification_type(NotificationType::Actual).threshold(percent);
    let built = built.comparison_operator(ComparisonOperator::GreaterThan);
    built.threshold_type(ThresholdType::Percentage).build().unwrap()
}

fn mail(address: &str) -> Subscriber {
    Subscriber::builder().subscription_type(SubscriptionType::Email).address(address).build().unwrap()
}

#[tokio::test(start_paused = true)]
pub(crate) async fn budget() {
    let mut drift = Drift::of("budget").await;
    drift.shows("limit", async |aws| update(aws, "11", TimeUnit::Monthly).await).await;
    drift.shows("period", async |aws| update(aws, "10", TimeUnit::Quarterly).await).await;
    drift
        .shows_as("alerts", &["ACTUAL > 70%"], async |aws| {
            let request = Client::new(aws.sdk()).create_notification().account_id(ACCOUNT);
            let request = request.budget_name(NAME).notification(at(70.0)).subscribers(mail("b@c.example"));
            request.send().await.unwrap();
        })
        .await;
    drift
        .shows_as("alerts", &["ACTUAL > 50%"], async |aws| {
            let request = Client::new(aws.sdk()).create_subscriber().account_id(ACCOUNT);
            let request = request.budget_name(NAME).notification(at(50.0)).subscriber(mail("b@c.example"));
            request.send().await.unwrap();
        })
        .await;
    drift
        .shows_as("alerts", &["ACTUAL > 100%"], async |aws| {
            let request = Client::new(aws.sdk()).delete_notification().account_id(ACCOUNT);
            request.budget_name(NAME).notification(at(100.0)).send().await.unwrap();
        })
        .await;
    drift.shows_as("only", &["Service"], async |aws| only(aws, "Service", "AWS Lambda").await).await;
    drift
        .shows_as("tags", &["team"], async |aws| {
            let arn = format!("arn:aws:budgets::{ACCOUNT}:budget/{NAME}");
            let other = ResourceTag::builder().key("team").value("other").build().unwrap();
            let request = Client::new(aws.sdk()).tag_resource().resource_arn(arn).resource_tags(other);
            request.send().await.unwrap();
        })
        .await;
    drift.every_field_is_proven(&[]).await;
}

/// It leaves the file, and comes back: it is found by the inventory alone, and nothing is left of it.
#[tokio::test(start_paused = true)]
pub(crate) async fn a_budget_that_leaves_the_file_is_deleted() {
    let drift = Drift::of("budget").await;
    let without = STACK.lines().filter(|line| !line.starts_with("budget:")).collect::<Vec<_>>().join("\n");
    assert!(without.len() < STACK.len());
    drift.world.settles(&without).await;
    let all = Client::new(drift.aws.sdk()).describe_budgets().account_id(ACCOUNT).send().await.unwrap();
    assert!(all.budgets().is_empty(), "{all:?}");
    drift.world.settles(STACK).await;
    assert!(drift.world.destroy(STACK).await.is_complete());
    let all = Client::new(drift.aws.sdk()).describe_budgets().account_id(ACCOUNT).send().await.unwrap();
    assert!(all.budgets().is_empty(), "{all:?}");
}

/// One of that name that somebody else made is not taken, and not deleted.
#[tokio::test(start_paused = true)]
async fn a_budget_of_somebody_else_is_not_touched() {
    let drift = Drift::of("budget").await;
    let arn = format!("arn:aws:budgets::{ACCOUNT}:budget/{NAME}");
    let client = Client::new(drift.aws.sdk());
    let request = client.untag_resource().resource_arn(arn);
    request.resource_tag_keys("lambdeploy:stack").send().await.unwrap();
    let plan = drift.world.plan(STACK).await;
    let refused: Vec<_> = plan.refusals().map(|(id, why)| format!("{id}: {why}")).collect();
    assert_eq!(
        refused,
        [format!(
            "budget: the budget {NAME} is there already and is not this stack's; --adopt takes it over"
        )]
    );
    assert!(drift.world.destroy(STACK).await.is_complete());
    let left = client.describe_budget().account_id(ACCOUNT).budget_name(NAME).send().await.unwrap();
    assert!(left.budget().is_some());
}
