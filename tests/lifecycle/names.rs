//! Several things of one name in an account, and things without tags: ours are found by tag, others are left alone.

use crate::{
    by_hand::ADOPT,
    stacks::HELLO,
    world::{World, lines, refusals},
};
use aws_sdk_apigateway::types::{Op, PatchOperation, QuotaPeriodType, QuotaSettings};
use lambdeploy::testing::{aws::Cloud, engine::Options, stack_graph::Wishes};
use std::collections::{BTreeMap, BTreeSet};

const GROUP: &str = "/aws/lambda/hello-hello";

/// A key and a plan with the names of HELLO's, and nobody's tags.
async fn strangers(aws: &Cloud) -> (String, String) {
    let key = aws.apigateway.create_api_key().name("client").enabled(true).send().await.unwrap();
    let quota = QuotaSettings::builder().limit(7).period(QuotaPeriodType::Week).build();
    let plan = aws.apigateway.create_usage_plan().name("hello").quota(quota).send().await.unwrap();
    (key.id.unwrap(), plan.id.unwrap())
}

/// Everything of a key and a plan that could be changed.
async fn as_they_are(aws: &Cloud, (key, plan): &(String, String)) -> String {
    let key = aws.apigateway.get_api_key().api_key(key).include_value(true).send().await.unwrap();
    let plan = aws.apigateway.get_usage_plan().usage_plan_id(plan).send().await.unwrap();
    let linked = aws.apigateway.get_usage_plan_keys().usage_plan_id(plan.id().unwrap()).send().await.unwrap();
    let plan = (plan.name(), plan.quota(), plan.throttle(), plan.api_stages(), plan.tags());
    format!("{:?}", (key.value(), key.enabled, key.tags(), plan, linked.items()))
}

