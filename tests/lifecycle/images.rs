//! Images and their repositories as people keep them: tags that can't be moved, an archive, layers that Lambda can't read.

use crate::{
    by_hand::ADOPT,
    stacks::{HELLO, THREE},
    world::{World, lines, write},
};
use aws_sdk_ecr::types::{Image, ImageIdentifier, ImageTagMutability, TargetStorageClass};
use lambdeploy::testing::{
    aws::Cloud,
    docker::Call,
    engine::{Change, Options},
    stack_graph::Wishes,
};

const REPOSITORY: &str = "hello/hello";

/// A repository that was there before, as Security Hub wants it, with a statement of its owner's.
async fn immutable(aws: &Cloud) {
    let create = aws.ecr.create_repository().repository_name(REPOSITORY);
    create.image_tag_mutability(ImageTagMutability::Immutable).send().await.unwrap();
    let wide = r#"{"Version":"2012-10-17","Statement":[{"Sid":"LambdaECRImageRetrievalPolicy","Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":["ecr:BatchGetImage","ecr:GetDownloadUrlForLayer"],"Condition":{"StringLike":{"aws:sourceArn":"arn:aws:lambda:us-east-2:111111111111:function:*"}}}]}"#;
    aws.ecr.set_repository_policy().repository_name(REPOSITORY).policy_text(wide).send().await.unwrap();
}

async fn tags(aws: &Cloud) -> Vec<String> {
    let listed = aws.ecr.list_images().repository_name(REPOSITORY).send().await.unwrap();
    let mut tags: Vec<_> = listed.image_ids().iter().filter_map(|i| i.image_tag.clone()).collect();
    tags.sort();
    tags
}

async fn up(world: &World, rebuild: bool) {
    let report = world.up_with(HELLO, &ADOPT, Wishes { rebuild, ..Wishes::default() }).await;
    assert!(report.is_complete(), "{report:?}");
    assert_eq!(lines(&world.plan(HELLO).await), [""; 0]);
}

async fn running(aws: &Cloud) -> String {
    let c = aws.lambda.get_function_configuration().function_name("hello-hello").send().await.unwrap();
    c.code_sha256().unwrap().to_owned()
}

#[tokio::test(start_paused = true)]
pub(crate) async fn an_adopted_repository_keeps_its_immutable_tags_and_its_owners_statements() {
    let world = World::new();
    let aws = world.cloud().await;
    immutable(&aws).await;
    up(&world, false).await;
    let (first, runs) = (tags(&aws).await, running(&aws).await);
    assert_eq!(first.len(), 1);
    for n in 2..4 {
        up(&world, true).await;
        let all = tags(&aws).await;
        assert_eq!((all.len(), all.iter().all(|t| t.starts_with(&first[0]))), (n, true), "{all:?}");
    }
    assert_ne!(running(&aws).await, runs, "the rebuilt image is the one that runs");
    let found = aws.ecr.describe_repositories().repository_names(REPOSITORY).send().await.unwrap();
    assert_eq!(found.repositories()[0].image_tag_mutability(), Some(&ImageTagMutability::Immutable));
    let policy = aws.ecr.get_repository_policy().repository_name(REPOSITORY).send().await.unwrap();
    assert!(
        policy.policy_text().unwrap().contains("111111111111"),
        "its owner lets another account's Lambda in"
    );
    write(world.folder.path(), "app.py", "another");
    up(&world, false).await;
    assert_eq!(tags(&aws).await.len(), 4);
}

/// An image that Lambda can't pull or read any more, by its tag, is pushed again by the next `up`: in a repository of the
/// stack's own, and in one whose tags can't be moved. Gives the images that run then.
async fn pushed_again(spoil: impl AsyncFn(&Cloud, &str)) -> Vec<Image> {
    let world = World::new();
    let aws = world.cloud().await;
    let mut pulled = Vec::new();
    for fixed in [false, true] {
        if fixed {
            assert!(world.destroy(HELLO).await.is_complete());
            immutable(&aws).await;
        }
        up(&world, false).await;
        spoil(&aws, &tags(&aws).await.remove(0)).await;
        assert_eq!(lines(&world.plan(HELLO).await)[0], "+ image/hello");
        up(&world, false).await;
        let id = ImageIdentifier::builder().image_digest(format!("sha256:{}", running(&aws).await)).build();
        let get = aws.ecr.batch_get_image().repository_name(REPOSITORY).image_ids(id).send().await.unwrap();
        pulled.extend(get.images.unwrap());
    }
    pulled
}

