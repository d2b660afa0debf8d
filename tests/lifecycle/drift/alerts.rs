//! The fields of the topic and of the alarms.

use super::{Drift, STACK};
use crate::{
    by_hand::ADOPT,
    local_page::confirm_all,
    world::{ACCOUNT, REGION, lines, refusals},
};
use aws_sdk_cloudwatch::{
    Client as CloudWatch,
    operation::put_metric_alarm::builders::PutMetricAlarmFluentBuilder,
    types::{ComparisonOperator, MetricAlarm, MetricDataQuery, Tag, WarmUpConfiguration},
};
use aws_sdk_sns::Client as Sns;
use lambdeploy::testing::{aws::Cloud, stack_graph::Wishes};

/// A right that somebody gave.
const THEIRS: &str =
    r#"{"Sid":"theirs","Effect":"Allow","Principal":"*","Action":"SNS:Subscribe","Resource":"*"}"#;
const ALARM: &str = "lambdeploy-hello-errors";

fn topic() -> String {
    format!("arn:aws:sns:{REGION}:{ACCOUNT}:lambdeploy-hello-alerts")
}

async fn set_policy(aws: &Cloud, policy: &str) {
    let request = Sns::new(aws.sdk()).set_topic_attributes().topic_arn(topic());
    request.attribute_name("Policy").attribute_value(policy).send().await.unwrap();
}

async fn policy(aws: &Cloud) -> String {
    let request = Sns::new(aws.sdk()).get_topic_attributes().topic_arn(topic());
    request.send().await.unwrap().attributes().unwrap()["Policy"].clone()
}

/// Addresses with the ARNs of their subscriptions.
async fn subscriptions(aws: &Cloud) -> Vec<(String, String)> {
    let request = Sns::new(aws.sdk()).list_subscriptions_by_topic().topic_arn(topic());
    let answer = request.send().await.unwrap();
    let pair = |it: &aws_sdk_sns::types::Subscription| {
        (it.endpoint.clone().unwrap(), it.subscription_arn.clone().unwrap())
    };
    let mut all: Vec<_> = answer.subscriptions().iter().map(pair).collect();
    all.sort();
    all
}

async fn addresses(aws: &Cloud) -> Vec<String> {
    subscriptions(aws).await.into_iter().map(|(address, _)| address).collect()
}

async fn subscribe(aws: &Cloud, address: &str) {
    let request = Sns::new(aws.sdk()).subscribe().topic_arn(topic()).protocol("email").endpoint(address);
    request.send().await.unwrap();
}

#[tokio::test(start_paused = true)]
pub(crate) async fn fields_of_the_topic() {
    let mut drift = Drift::of("topic").await;
    let world = drift.world.beside();
    confirm_all(&world).await;
    drift
        .shows("email", async |aws| {
            let (_, arn) = subscriptions(aws).await.remove(0);
            Sns::new(aws.sdk()).unsubscribe().subscription_arn(arn).send().await.unwrap();
        })
        .await;
    drift
        .shows_as("policy", &["theirs"], async |aws| {
            let more = policy(aws).await.replacen("\"Statement\":[", &format!("\"Statement\":[{THEIRS},"), 1);
            set_policy(aws, &more).await;
        })
        .await;
    drift.shows_as("policy", &["lambdeploy-alerts"], async |aws| set_policy(aws, "").await).await;
    drift
        .shows_as("tags", &["team"], async |aws| {
            let other = aws_sdk_sns::types::Tag::builder().key("team").value("other").build().unwrap();
            Sns::new(aws.sdk()).tag_resource().resource_arn(topic()).tags(other).send().await.unwrap();
        })
        .await;
    drift
        .shows_as("tags", &["extra"], async |aws| {
            let other = aws_sdk_sns::types::Tag::builder().key("extra").value("x").build().unwrap();
            Sns::new(aws.sdk()).tag_resource().resource_arn(topic()).tags(other).send().await.unwrap();
        })
        .await;
    drift.every_field_is_proven(&[]).await;
}