#[tokio::test(start_paused = true)]
async fn ours_are_found_beside_others_of_the_same_name() {
    let world = World::new();
    let aws = world.cloud().await;
    world.settles(HELLO).await;
    let others = strangers(&aws).await;
    let before = as_they_are(&aws, &others).await;
    assert!(!world.plan(HELLO).await.has_changes(), "{:#?}", lines(&world.plan(HELLO).await));
    let edited = HELLO.replace("quota: 100/day", "quota: 200/day");
    assert_eq!(lines(&world.plan(&edited).await), [r#"~ usage-plan quota "100/day" → "200/day""#]);
    world.settles(&edited).await;
    assert!(world.destroy(&edited).await.is_complete());
    assert_eq!(as_they_are(&aws, &others).await, before);
    let (keys, plans) =
        (aws.apigateway.get_api_keys().send().await.unwrap(), aws.apigateway.get_usage_plans().send());
    assert_eq!((keys.items().len(), plans.await.unwrap().items().len()), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn of_two_keys_and_two_plans_the_person_chooses() {
    let world = World::new();
    let aws = world.cloud().await;
    let (first, second) = (strangers(&aws).await, strangers(&aws).await);
    let before = as_they_are(&aws, &first).await;
    for options in [Options::default(), ADOPT] {
        let refused = refusals(&world.plan_with(HELLO, &options).await);
        assert_eq!(refused.len(), 2, "{refused:#?}");
        for (text, kind, ids) in
            [(&refused[0], "key", [&first.0, &second.0]), (&refused[1], "plan", [&first.1, &second.1])]
        {
            let names_both = ids.iter().all(|id| text.contains(*id));
            assert!(names_both && text.contains(&format!("--adopt {kind}=<id> chooses one")), "{text}");
        }
        assert!(!world.up_with(HELLO, &options, Wishes::default()).await.is_complete());
    }
    let choice = [("key", &second.0), ("plan", &second.1)];
    let adopt: BTreeMap<_, _> = choice.map(|(kind, id)| (kind.to_owned(), id.clone())).into();
    let report = world.up_with(HELLO, &ADOPT, Wishes { adopt, ..Wishes::default() }).await;
    assert!(report.is_complete(), "{report:?}");
    assert!(!world.plan(HELLO).await.has_changes(), "{:#?}", lines(&world.plan(HELLO).await));
    assert_eq!(as_they_are(&aws, &first).await, before);
    let linked = aws.apigateway.get_usage_plan_keys().usage_plan_id(&second.1).send().await.unwrap();
    assert_eq!(linked.items().iter().filter_map(|k| k.id()).collect::<Vec<_>>(), [&second.0]);
    assert!(world.destroy(HELLO).await.is_complete());
    assert_eq!(as_they_are(&aws, &first).await, before);
}

/// Ids of all usage plans.
async fn plans(aws: &Cloud) -> Vec<String> {
    let all = aws.apigateway.get_usage_plans().send().await.unwrap();
    all.items().iter().filter_map(|p| p.id.clone()).collect()
}

#[tokio::test(start_paused = true)]
async fn a_plan_renamed_and_detached_at_once_is_still_ours() {
    let base = World::new();
    let aws = base.cloud().await;
    base.settles(HELLO).await;
    let ours = plans(&aws).await.remove(0);
    let plan = aws.apigateway.get_usage_plan().usage_plan_id(&ours).send().await.unwrap();
    let stage = format!("{}:default", plan.api_stages()[0].api_id().unwrap());
    let detach = PatchOperation::builder().op(Op::Remove).path("/apiStages").value(stage).build();
    let rename = PatchOperation::builder().op(Op::Replace).path("/name").value("theirs").build();
    let update = aws.apigateway.update_usage_plan().usage_plan_id(&ours);
    update.patch_operations(detach).patch_operations(rename).send().await.unwrap();
    // AWS grants one of these in 20 s.
    tokio::time::sleep(std::time::Duration::from_secs(20)).await;
    let theirs = strangers(&aws).await.1;

    let mended = base.fork();
    let shown = lines(&mended.plan(HELLO).await);
    assert_eq!(shown[0], r#"~ usage-plan name "theirs" → "hello""#);
    assert!(shown.len() == 2 && shown[1].starts_with("~ usage-plan stages []"), "{shown:#?}");
    mended.settles(HELLO).await;
    assert_eq!(BTreeSet::from_iter(plans(&*mended.cloud().await).await), [ours, theirs.clone()].into());

    let left = base.fork();
    let start = HELLO.find("  usage_plan:").unwrap();
    let without = HELLO[..start].replace("auth: api_key", "auth: none").replace("  keys: [client]\n", "");
    assert!(lines(&left.plan(&without).await).contains(&"- usage-plan".to_owned()));
    left.settles(&without).await;
    assert_eq!(plans(&*left.cloud().await).await, std::slice::from_ref(&theirs));

    assert!(base.destroy(HELLO).await.is_complete());
    assert_eq!(plans(&aws).await, [theirs]);
}

#[tokio::test(start_paused = true)]
async fn a_log_group_that_lambda_itself_made_blocks_nothing_and_is_kept() {
    let world = World::new();
    let aws = world.cloud().await;
    aws.logs.create_log_group().log_group_name(GROUP).send().await.unwrap();
    let before = world.dump();
    assert!(world.destroy(HELLO).await.is_complete());
    assert_eq!(world.dump(), before, "touched, though it is not ours");
    let there = async || {
        let found = aws.logs.describe_log_groups().log_group_name_prefix(GROUP).send().await.unwrap();
        found.log_groups().first().and_then(|g| g.retention_in_days)
    };
    world.settles(HELLO).await;
    assert_eq!(there().await, Some(30));
    assert!(world.destroy(HELLO).await.is_complete());
    assert_eq!(there().await, Some(30), "destroy keeps what it did not make");
}

#[tokio::test(start_paused = true)]
async fn a_log_group_that_somebody_set_up_is_somebody_elses_until_it_is_adopted() {
    let world = World::new();
    let aws = world.cloud().await;
    aws.logs.create_log_group().log_group_name(GROUP).send().await.unwrap();
    aws.logs.put_retention_policy().log_group_name(GROUP).retention_in_days(7).send().await.unwrap();
    let before = world.dump();
    let refused = refusals(&world.plan(HELLO).await);
    let why = format!(
        "log-group/hello: the log group {GROUP} is there already and is not this stack's; --adopt takes it over"
    );
    assert_eq!(refused, [why]);
    assert!(!world.up(HELLO).await.is_complete());
    assert!(world.destroy(HELLO).await.is_complete());
    assert_eq!(world.dump(), before, "touched, though it is not ours");
    let report = world.up_with(HELLO, &ADOPT, Wishes::default()).await;
    assert!(report.is_complete(), "{report:?}");
    assert!(!world.plan(HELLO).await.has_changes());
}

#[tokio::test(start_paused = true)]
async fn a_retention_that_the_account_decides_is_no_drift() {
    let world = World::new();
    world.settles(HELLO).await;
    let aws = world.cloud().await;
    let policy = r#"{"retentionInDays": 90, "enforcementMode": "RETROACTIVE"}"#;
    let put = aws.logs.put_account_policy().policy_name("ninety").policy_document(policy);
    put.policy_type("RETENTION_POLICY".into()).send().await.unwrap();
    let group = aws.logs.describe_log_groups().log_group_name_prefix(GROUP).send().await.unwrap();
    assert_eq!(group.log_groups()[0].retention_in_days(), Some(90));
    assert_eq!(lines(&world.plan(HELLO).await), [""; 0]);
    world.settles(HELLO).await;
}

#[tokio::test(start_paused = true)]
async fn a_protected_log_group_is_said_before_anything_is_deleted() {
    let world = World::new();
    world.settles(HELLO).await;
    let aws = world.cloud().await;
    let put = aws.logs.put_log_group_deletion_protection().log_group_identifier(GROUP);
    put.deletion_protection_enabled(true).send().await.unwrap();
    assert_eq!(lines(&world.plan(HELLO).await), [""; 0]);
    let plan = world.plan_destroy(HELLO, &Options::default()).await;
    let refused = refusals(&plan);
    assert_eq!(refused.len(), 1, "{refused:?}");
    assert!(
        refused[0].starts_with(&format!("log-group/hello: the log group {GROUP} has deletion protection"))
    );
    let keeping = format!("{HELLO}\nretain: [logs]\n");
    assert_eq!(world.plan_destroy(&keeping, &Options::default()).await.refusals().count(), 0);
}
