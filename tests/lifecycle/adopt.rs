//! Moving over from the guide's own script: refused first, then taken over without a second API, key or plan.

use crate::world::{ACCOUNT, REGION, World, lines};
use aws_sdk_apigateway::types::{
    IntegrationType, Op, PatchOperation, QuotaPeriodType, QuotaSettings, ThrottleSettings,
};
use aws_sdk_ecr::types::ImageIdentifier;
use aws_sdk_lambda::types::{Environment, FunctionCode, PackageType};
use lambdeploy::{
    aws::Cloud,
    engine::{Change, Options, Plan},
    stack_graph::Wishes,
};
use std::collections::BTreeMap;

const STACK: &str = "
stack: egyptian-art
region: us-east-2
functions:
  analyzer:
    name: egyptianArtAnalyzer
    image: {context: ., repository: jere-egyptian-art-analyzer}
    memory: 512
    timeout: 29
    environment: {GOOGLE_API_KEY: '${SECRET}'}
    role: {name: lambda-execution-role}
api:
  name: egyptianArtAPI
  stage: default
  routes:
    POST /: analyzer
  cors: {origins: ['https://www.jeremias-rodriguez.com']}
  auth: api_key
  keys: [VercelFrontendKey]
  usage_plan: {name: PersonalProjectUsagePlan, rate: 10, burst: 20, quota: 100/day}
";

const ADOPT: Options = Options { adopt: true, replace: false, include_adopted: false };
const TRUST: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]}"#;
const NAME: &str = "egyptianArtAnalyzer";

/// What the script prints, and what must outlive the adoption.
#[derive(Debug, PartialEq)]
struct Made {
    api: String,
    key: String,
    value: String,
    plan: String,
}

/// An image in the script's repository, pushed as the tool does: an earlier stack, whose repository is then made by hand.
async fn image(world: &World, aws: &Cloud) {
    let earlier = STACK
        .replace("stack: egyptian-art", "stack: earlier")
        .replace(NAME, "earlier")
        .replace("lambda-execution-role", "earlier");
    world.settles(&format!("{earlier}\nretain: [images]\n")).await;
    let repository = "jere-egyptian-art-analyzer";
    let listed = aws.ecr.list_images().repository_name(repository).send().await.unwrap();
    let id: ImageIdentifier = listed.image_ids()[0].clone();
    let got = aws.ecr.batch_get_image().repository_name(repository).image_ids(id).send().await.unwrap();
    let manifest = got.images()[0].image_manifest().unwrap();
    let put = aws.ecr.put_image().repository_name(repository).image_tag("latest");
    put.image_manifest(manifest).send().await.unwrap();
    assert!(world.destroy(&format!("{earlier}\nretain: [images]\n")).await.is_complete());
    let arn = aws.arn("ecr", &format!("repository/{repository}")).unwrap();
    let untag = aws.ecr.untag_resource().resource_arn(arn);
    untag
        .set_tag_keys(Some(["stack", "id", "region"].map(|t| format!("lambdeploy:{t}")).to_vec()))
        .send()
        .await
        .unwrap();
}

/// Step 6 of the guide, in its order.
async fn step_6(world: &World, aws: &Cloud) -> Made {
    image(world, aws).await;
    role_and_function(aws).await;
    let api = rest_api(aws, "egyptianArtAPI").await;
    let (key, value) = key(aws).await;
    let plan = plan(aws, &key).await;
    let update = aws.apigateway.update_usage_plan().usage_plan_id(&plan);
    let stage =
        PatchOperation::builder().op(Op::Add).path("/apiStages").value(format!("{api}:default")).build();
    update.patch_operations(stage).send().await.unwrap();
    Made { api, key, value, plan }
}

