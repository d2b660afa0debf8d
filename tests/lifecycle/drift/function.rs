//! The function and the permission.

use super::named::REPOSITORY;
use super::{
    Drift,
    keys::{api_id, tag},
    named::ROLE,
};
use aws_sdk_ecr::types::ImageIdentifier;
use aws_sdk_lambda::{
    operation::update_function_configuration::builders::UpdateFunctionConfigurationFluentBuilder as Update,
    types::{
        Architecture, Environment, EphemeralStorage, ImageConfig, SnapStart, SnapStartApplyOn, TracingConfig,
        TracingMode, VpcConfig,
    },
};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use lambdeploy::testing::aws::Cloud;

const NAME: &str = "hello-hello";
const LIVE: &str = "live";

async fn configure(aws: &Cloud, change: impl FnOnce(Update) -> Update) {
    change(aws.lambda.update_function_configuration().function_name(NAME)).send().await.unwrap();
}

fn image_config(
    change: impl FnOnce(
        aws_sdk_lambda::types::builders::ImageConfigBuilder,
    ) -> aws_sdk_lambda::types::builders::ImageConfigBuilder,
) -> ImageConfig {
    change(ImageConfig::builder()).build()
}

/// The repository's image under another digest: the same layers, another manifest.
async fn other_image(aws: &Cloud) -> String {
    let ids = aws.ecr.list_images().repository_name(REPOSITORY).send().await.unwrap();
    let id = ids.image_ids()[0].clone();
    let got = aws.ecr.batch_get_image().repository_name(REPOSITORY).image_ids(id).send().await.unwrap();
    let manifest = got.images()[0].image_manifest().unwrap();
    let mut other: serde_json::Value = serde_json::from_str(manifest).unwrap();
    other["annotations"] = serde_json::json!({ "by": "hand" });
    let put = aws.ecr.put_image().repository_name(REPOSITORY).image_tag("by-hand");
    let media_type = other["mediaType"].as_str().unwrap().to_owned();
    let put =
        put.image_manifest(other.to_string()).image_manifest_media_type(media_type).send().await.unwrap();
    let id: &ImageIdentifier = put.image().unwrap().image_id().unwrap();
    let found = aws.ecr.describe_repositories().repository_names(REPOSITORY).send().await.unwrap();
    format!("{}@{}", found.repositories()[0].repository_uri().unwrap(), id.image_digest().unwrap())
}

async fn configuration(drift: &mut Drift) {
    drift.shows("description", async |aws| configure(aws, |u| u.description("by hand")).await).await;
    drift.shows("memory", async |aws| configure(aws, |u| u.memory_size(512)).await).await;
    drift.shows("timeout", async |aws| configure(aws, |u| u.timeout(30)).await).await;
    let storage = EphemeralStorage::builder().size(1024).build().unwrap();
    drift
        .shows("ephemeral_storage", async |aws| configure(aws, |u| u.ephemeral_storage(storage)).await)
        .await;
    let environment = Environment::builder().variables("GREETING", "Bye").variables("MORE", "1").build();
    drift
        .shows_as("environment", &["ALLOWED_ORIGINS", "GREETING", "MORE"], async |aws| {
            configure(aws, |u| u.environment(environment)).await;
        })
        .await;
    let snapshots = SnapStart::builder().apply_on(SnapStartApplyOn::PublishedVersions).build();
    drift.shows("snapstart", async |aws| configure(aws, |u| u.snap_start(snapshots)).await).await;
    let config = image_config(|c| c.entry_point("/bin/other"));
    drift.shows("entrypoint", async |aws| configure(aws, |u| u.image_config(config)).await).await;
    let config = image_config(|c| c.command("other.handler"));
    drift.shows("command", async |aws| configure(aws, |u| u.image_config(config)).await).await;
    let config = image_config(|c| c.working_directory("/tmp"));
    drift.shows("working_directory", async |aws| configure(aws, |u| u.image_config(config)).await).await;
}