/// AWS can't take off who has not confirmed, so that is no difference; who has confirmed is taken off.
#[tokio::test(start_paused = true)]
pub(crate) async fn an_address_of_somebody_else_goes_once_it_has_confirmed() {
    let drift = Drift::of("topic").await;
    assert!(drift.changes_after(async |aws| subscribe(aws, "x@y.example").await).await.is_empty());
    confirm_all(&drift.world).await;
    assert_eq!(
        lines(&drift.world.plan(STACK).await),
        [r#"~ topic email ["a@b.example","x@y.example"] → ["a@b.example"]"#]
    );
    drift.world.settles(STACK).await;
    assert_eq!(addresses(&drift.aws).await, ["a@b.example"]);
}

async fn alarm(aws: &Cloud) -> MetricAlarm {
    let answer = CloudWatch::new(aws.sdk()).describe_alarms().alarm_names(ALARM).send().await.unwrap();
    answer.metric_alarms()[0].clone()
}

/// The alarm as it is, to be put again with a change.
async fn again(aws: &Cloud) -> PutMetricAlarmFluentBuilder {
    let it = alarm(aws).await;
    CloudWatch::new(aws.sdk())
        .put_metric_alarm()
        .set_alarm_name(it.alarm_name)
        .set_alarm_description(it.alarm_description)
        .set_metrics(it.metrics)
        .set_comparison_operator(it.comparison_operator)
        .set_threshold(it.threshold)
        .set_evaluation_periods(it.evaluation_periods)
        .set_datapoints_to_alarm(it.datapoints_to_alarm)
        .set_treat_missing_data(it.treat_missing_data)
        .set_warm_up_configuration(it.warm_up_configuration)
        .set_actions_enabled(it.actions_enabled)
        .set_alarm_actions(it.alarm_actions)
}

/// Watches the throttles in place of the errors.
fn of_throttles(query: &MetricDataQuery) -> MetricDataQuery {
    let mut query = query.clone();
    let metric = query.metric_stat.as_mut().and_then(|stat| stat.metric.as_mut()).unwrap();
    metric.metric_name = Some("Throttles".to_owned());
    query
}

#[tokio::test(start_paused = true)]
pub(crate) async fn fields_of_an_alarm() {
    let mut drift = Drift::of("alarm/errors").await;
    macro_rules! shows {
        ($field:literal, $sub:literal, $put:ident => $change:expr) => {
            drift
                .shows_as($field, &[$sub], async |aws| {
                    let $put = again(aws).await;
                    $change.send().await.map(drop).unwrap();
                })
                .await;
        };
    }
    shows!("description", "", put => put.alarm_description("mine"));
    shows!("metrics", "f0", put => {
        let metrics = put.get_metrics().as_ref().unwrap().iter().map(of_throttles).collect();
        put.set_metrics(Some(metrics))
    });
    shows!("comparison", "", put => put.comparison_operator(ComparisonOperator::GreaterThanOrEqualToThreshold));
    shows!("threshold", "", put => put.threshold(5.0));
    shows!("periods", "", put => put.evaluation_periods(2));
    shows!("missing_data", "", put => put.treat_missing_data("breaching"));
    shows!("warm_up", "", put => {
        put.warm_up_configuration(WarmUpConfiguration::builder().warm_up_period_duration_in_minutes(5).build())
    });
    shows!("tells", "ALARM", put => put.set_alarm_actions(None));
    shows!("tells", "OK", put => put.ok_actions(topic()));
    shows!("tells", "INSUFFICIENT_DATA", put => put.insufficient_data_actions(topic()));
    drift
        .shows("actions_enabled", async |aws| {
            CloudWatch::new(aws.sdk()).disable_alarm_actions().alarm_names(ALARM).send().await.unwrap();
        })
        .await;
    drift
        .shows_as("tags", &["team"], async |aws| {
            let other = Tag::builder().key("team").value("other").build();
            let request = CloudWatch::new(aws.sdk()).tag_resource().tags(other);
            request.resource_arn(alarm(aws).await.alarm_arn.unwrap()).send().await.unwrap();
        })
        .await;
    drift
        .shows_as("tags", &["extra"], async |aws| {
            let other = Tag::builder().key("extra").value("x").build();
            let request = CloudWatch::new(aws.sdk()).tag_resource().tags(other);
            request.resource_arn(alarm(aws).await.alarm_arn.unwrap()).send().await.unwrap();
        })
        .await;
    let together = ["breaching_periods", "periods"];
    let behind = async |aws: &Cloud| {
        again(aws).await.evaluation_periods(2).datapoints_to_alarm(2).send().await.map(drop).unwrap();
    };
    drift.mends(&together, behind).await;
    drift.proves("breaching_periods");
    drift.every_field_is_proven(&[]).await;
}

/// What leaves the file goes, what somebody deleted comes again, and nothing stays of a stack.
#[tokio::test(start_paused = true)]
pub(crate) async fn alarms_come_and_go_with_the_file() {
    let drift = Drift::of("alarm/errors").await;
    let names = async || {
        let all = CloudWatch::new(drift.aws.sdk()).describe_alarms().send().await.unwrap();
        let name = |it: &MetricAlarm| it.alarm_name.clone().unwrap().replace("lambdeploy-hello-", "");
        all.metric_alarms().iter().map(name).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(names().await, "5xx errors slow throttles");
    let fewer = STACK.replace("alerts: {", "alerts: {when: [slow], ");
    drift.world.settles(&fewer).await;
    assert_eq!(names().await, "slow");
    drift.world.settles(STACK).await;
    let behind = async |aws: &Cloud| {
        CloudWatch::new(aws.sdk()).delete_alarms().alarm_names(ALARM).send().await.map(drop).unwrap();
        Sns::new(aws.sdk()).delete_topic().topic_arn(topic()).send().await.map(drop).unwrap();
    };
    drift.heals(&["+ topic", "+ alarm/errors"], behind).await;
    let without = STACK.lines().filter(|line| !line.starts_with("alerts:")).collect::<Vec<_>>().join("\n");
    drift.world.settles(&without).await;
    assert_eq!(names().await, "");
    drift.world.settles(STACK).await;
    assert!(drift.world.destroy(STACK).await.is_complete());
    assert_eq!(names().await, "");
    let topics = Sns::new(drift.aws.sdk()).list_topics().send().await.unwrap();
    assert!(topics.topics().is_empty(), "{topics:?}");
}

/// From now on the topic and the alarm are somebody else's, by their tags.
async fn disown(aws: &Cloud) {
    let (sns, cloudwatch) = (Sns::new(aws.sdk()), CloudWatch::new(aws.sdk()));
    sns.untag_resource().resource_arn(topic()).tag_keys("lambdeploy:stack").send().await.unwrap();
    let arn = alarm(aws).await.alarm_arn.unwrap();
    cloudwatch.untag_resource().resource_arn(arn).tag_keys("lambdeploy:stack").send().await.unwrap();
}

/// What has their names and is somebody else's is not taken, and not deleted.
#[tokio::test(start_paused = true)]
async fn what_somebody_else_made_is_not_touched() {
    let drift = Drift::of("topic").await;
    disown(&drift.aws).await;
    let why = "is there already and is not this stack's; --adopt takes it over";
    assert_eq!(
        refusals(&drift.world.plan(STACK).await),
        [
            format!("topic: the topic lambdeploy-hello-alerts {why}"),
            format!("alarm/errors: the alarm lambdeploy-hello-errors {why}")
        ]
    );
    assert!(drift.world.destroy(STACK).await.is_complete());
    assert_eq!(addresses(&drift.aws).await, ["a@b.example"]);
    assert_eq!(alarm(&drift.aws).await.alarm_name.as_deref(), Some(ALARM));
}

/// What is taken over keeps the addresses and rights that others gave it, and stays when the stack goes.
#[tokio::test(start_paused = true)]
async fn what_is_adopted_keeps_what_others_have_in_it() {
    let drift = Drift::of("topic").await;
    disown(&drift.aws).await;
    subscribe(&drift.aws, "x@y.example").await;
    confirm_all(&drift.world).await;
    set_policy(&drift.aws, &format!("{{\"Statement\":[{THEIRS}]}}")).await;
    let report = drift.world.up_with(STACK, &ADOPT, Wishes::default()).await;
    assert!(report.is_complete(), "{report:?}");
    assert!(!drift.world.plan(STACK).await.has_changes());
    let stays = policy(&drift.aws).await;
    assert!(stays.contains("theirs") && stays.contains("lambdeploy-alerts"), "{stays}");
    assert!(drift.world.destroy(STACK).await.is_complete());
    assert_eq!(addresses(&drift.aws).await, ["a@b.example", "x@y.example"]);
    assert_eq!(alarm(&drift.aws).await.alarm_name.as_deref(), Some(ALARM));
}
