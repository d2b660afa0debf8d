//! Moving over from the guide's own script: refused first, then taken over without a second API, key or plan.

use crate::{
    by_hand::{ADOPT, GUIDE as STACK, Made, NAME, rest_api, step_6, there},
    world::{REGION, World, lines, refusals},
};
use aws_sdk_apigateway::types::{Op, PatchOperation};
use lambdeploy::testing::{
    aws::Cloud,
    engine::{Change, Options},
    stack_graph::Wishes,
};
use std::collections::{BTreeMap, HashMap};

#[tokio::test(start_paused = true)]
pub(crate) async fn the_guides_own_stack_is_refused_and_then_adopted_as_it_is() {
    let world = World::new();
    let aws = world.cloud().await;
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
    assert_eq!(api.endpoint_configuration().unwrap().types()[0].as_str(), "EDGE");
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
    let aws = world.cloud().await;
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
    assert!(strange.tags().is_none_or(std::collections::HashMap::is_empty));
}

#[tokio::test(start_paused = true)]
async fn what_is_foreign_is_never_deleted() {
    let world = World::new();
    let aws = world.cloud().await;
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

fn patch(op: Op, path: &str, value: &str) -> PatchOperation {
    PatchOperation::builder().op(op).path(path).value(value).build()
}

/// What the stack file does not name, set by hand before the adoption.
async fn set_by_hand(aws: &Cloud, made: &Made) {
    let gateway = &aws.apigateway;
    let policy = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"execute-api:Invoke","Resource":"execute-api:/*"}]}"#;
    let patches = [
        patch(Op::Replace, "/description", "By hand"),
        patch(Op::Replace, "/minimumCompressionSize", "1024"),
        patch(Op::Replace, "/policy", policy),
    ];
    let update = gateway.update_rest_api().rest_api_id(&made.api).set_patch_operations(Some(patches.into()));
    update.send().await.unwrap();
    let model = gateway.create_model().rest_api_id(&made.api).name("Art").content_type("application/json");
    model.schema("{}").send().await.unwrap();
    let response = gateway.put_gateway_response().rest_api_id(&made.api).response_type("THROTTLED".into());
    response.status_code("420").send().await.unwrap();
    let binary = gateway.update_rest_api().rest_api_id(&made.api);
    binary.patch_operations(patch(Op::Add, "/binaryMediaTypes/image~1png", "")).send().await.unwrap();
    gateway.create_request_validator().rest_api_id(&made.api).name("body").send().await.unwrap();
    let patches = [
        patch(Op::Replace, "/description", "Live"),
        patch(Op::Replace, "/variables/colour", "red"),
        patch(Op::Replace, "/tracingEnabled", "true"),
        patch(Op::Replace, "/*/*/metrics/enabled", "true"),
        patch(Op::Replace, "/*/*/throttling/rateLimit", "7"),
        patch(Op::Replace, "/*/*/throttling/burstLimit", "8"),
        patch(Op::Replace, "/~1/POST/caching/ttlInSeconds", "5"),
    ];
    let update = gateway.update_stage().rest_api_id(&made.api).stage_name("default");
    update.set_patch_operations(Some(patches.into())).send().await.unwrap();
    let key = gateway.update_api_key().api_key(&made.key);
    key.patch_operations(patch(Op::Replace, "/description", "Of the page")).send().await.unwrap();
    let plan = gateway.update_usage_plan().usage_plan_id(&made.plan);
    plan.patch_operations(patch(Op::Replace, "/description", "Mine")).send().await.unwrap();
    tokio::time::sleep(std::time::Duration::from_secs(20)).await;
}