async fn rights_and_tags(drift: &mut Drift) {
    let tracing = TracingConfig::builder().mode(TracingMode::Active).build();
    drift
        .shows("tracing", async |aws| {
            let arn = "arn:aws:iam::aws:policy/AWSXRayDaemonWriteAccess";
            aws.iam.attach_role_policy().role_name(ROLE).policy_arn(arn).send().await.unwrap();
            configure(aws, |u| u.tracing_config(tracing)).await;
            aws.iam.detach_role_policy().role_name(ROLE).policy_arn(arn).send().await.unwrap();
        })
        .await;
    drift
        .shows("role", async |aws| {
            let trust = aws.iam.get_role().role_name(ROLE).send().await.unwrap().role.unwrap();
            let trust = trust.assume_role_policy_document().unwrap().replace("%22", "\"");
            let trust = percent_encoding::percent_decode_str(&trust).decode_utf8().unwrap().into_owned();
            let made = aws.iam.create_role().role_name("by-hand").assume_role_policy_document(trust);
            let arn = made.send().await.unwrap().role.unwrap().arn;
            configure(aws, |u| u.role(arn)).await;
        })
        .await;
    drift
        .shows("reserved_concurrency", async |aws| {
            let put = aws.lambda.put_function_concurrency().function_name(NAME);
            put.reserved_concurrent_executions(3).send().await.unwrap();
        })
        .await;
    let arn = drift.aws.arn("lambda", &format!("function:{NAME}")).unwrap();
    drift
        .shows_as("tags", &["more", "team"], async |aws| {
            aws.lambda.tag_resource().resource(&arn).tags("more", "yes").send().await.unwrap();
            aws.lambda.untag_resource().resource(&arn).tag_keys("team").send().await.unwrap();
        })
        .await;
}

async fn code(drift: &mut Drift) {
    drift
        .shows("image", async |aws| {
            let update = aws.lambda.update_function_code().function_name(NAME);
            update.image_uri(other_image(aws).await).send().await.unwrap();
        })
        .await;
    drift
        .shows("architecture", async |aws| {
            let code = aws.lambda.get_function().function_name(NAME).send().await.unwrap().code.unwrap();
            let update = aws.lambda.update_function_code().function_name(NAME);
            let update = update.image_uri(code.image_uri.unwrap()).architectures(Architecture::Arm64);
            update.send().await.unwrap();
        })
        .await;
}

#[tokio::test(start_paused = true)]
pub(crate) async fn settings() {
    let mut drift = Drift::of("function/hello").await;
    configuration(&mut drift).await;
    rights_and_tags(&mut drift).await;
    code(&mut drift).await;
    network(&mut drift).await;
    drift
        .every_field_is_proven(&[
            ("state", "AWS's own word on it, which no call sets"),
            ("package_type", "AWS changes it for no function that is there"),
        ])
        .await;
}

