//! After an `up`, old images go; what anything of the region runs stays, and no `up` fails of it.

use crate::{
    stacks::HELLO,
    world::{World, write},
};
use aws_sdk_ecr::types::{ImageDetail, ImageIdentifier};
use lambdeploy::testing::{aws::Cloud, engine::Event, stack_graph::Wishes};
use local_aws::{Config, FaultPlan};
use serde_json::json;
use std::time::Duration;

const REPOSITORY: &str = "hello/hello";

/// HELLO, of which nothing but what runs stays.
fn hello() -> String {
    HELLO.replace("image: {context: .}", "image: {context: ., keep: 1}")
}

/// Another content, a second later, deployed.
async fn edit(world: &World, text: &str, content: &str) {
    tokio::time::sleep(Duration::from_secs(1)).await;
    write(world.folder.path(), "app.py", content);
    assert_eq!(world.up_and_prune(text, Wishes::default()).await, [""; 0]);
}

async fn rebuild(world: &World, text: &str) {
    tokio::time::sleep(Duration::from_secs(1)).await;
    let wishes = Wishes { rebuild: true, ..Wishes::default() };
    assert_eq!(world.up_and_prune(text, wishes).await, [""; 0]);
}

async fn images(aws: &Cloud) -> Vec<ImageDetail> {
    aws.ecr.describe_images().repository_name(REPOSITORY).send().await.unwrap().image_details.unwrap()
}

/// What the function runs.
async fn running(aws: &Cloud, function: &str) -> String {
    let c = aws.lambda.get_function_configuration().function_name(function).send().await.unwrap();
    format!("sha256:{}", c.code_sha256().unwrap())
}

async fn has(aws: &Cloud, digest: &str) -> bool {
    images(aws).await.iter().any(|i| i.image_digest() == Some(digest))
}

async fn manifest(aws: &Cloud, digest: &str) -> String {
    let id = ImageIdentifier::builder().image_digest(digest).build();
    let got = aws.ecr.batch_get_image().repository_name(REPOSITORY).image_ids(id).send().await.unwrap();
    got.images()[0].image_manifest().unwrap().to_owned()
}

async fn tag(aws: &Cloud, digest: &str, tag: &str) {
    let put = aws.ecr.put_image().repository_name(REPOSITORY).image_tag(tag);
    put.image_manifest(manifest(aws, digest).await).send().await.unwrap();
}

#[tokio::test(start_paused = true)]
pub(crate) async fn what_another_stack_runs_stays() {
    let world = World::with(Config { page_size: Some(2), ..Config::default() });
    let hello = hello().replace("  cors: {origins: ['https://www.example.com']}\n", "");
    world.settles(&hello).await;
    let aws = world.cloud().await;
    let first = running(&aws, "hello-hello").await;
    let uri = format!("000000000000.dkr.ecr.us-east-2.amazonaws.com/{REPOSITORY}@{first}");
    let worker = format!(
        "stack: worker\nregion: us-east-2\nfunctions: {{f: {{image: {{uri: '{uri}'}}}}, z: {{image: {{uri: '{uri}'}}}}}}\n\
         api: {{routes: {{GET /: f}}}}\n"
    );
    world.settles(&worker).await;
    for content in ["second", "third", "fourth"] {
        edit(&world, &hello, content).await;
    }
    assert_eq!(running(&aws, "worker-z").await, first);
    assert!(has(&aws, &first).await, "another stack's function runs it");
    assert_eq!(images(&aws).await.len(), 2);
    assert!(world.destroy(&worker).await.is_complete());
    edit(&world, &hello, "fifth").await;
    assert_eq!(images(&aws).await.len(), 1, "nothing uses it any more");
}

#[tokio::test(start_paused = true)]
pub(crate) async fn what_a_version_runs_that_an_alias_names_stays() {
    let (world, hello) = (World::new(), hello());
    world.settles(&hello).await;
    let aws = world.cloud().await;
    let first = running(&aws, "hello-hello").await;
    let alias = aws.lambda.create_alias().function_name("hello-hello").name("by-hand").function_version("1");
    alias.send().await.unwrap();
    for content in ["second", "third"] {
        edit(&world, &hello, content).await;
    }
    assert!(has(&aws, &first).await, "version 1 runs it");
    assert_eq!(images(&aws).await.len(), 2);
}