async fn archived(aws: &Cloud, tag: &str) {
    let id = ImageIdentifier::builder().image_tag(tag).build();
    let archive = aws.ecr.update_image_storage_class().repository_name(REPOSITORY).image_id(id);
    archive.target_storage_class(TargetStorageClass::Archive).send().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn what_is_in_the_archive_is_not_there() {
    assert_eq!(pushed_again(archived).await.len(), 2, "what runs can be pulled");
}

/// Puts in the tag's place what a store that keeps layers as they came would have pushed.
async fn with_zstd(aws: &Cloud, tag: &str) {
    let id = |tag: &str| ImageIdentifier::builder().image_tag(tag).build();
    let get = aws.ecr.batch_get_image().repository_name(REPOSITORY).image_ids(id(tag));
    let pulled = get.send().await.unwrap();
    let manifest = pulled.images()[0].image_manifest().unwrap().replace("tar+gzip", "tar+zstd");
    // Its layers go with their last image, and a tag may be one that can't be moved.
    for (new, old) in [("meanwhile", tag), (tag, "meanwhile")] {
        let put = aws.ecr.put_image().repository_name(REPOSITORY).image_tag(new);
        put.image_manifest(&manifest).send().await.unwrap();
        aws.ecr.batch_delete_image().repository_name(REPOSITORY).image_ids(id(old)).send().await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn a_tag_whose_image_lambda_can_not_run_is_not_there() {
    let images = pushed_again(with_zstd).await;
    assert_eq!(images.len(), 2);
    for image in images {
        assert!(image.image_manifest().unwrap().contains("tar+gzip"), "what runs can be read");
    }
}

#[tokio::test(start_paused = true)]
async fn three_functions_of_one_context_are_one_build_and_one_push() {
    let world = World::new();
    let before = world.dump();
    world.settles(THREE).await;
    let calls = world.docker.calls();
    assert!(matches!(&calls[..], [Call::Build { .. }, Call::Push { .. }]), "{calls:#?}");
    let aws = world.cloud().await;
    let found = aws.ecr.describe_repositories().send().await.unwrap();
    let names: Vec<_> = found.repositories().iter().filter_map(|r| r.repository_name()).collect();
    assert_eq!(names, ["shop/items"]);
    let shared = world.plan_destroy(THREE, &Options::default()).await;
    let of = |kind: &str| {
        shared.items.iter().filter(|i| i.id.kind() == kind && i.change == Change::Delete).count()
    };
    assert_eq!((of("repository"), of("function")), (1, 3));
    assert!(world.destroy(THREE).await.is_complete());
    assert_eq!(world.dump(), before);
}

#[tokio::test(start_paused = true)]
async fn a_repository_that_several_name_goes_with_the_last_of_them() {
    let two = "
stack: shop
region: us-east-2
functions:
  a: {image: {context: ., repository: all}}
  b: {image: {context: ., repository: all, args: {WHICH: b}}}
  c: {image: {context: ., repository: other}}
api:
  routes: {GET /a: a, GET /b: b, GET /c: c}
";
    let world = World::new();
    world.settles(two).await;
    assert_eq!(world.docker.calls().len(), 6, "three images: two pairs are not equal, one is elsewhere");
    let aws = world.cloud().await;
    let repositories = async || {
        let found = aws.ecr.describe_repositories().send().await.unwrap();
        found.repositories().iter().filter_map(|r| r.repository_name.clone()).collect::<Vec<_>>()
    };
    let without = |key: &str, text: &str| {
        let lines = text.lines().filter(|l| !l.starts_with(&format!("  {key}:")));
        let text: String = lines.map(|l| format!("{l}\n")).collect();
        text.replace(&format!("GET /{key}: {key}, "), "")
    };
    let one = without("a", two);
    world.settles(&one).await;
    assert_eq!(repositories().await, ["all", "other"], "b still uses it");
    let none = without("b", &one);
    world.settles(&none).await;
    assert_eq!(repositories().await, ["other"]);
    // Both at once: the repository is named once.
    world.settles(two).await;
    let gone = without("b", &without("a", two));
    let plan = lines(&world.plan(&gone).await);
    assert_eq!(plan.iter().filter(|l| l.starts_with("- repository/")).count(), 1, "{plan:#?}");
    world.settles(&gone).await;
    assert_eq!(repositories().await, ["other"]);
}