/// What a run that died wrote down, as it writes it; then what somebody made of it.
#[tokio::test(start_paused = true)]
pub(crate) async fn kept_statements() {
    let mut drift = Drift::of("kept-statements/hello").await;
    let api = format!("restapis/{}", api_id(&drift.aws).await);
    let key = format!("lambdeploy:kept:{NAME}:00");
    let arn = drift.aws.arn("lambda", &format!("function:{NAME}")).unwrap();
    let statement = format!(
        r#"[{{"Sid":"from-s3","Effect":"Allow","Principal":{{"Service":"s3.amazonaws.com"}},"Action":"lambda:InvokeFunction","Resource":"{arn}"}}]"#
    );
    let text = BASE64_URL_SAFE_NO_PAD.encode(statement);
    for (value, shown) in [(&text[..], "from-s3"), ("nonsense", "(not readable any more)")] {
        let line = format!(r#"~ kept-statements/hello statements ["{shown}"] → []"#);
        drift.heals(&[&line], async |aws| tag(aws, &api, &key, Some(value)).await).await;
    }
    drift.proves("statements");
    drift.every_field_is_proven(&[]).await;
    let policy = drift.aws.lambda.get_policy().function_name(NAME).send().await.unwrap();
    assert!(policy.policy().unwrap().contains("from-s3"), "{policy:?}");
}

/// Subnets and security groups come and go together.
async fn network(drift: &mut Drift) {
    let arn = "arn:aws:iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole";
    let vpc = VpcConfig::builder()
        .subnet_ids("subnet-0123456789abcdef0")
        .security_group_ids("sg-0123456789abcdef0")
        .build();
    drift
        .heals(
            &[
                r#"~ function/hello security_groups ["sg-0123456789abcdef0"] → []"#,
                r#"~ function/hello subnets ["subnet-0123456789abcdef0"] → []"#,
            ],
            async |aws| {
                aws.iam.attach_role_policy().role_name(ROLE).policy_arn(arn).send().await.unwrap();
                configure(aws, |u| u.vpc_config(vpc)).await;
                aws.iam.detach_role_policy().role_name(ROLE).policy_arn(arn).send().await.unwrap();
            },
        )
        .await;
    drift.proves("subnets");
    drift.proves("security_groups");
}

#[tokio::test(start_paused = true)]
pub(crate) async fn permission() {
    let mut drift = Drift::of("permission/hello").await;
    let account = crate::world::ACCOUNT;
    let source = {
        let policy = drift.aws.lambda.get_policy().function_name(NAME).qualifier(LIVE).send().await.unwrap();
        let policy: serde_json::Value = serde_json::from_str(policy.policy().unwrap()).unwrap();
        policy["Statement"][0]["Condition"]["ArnLike"]["AWS:SourceArn"].as_str().unwrap().to_owned()
    };
    let again = async |aws: &Cloud, action: &str, principal: &str, source: &str, account: Option<&str>| {
        for sid in ["lambdeploy-hello", "lambdeploy-hello_2"] {
            let remove = aws.lambda.remove_permission().function_name(NAME).qualifier(LIVE).statement_id(sid);
            _ = remove.send().await;
        }
        let add =
            aws.lambda.add_permission().function_name(NAME).qualifier(LIVE).statement_id("lambdeploy-hello");
        let add = add.action(action).principal(principal).source_arn(source);
        add.set_source_account(account.map(str::to_owned)).send().await.unwrap();
    };
    let (invoke, gateway) = ("lambda:InvokeFunction", "apigateway.amazonaws.com");
    drift.shows("action", async |aws| again(aws, "lambda:GetFunction", gateway, &source, None).await).await;
    drift.shows("principal", async |aws| again(aws, invoke, "s3.amazonaws.com", &source, None).await).await;
    let narrow = source.replace("/*/*/*", "/*/GET/");
    drift.shows("source_arn", async |aws| again(aws, invoke, gateway, &narrow, None).await).await;
    drift
        .shows("other_conditions", async |aws| again(aws, invoke, gateway, &source, Some(account)).await)
        .await;
    let arn = drift.aws.arn("lambda", &format!("function:{NAME}:{LIVE}")).unwrap();
    drift
        .shows("effect", async |aws| {
            let policy = aws.lambda.get_policy().function_name(NAME).qualifier(LIVE).send().await.unwrap();
            let policy = policy.policy().unwrap().replace("Allow", "Deny");
            aws.lambda.put_resource_policy().resource_arn(&arn).policy(policy).send().await.unwrap();
        })
        .await;
    drift
        .shows("left_over", async |aws| {
            let policy = aws.lambda.get_policy().function_name(NAME).qualifier(LIVE).send().await.unwrap();
            let has_first = policy.policy().unwrap().contains(r#""lambdeploy-hello""#);
            let other = if has_first { "lambdeploy-hello_2" } else { "lambdeploy-hello" };
            let add = aws.lambda.add_permission().function_name(NAME).qualifier(LIVE).statement_id(other);
            add.action(invoke).principal(gateway).source_arn(&source).send().await.unwrap();
        })
        .await;
    drift.proves("on");
    drift.proves("former");
    drift.every_field_is_proven(&[]).await;
}

#[tokio::test(start_paused = true)]
pub(crate) async fn what_is_missing_is_made() {
    let drift = Drift::of("function/hello").await;
    drift
        .heals(&["+ permission/hello"], async |aws| {
            let remove = aws.lambda.remove_permission().function_name(NAME).qualifier(LIVE);
            remove.statement_id("lambdeploy-hello").send().await.unwrap();
        })
        .await;
    drift
        .heals(&["+ function/hello", "+ version/hello", "+ alias/hello", "+ permission/hello"], async |aws| {
            aws.lambda.delete_function().function_name(NAME).send().await.unwrap();
        })
        .await;
}