#[tokio::test(start_paused = true)]
async fn what_a_rebuild_left_without_a_tag_counts() {
    let (world, hello) = (World::new(), hello());
    world.settles(&hello).await;
    let aws = world.cloud().await;
    for _ in 0..3 {
        rebuild(&world, &hello).await;
        assert_eq!(images(&aws).await.len(), 1);
    }
    let kept = hello.replace("keep: 1", "keep: 2");
    rebuild(&world, &kept).await;
    let left = images(&aws).await;
    assert_eq!((left.len(), left.iter().filter(|i| i.image_tags().is_empty()).count()), (2, 1));
}

#[tokio::test(start_paused = true)]
async fn an_index_goes_with_the_images_in_it() {
    let (world, hello) = (World::new(), hello());
    world.settles(&hello).await;
    let aws = world.cloud().await;
    let first = running(&aws, "hello-hello").await;
    let size = manifest(&aws, &first).await.len();
    let kind = "application/vnd.oci.image.manifest.v1+json";
    let platform = json!({"architecture": "amd64", "os": "linux"});
    let child = json!({"mediaType": kind, "digest": first, "size": size, "platform": platform});
    let kind = "application/vnd.oci.image.index.v1+json";
    let index = json!({"schemaVersion": 2, "mediaType": kind, "manifests": [child]}).to_string();
    let put =
        |tag: &str| aws.ecr.put_image().repository_name(REPOSITORY).image_tag(tag).image_manifest(&index);
    // As a push of an index leaves it: the image in it has no tag.
    let own = images(&aws).await[0].image_tags()[0].clone();
    put(&own).send().await.unwrap();
    tokio::time::sleep(Duration::from_secs(1)).await;
    edit(&world, &hello, "second").await;
    assert_eq!(images(&aws).await.len(), 1, "{:#?}", images(&aws).await);
    // In somebody else's index it is theirs.
    let second = running(&aws, "hello-hello").await;
    let theirs = index.replace(&first, &second);
    let put = aws.ecr.put_image().repository_name(REPOSITORY).image_tag("theirs").image_manifest(theirs);
    put.send().await.unwrap();
    edit(&world, &hello, "third").await;
    assert!(has(&aws, &second).await);
    assert_eq!(images(&aws).await.len(), 3);
}

#[tokio::test(start_paused = true)]
async fn what_somebody_else_has_named_or_may_run_stays() {
    let (world, hello) = (World::new(), hello());
    world.settles(&hello).await;
    let aws = world.cloud().await;
    let first = running(&aws, "hello-hello").await;
    tag(&aws, &first, "prod").await;
    edit(&world, &hello, "second").await;
    assert!(has(&aws, &first).await, "it is somebody's `prod`");
    let policy = aws.ecr.get_repository_policy().repository_name(REPOSITORY).send().await.unwrap();
    let ours = policy.policy_text().unwrap();
    let theirs = r#""Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111111111111:root"},"Action":"ecr:BatchGetImage"},"#;
    let open = ours.replacen("\"Statement\" : [", theirs, 1);
    assert_ne!(open, ours);
    aws.ecr.set_repository_policy().repository_name(REPOSITORY).policy_text(open).send().await.unwrap();
    edit(&world, &hello, "third").await;
    assert_eq!(images(&aws).await.len(), 3);
    let said = world.said.borrow();
    let says =
        |e: &Event| matches!(e, Event::Note { text, .. } if text.contains("other accounts may use them"));
    assert!(said.iter().any(|(_, e)| says(e)));
}

#[tokio::test(start_paused = true)]
async fn a_refusal_is_said_and_the_next_run_tries_again() {
    let (world, hello) = (World::new(), hello());
    world.settles(&hello).await;
    let aws = world.cloud().await;
    write(world.folder.path(), "app.py", "second");
    for operation in ["ListFunctions", "BatchDeleteImage", "DescribeImages"] {
        tokio::time::sleep(Duration::from_secs(1)).await;
        write(world.folder.path(), "app.py", operation);
        let action = json!({"refuse": {"status": 400, "code": "AccessDeniedException"}});
        let faults = json!({"faults": [{"operation": operation, "nth": 1, "action": action}]});
        world.aws.set_faults(serde_json::from_value::<FaultPlan>(faults).unwrap());
        let failed = world.up_and_prune(&hello, Wishes::default()).await;
        let told = format!("old images stay in the repository {REPOSITORY}: {operation} failed");
        assert!(failed.len() == 1 && failed[0].starts_with(&told), "{failed:?}");
        world.aws.set_faults(FaultPlan::default());
    }
    edit(&world, &hello, "last").await;
    assert_eq!(images(&aws).await.len(), 1);
}
