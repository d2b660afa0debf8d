//! What people made before they came here: the guide's own stack by its own script, and a function from a Zip file.

use crate::world::{ACCOUNT, REGION, World};
use aws_sdk_apigateway::types::{
    IntegrationType, Op, PatchOperation, QuotaPeriodType, QuotaSettings, ThrottleSettings,
};
use aws_sdk_ecr::types::ImageIdentifier;
use aws_sdk_lambda::{
    primitives::Blob,
    types::{Environment, FunctionCode, PackageType, Runtime},
};
use lambdeploy::testing::{aws::Cloud, engine::Options};

/// The stack file of somebody who followed the guide.
pub const GUIDE: &str = "
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

pub const ADOPT: Options = Options { adopt: true, replace: false, include_adopted: false };
const TRUST: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]}"#;
/// The guide's function.
pub const NAME: &str = "egyptianArtAnalyzer";

/// What the script prints, and what must outlive the adoption.
#[derive(Debug, PartialEq)]
pub struct Made {
    pub api: String,
    pub key: String,
    pub value: String,
    pub plan: String,
}

/// An image in the script's repository, pushed as the tool does: an earlier stack, whose repository is then made by hand.
async fn image(world: &World, aws: &Cloud) {
    let earlier = GUIDE
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
pub async fn step_6(world: &World, aws: &Cloud) -> Made {
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

pub async fn rest_api(aws: &Cloud, name: &str) -> String {
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

pub async fn there(aws: &Cloud) -> Made {
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

/// Somebody else's statements in a function's policy.
const THEIRS: [(&str, &str, Option<&str>); 2] =
    [("from-s3", "s3.amazonaws.com", Some("arn:aws:s3:::bucket")), ("from-a-friend", "123456789012", None)];

/// Lets somebody else invoke a function.
pub async fn permit(aws: &Cloud, name: &str) {
    for (id, principal, source) in THEIRS {
        let add = aws.lambda.add_permission().function_name(name).statement_id(id).principal(principal);
        let add = add.action("lambda:InvokeFunction").set_source_arn(source.map(str::to_owned));
        add.send().await.unwrap();
    }
}

/// Puts a Zip function in the place of a stack's, with its role, its tags if it is to be `ours`, and two statements of
/// somebody else.
pub async fn make_it_zip(aws: &Cloud, name: &str, ours: bool) {
    let was = aws.lambda.get_function().function_name(name).send().await.unwrap();
    aws.lambda.delete_function().function_name(name).send().await.unwrap();
    let code = FunctionCode::builder().zip_file(Blob::new(b"PK\x05\x06 and so on")).build();
    let create = aws.lambda.create_function().function_name(name).package_type(PackageType::Zip);
    let create = create.code(code).runtime(Runtime::Python312).handler("app.handler");
    let create = create.set_tags(was.tags.filter(|_| ours)).role(was.configuration.unwrap().role.unwrap());
    create.send().await.unwrap();
    let put = aws.lambda.put_function_concurrency().function_name(name);
    put.reserved_concurrent_executions(2).send().await.unwrap();
    permit(aws, name).await;
}