async fn role_and_function(aws: &Cloud) {
    let role = aws.iam.create_role().role_name("lambda-execution-role").assume_role_policy_document(TRUST);
    let role = role.send().await.unwrap().role.unwrap().arn;
    let attach = aws.iam.attach_role_policy().role_name("lambda-execution-role");
    attach
        .policy_arn("arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole")
        .send()
        .await
        .unwrap();
    let found =
        aws.ecr.describe_repositories().repository_names("jere-egyptian-art-analyzer").send().await.unwrap();
    let uri = format!("{}:latest", found.repositories()[0].repository_uri().unwrap());
    let create = aws.lambda.create_function().function_name(NAME).package_type(PackageType::Image).role(role);
    let create = create.code(FunctionCode::builder().image_uri(uri).build()).timeout(30).memory_size(512);
    create.send().await.unwrap();
    let environment = Environment::builder().variables("GOOGLE_API_KEY", "YOUR_GEMINI_API_KEY").build();
    aws.lambda
        .update_function_configuration()
        .function_name(NAME)
        .environment(environment)
        .send()
        .await
        .unwrap();
}

async fn rest_api(aws: &Cloud, name: &str) -> String {
    let gateway = &aws.apigateway;
    let api = gateway.create_rest_api().name(name).send().await.unwrap().id.unwrap();
    let root =
        gateway.get_resources().rest_api_id(&api).send().await.unwrap().items()[0].id().unwrap().to_owned();
    let put = gateway.put_method().rest_api_id(&api).resource_id(&root).http_method("POST");
    put.authorization_type("NONE").api_key_required(true).send().await.unwrap();
    let function = format!("arn:aws:lambda:{REGION}:{ACCOUNT}:function:{NAME}");
    let put = gateway.put_integration().rest_api_id(&api).resource_id(&root).http_method("POST");
    let put = put.r#type(IntegrationType::AwsProxy).integration_http_method("POST");
    put.uri(format!("arn:aws:apigateway:{REGION}:lambda:path/2015-03-31/functions/{function}/invocations"))
        .send()
        .await
        .unwrap();
    let allow =
        aws.lambda.add_permission().function_name(NAME).statement_id(format!("apigateway-access-{api}"));
    let allow = allow.action("lambda:InvokeFunction").principal("apigateway.amazonaws.com");
    allow.source_arn(format!("arn:aws:execute-api:{REGION}:{ACCOUNT}:{api}/*/POST/")).send().await.unwrap();
    gateway.create_deployment().rest_api_id(&api).stage_name("default").send().await.unwrap();
    api
}

async fn key(aws: &Cloud) -> (String, String) {
    let made = aws.apigateway.create_api_key().name("VercelFrontendKey").enabled(true).send().await.unwrap();
    (made.id.unwrap(), made.value.unwrap())
}

async fn plan(aws: &Cloud, key: &str) -> String {
    let create = aws.apigateway.create_usage_plan().name("PersonalProjectUsagePlan");
    let create = create.throttle(ThrottleSettings::builder().rate_limit(10.0).burst_limit(5).build());
    let create = create.quota(QuotaSettings::builder().limit(100).period(QuotaPeriodType::Day).build());
    let plan = create.send().await.unwrap().id.unwrap();
    let link = aws.apigateway.create_usage_plan_key().usage_plan_id(&plan).key_id(key).key_type("API_KEY");
    link.send().await.unwrap();
    plan
}

async fn there(aws: &Cloud) -> Made {
    let apis = aws.apigateway.get_rest_apis().send().await.unwrap().items.unwrap();
    let keys = aws.apigateway.get_api_keys().include_values(true).send().await.unwrap().items.unwrap();
    let plans = aws.apigateway.get_usage_plans().send().await.unwrap().items.unwrap();
    assert_eq!((apis.len(), keys.len(), plans.len()), (1, 1, 1));
    Made {
        api: apis[0].id.clone().unwrap(),
        key: keys[0].id.clone().unwrap(),
        value: keys[0].value.clone().unwrap(),
        plan: plans[0].id.clone().unwrap(),
    }
}

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
