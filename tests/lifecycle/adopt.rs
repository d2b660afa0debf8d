//! Moving over from the guide's own script: refused first, then taken over without a second API, key or plan.

use crate::{
    by_hand::{ADOPT, GUIDE as STACK, Made, NAME, rest_api, step_6, there},
    world::{REGION, World, lines},
};
use lambdeploy::{
    aws::Cloud,
    engine::{Change, Options, Plan},
    stack_graph::Wishes,
};
use std::collections::BTreeMap;

fn refusals(plan: &Plan) -> Vec<String> {
    plan.refusals().map(|(id, why)| format!("{id}: {why}")).collect()
}

#[tokio::test(start_paused = true)]
async fn the_guides_own_stack_is_refused_and_then_adopted_as_it_is() {
    let world = World::new();
    let aws = world.cloud_in(REGION).await;
    aws.identify().await.unwrap();
    let made = step_6(&world, &aws).await;
    let before = world.dump();

    let refused = refusals(&world.plan(STACK).await);
    for what in [
        format!("rest-api: the REST API egyptianArtAPI (id {})", made.api),
        "role/analyzer: the IAM role lambda-execution-role (arn:".to_owned(),
        "repository/analyzer: the ECR repository jere-egyptian-art-analyzer (arn:".to_owned(),
        "function/analyzer: the function egyptianArtAnalyzer (arn:".to_owned(),
        format!("stage/default: the stage default of the REST API {}", made.api),
        format!("api-key/VercelFrontendKey: the API key VercelFrontendKey (id {})", made.key),
        format!("usage-plan: the usage plan PersonalProjectUsagePlan (id {})", made.plan),
    ] {
        let says = |r: &&String| r.starts_with(&what) && r.ends_with("--adopt takes it over");
        assert_eq!(refused.iter().filter(says).count(), 1, "{what}: {refused:#?}");
    }
    assert_eq!(refused.len(), 7, "{refused:#?}");
    assert!(!world.up(STACK).await.is_complete());
    assert_eq!(world.dump(), before, "refused, and touched all the same");

    let report = world.up_with(STACK, &ADOPT, Wishes::default()).await;
    assert!(report.is_complete(), "{report:?}");
    let plan = world.plan(STACK).await;
    assert!(!plan.has_changes(), "{:#?}", lines(&plan));
    assert_eq!(there(&aws).await, made);
    let api = aws.apigateway.get_rest_api().rest_api_id(&made.api).send().await.unwrap();
    assert_eq!(api.endpoint_configuration().unwrap().types()[0].as_str(), "REGIONAL");
    assert_eq!(api.tags().unwrap()["lambdeploy:adopted"], "true");
    destroyed(&world, &aws, &made).await;
}

/// Kept by `destroy`, and said so; deleted with `--include-adopted`.
async fn destroyed(world: &World, aws: &Cloud, made: &Made) {
    let kept = world.plan_destroy(STACK, &Options::default()).await;
    let adopted: Vec<_> =
        kept.items.iter().filter(|i| i.adopted).map(|i| (i.id.to_string(), &i.change)).collect();
    assert_eq!(adopted.len(), 7, "{adopted:?}");
    assert!(adopted.iter().all(|(_, change)| **change == Change::Keep), "{adopted:?}");
    assert!(world.destroy(STACK).await.is_complete());
    assert_eq!(there(aws).await, *made);
    aws.lambda.get_function().function_name(NAME).send().await.unwrap();
    let all = Options { include_adopted: true, ..Options::default() };
    let report = world.destroy_with(STACK, &all).await;
    assert!(report.is_complete(), "{report:?}");
    let left = world.dump().to_string();
    for name in
        [NAME, "lambda-execution-role", &made.api, &made.key, &made.plan, "jere-egyptian-art-analyzer"]
    {
        assert!(!left.contains(name), "{name} is left");
    }
}

#[tokio::test(start_paused = true)]
async fn of_two_apis_of_one_name_the_person_chooses() {
    let world = World::new();
    let aws = world.cloud_in(REGION).await;
    aws.identify().await.unwrap();
    let made = step_6(&world, &aws).await;
    let other = rest_api(&aws, "egyptianArtAPI").await;
    for options in [Options::default(), ADOPT] {
        let refused = refusals(&world.plan_with(STACK, &options).await);
        let api = refused.iter().find(|r| r.starts_with("rest-api: ")).unwrap();
        assert!(api.contains(&made.api) && api.contains(&other) && api.contains("--adopt api=<id>"), "{api}");
    }
    let wishes =
        Wishes { adopt: BTreeMap::from([("api".to_owned(), made.api.clone())]), ..Wishes::default() };
    let report = world.up_with(STACK, &ADOPT, wishes).await;
    assert!(report.is_complete(), "{report:?}");
    assert!(!world.plan(STACK).await.has_changes());
    let strange = aws.apigateway.get_rest_api().rest_api_id(&other).send().await.unwrap();
    assert!(strange.tags().is_none_or(|t| t.is_empty()));
}

#[tokio::test(start_paused = true)]
async fn what_is_foreign_is_never_deleted() {
    let world = World::new();
    let aws = world.cloud_in(REGION).await;
    aws.identify().await.unwrap();
    step_6(&world, &aws).await;
    let before = world.dump();
    assert!(world.destroy(STACK).await.done.is_empty());
    let all = Options { include_adopted: true, adopt: true, replace: true };
    assert!(world.destroy_with(STACK, &all).await.done.is_empty());
    assert_eq!(world.dump(), before);
}

#[tokio::test(start_paused = true)]
async fn another_stacks_things_are_not_to_be_had() {
    let world = World::new();
    world.settles(STACK).await;
    let before = world.dump();
    let thief = STACK.replace("stack: egyptian-art", "stack: thief");
    let refused = refusals(&world.plan_with(&thief, &ADOPT).await);
    for kind in ["role/", "repository/", "function/", "log-group/"] {
        let says =
            |r: &&String| r.starts_with(kind) && r.contains("belongs to the stack egyptian-art in us-east-2");
        assert_eq!(refused.iter().filter(says).count(), 1, "{kind}: {refused:#?}");
    }
    assert!(world.destroy(&thief).await.done.is_empty());
    assert_eq!(world.dump(), before);
}