#[tokio::test(start_paused = true)]
async fn what_the_file_does_not_name_stays_on_what_is_adopted() {
    let world = World::new();
    let aws = world.cloud().await;
    let made = step_6(&world, &aws).await;
    set_by_hand(&aws, &made).await;
    // The file's own throttle takes the place of the stage's, and nothing else of it goes.
    let stack = STACK.replace("  stage: default\n", "  stage: default\n  throttle: {rate: 50, burst: 60}\n");

    let plan = lines(&world.plan_with(&stack, &ADOPT).await);
    let lost: Vec<_> = plan.iter().filter(|l| l.contains(" models ") || l.contains(" validators ")).collect();
    assert_eq!(lost, [r#"~ definition models ["Art"] → null"#, r#"~ definition validators ["body"] → null"#]);
    for line in &plan {
        let kept = ["endpoint", "minimum", "policy", "description", "variables", "tracing"];
        let says = |word: &&str| {
            line.starts_with(&format!("~ rest-api {word}")) || line.contains(&format!("stage/default {word}"))
        };
        assert!(!kept.iter().any(says), "{line}");
    }
    let report = world.up_with(&stack, &ADOPT, Wishes::default()).await;
    assert!(report.is_complete(), "{report:?}");
    let plan = world.plan(&stack).await;
    assert!(!plan.has_changes(), "{:#?}", lines(&plan));
    // An import of something else brings nothing of it back to its default either.
    let stack = stack.replace("    POST /: analyzer\n", "    POST /: analyzer\n    GET /more: analyzer\n");
    world.settles(&stack).await;

    let gateway = &aws.apigateway;
    let api = gateway.get_rest_api().rest_api_id(&made.api).send().await.unwrap();
    assert_eq!((api.description(), api.minimum_compression_size()), (Some("By hand"), Some(1024)));
    assert_eq!(api.endpoint_configuration().unwrap().types()[0].as_str(), "EDGE");
    assert!(api.policy().unwrap().contains("Allow"));
    assert_eq!(api.binary_media_types(), ["image/png"]);
    let response = gateway.get_gateway_response().rest_api_id(&made.api).response_type("THROTTLED".into());
    assert_eq!(response.send().await.unwrap().status_code(), Some("420"));
    let stage = gateway.get_stage().rest_api_id(&made.api).stage_name("default").send().await.unwrap();
    assert_eq!((stage.description(), stage.tracing_enabled()), (Some("Live"), true));
    assert_eq!(stage.variables().unwrap()["colour"], "red");
    let settings = &stage.method_settings().unwrap()["*/*"];
    assert!(settings.metrics_enabled());
    assert_eq!((settings.throttling_rate_limit(), settings.throttling_burst_limit()), (50.0, 60));
    let key = gateway.get_api_key().api_key(&made.key).send().await.unwrap();
    assert_eq!(key.description(), Some("Of the page"));
    let plan = gateway.get_usage_plan().usage_plan_id(&made.plan).send().await.unwrap();
    assert_eq!(plan.description(), Some("Mine"));
}

#[tokio::test(start_paused = true)]
async fn what_has_no_room_for_more_tags_is_refused_in_the_plan() {
    let world = World::new();
    let aws = world.cloud().await;
    let made = step_6(&world, &aws).await;
    let arn = format!("arn:aws:apigateway:{REGION}::/restapis/{}", made.api);
    let tags: HashMap<_, _> = (0..46).map(|n| (format!("k{n}"), "v".to_owned())).collect();
    aws.apigateway.tag_resource().resource_arn(arn).set_tags(Some(tags.clone())).send().await.unwrap();
    let refused = refusals(&world.plan_with(STACK, &ADOPT).await);
    let why = "it has 46 tags and would need 5 more, and AWS takes 50";
    assert!(refused.len() == 1 && refused[0].contains(why), "{refused:#?}");
    // So is anything else.
    let arn = aws.arn("lambda", &format!("function:{NAME}")).unwrap();
    let one_more = tags.into_iter().chain([("more".to_owned(), "v".to_owned())]).collect();
    aws.lambda.tag_resource().resource(arn).set_tags(Some(one_more)).send().await.unwrap();
    let refused = refusals(&world.plan_with(STACK, &ADOPT).await);
    let why = "function/analyzer: the function egyptianArtAnalyzer";
    assert!(refused.iter().any(|r| r.starts_with(why) && r.contains("it has 47 tags")), "{refused:#?}");
}

#[tokio::test(start_paused = true)]
pub(crate) async fn an_adopted_role_only_gains() {
    let world = World::new();
    let aws = world.cloud_in(REGION).await;
    let role = "lambda-execution-role";
    let trust = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}"#;
    let boundary = "arn:aws:iam::aws:policy/AmazonS3FullAccess";
    let create = aws.iam.create_role().role_name(role).assume_role_policy_document(trust);
    create.permissions_boundary(boundary).send().await.unwrap();
    let attached = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess";
    aws.iam.attach_role_policy().role_name(role).policy_arn(attached).send().await.unwrap();
    let theirs =
        r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}"#;
    let put = aws.iam.put_role_policy().role_name(role).policy_name("theirs").policy_document(theirs);
    put.send().await.unwrap();
    let report = world.up_with(STACK, &ADOPT, Wishes::default()).await;
    assert!(report.is_complete(), "{report:?}");
    assert!(!world.plan(STACK).await.has_changes());
    let found = aws.iam.get_role().role_name(role).send().await.unwrap().role.unwrap();
    assert_eq!(found.permissions_boundary().unwrap().permissions_boundary_arn(), Some(boundary));
    let trust = found.assume_role_policy_document().unwrap();
    assert!(trust.contains("ec2.amazonaws.com") && trust.contains("lambda.amazonaws.com"), "{trust}");
    let policies = aws.iam.list_attached_role_policies().role_name(role).send().await.unwrap();
    assert_eq!(policies.attached_policies()[0].policy_arn(), Some(attached));
    let inline = aws.iam.list_role_policies().role_name(role).send().await.unwrap().policy_names;
    assert_eq!(inline, ["lambdeploy", "theirs"]);
}
