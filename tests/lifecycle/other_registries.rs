//! `image.uri`: the registry that it names is asked.

use crate::world::{ACCOUNT, REGION, World};
use aws_sdk_ecr::types::ImageIdentifier;
use lambdeploy::testing::{aws::Cloud, stack_graph::Wishes};
use serde_json::json;

const OTHER: &str = "111111111111";

fn host(account: &str, region: &str) -> String {
    format!("{account}.dkr.ecr.{region}.amazonaws.com")
}

fn worker(uri: &str) -> String {
    format!(
        "stack: worker\nregion: us-east-2\nfunctions: {{f: {{image: {{uri: '{uri}'}}}}}}\napi: {{routes: {{GET /: f}}}}\n"
    )
}

/// Another account's stack, whose image is to be run by ours: gives its digest.
async fn theirs(world: &World) -> String {
    let aws = world.cloud_of(OTHER, REGION).await;
    let text = "stack: theirs\nregion: us-east-2\nfunctions: {f: {image: {context: ., repository: shared}}}\n\
                api: {routes: {GET /: f}}\n";
    let stack = world.stack(text);
    let graph = lambdeploy::testing::stack_graph::StackGraph::observed(
        &stack,
        &aws,
        world.docker.clone(),
        Wishes::default(),
    );
    let graph = graph.await.unwrap();
    let report = graph.apply(&Default::default(), world.sink(), &Default::default()).await;
    assert!(report.is_complete(), "{report:?}");
    let images = aws.ecr.describe_images().repository_name("shared").send().await.unwrap();
    let digest = images.image_details()[0].image_digest().unwrap().to_owned();
    let id = ImageIdentifier::builder().image_digest(&digest).build();
    let got = aws.ecr.batch_get_image().repository_name("shared").image_ids(id).send().await.unwrap();
    let put = aws.ecr.put_image().repository_name("shared").image_tag("v1");
    put.image_manifest(got.images()[0].image_manifest().unwrap()).send().await.unwrap();
    digest
}

/// What the other account allows; `look`: also this account's users.
async fn open(world: &World, look: bool) {
    let actions = ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"];
    let lambda =
        json!({"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": actions});
    let users = json!({"Effect": "Allow", "Principal": {"AWS": format!("arn:aws:iam::{ACCOUNT}:root")}, "Action": actions});
    let statements = if look { vec![lambda, users] } else { vec![lambda] };
    let policy = json!({"Version": "2012-10-17", "Statement": statements}).to_string();
    let aws = world.cloud_of(OTHER, REGION).await;
    aws.ecr.set_repository_policy().repository_name("shared").policy_text(policy).send().await.unwrap();
}

async fn refusal(world: &World, uri: &str) -> String {
    let text = worker(uri);
    let stack = world.stack(&text);
    let observed = world.observed(&stack, Wishes::default()).await;
    format!("{:#}", observed.err().expect("it is refused before anything is made"))
}

async fn image(aws: &Cloud) -> String {
    let got = aws.lambda.get_function().function_name("worker-f").send().await.unwrap();
    got.code().unwrap().resolved_image_uri().unwrap().to_owned()
}

#[tokio::test(start_paused = true)]
pub(crate) async fn another_accounts_image_runs_where_it_lets_us_in() {
    let world = World::new();
    let digest = theirs(&world).await;
    let (tag, pinned) =
        (format!("{}/shared:v1", host(OTHER, REGION)), format!("{}/shared@{digest}", host(OTHER, REGION)));
    let before = world.dump();
    let why = refusal(&world, &tag).await;
    assert!(why.contains("account 111111111111") && why.contains("ecr:BatchGetImage"), "{why}");
    assert_eq!(world.dump(), before);
    open(&world, true).await;
    world.settles(&worker(&tag)).await;
    let aws = world.cloud_in(REGION).await;
    assert_eq!(image(&aws).await, pinned);
    world.settles(&worker(&pinned)).await;
    assert!(world.destroy(&worker(&tag)).await.is_complete());
}

#[tokio::test(start_paused = true)]
async fn a_digest_needs_no_look() {
    let world = World::new();
    let digest = theirs(&world).await;
    open(&world, false).await;
    let text = worker(&format!("{}/shared@{digest}", host(OTHER, REGION)));
    let stack = world.stack(&text);
    let plan = world.observed(&stack, Wishes::default()).await.unwrap().plan(&Default::default()).unwrap();
    assert!(plan.has_changes() && plan.refusals().next().is_none());
}

#[tokio::test(start_paused = true)]
async fn an_image_that_is_not_there_or_elsewhere_is_refused_before_anything_is_made() {
    let world = World::new();
    theirs(&world).await;
    open(&world, true).await;
    let before = world.dump();
    let why = refusal(&world, &format!("{}/shared:v1", host(OTHER, "eu-west-1"))).await;
    assert!(why.contains("is in the region eu-west-1") && why.contains("us-east-2"), "{why}");
    let why = refusal(&world, &format!("{}/shared:v2", host(OTHER, REGION))).await;
    assert!(why.contains("account 111111111111 has no such image in us-east-2"), "{why}");
    let why = refusal(&world, &format!("{}/shared:v1", host(ACCOUNT, REGION))).await;
    assert!(
        why.contains("account 000000000000 has no such image"),
        "the own registry is not the other's: {why}"
    );
    assert_eq!(world.dump(), before);
}

#[tokio::test(start_paused = true)]
async fn an_image_that_lambda_can_not_run_is_refused_in_the_plan() {
    let world = World::new();
    let digest = theirs(&world).await;
    open(&world, true).await;
    let aws = world.cloud_of(OTHER, REGION).await;
    let id = ImageIdentifier::builder().image_digest(&digest).build();
    let got = aws.ecr.batch_get_image().repository_name("shared").image_ids(id).send().await.unwrap();
    let gzip = got.images()[0].image_manifest().unwrap();
    let zstd = gzip
        .replace(
            "application/vnd.docker.distribution.manifest.v2+json",
            "application/vnd.oci.image.manifest.v1+json",
        )
        .replace(
            "application/vnd.docker.image.rootfs.diff.tar.gzip",
            "application/vnd.oci.image.layer.v1.tar+zstd",
        )
        .replace("tar+gzip", "tar+zstd");
    assert_ne!(gzip, zstd);
    let put = aws.ecr.put_image().repository_name("shared").image_tag("zstd").image_manifest(zstd);
    put.send().await.unwrap();
    let why = refusal(&world, &format!("{}/shared:zstd", host(OTHER, REGION))).await;
    assert!(why.contains("compressed with zstd") && why.contains("gzip only"), "{why}");
}
