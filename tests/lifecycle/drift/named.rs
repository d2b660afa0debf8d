//! What is found by name: role, log group, repository, image.

use super::Drift;
use aws_sdk_ecr::types::{ImageTagMutability, Tag as EcrTag};
use aws_sdk_iam::types::Tag as IamTag;

pub(super) const ROLE: &str = "hello-hello-us-east-2";
pub(super) const GROUP: &str = "/aws/lambda/hello-hello";
pub(super) const REPOSITORY: &str = "hello/hello";
const OTHER_POLICY: &str =
    r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}"#;
const OTHER_TRUST: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":["lambda.amazonaws.com","ec2.amazonaws.com"]},"Action":"sts:AssumeRole"}]}"#;

fn iam_tag(key: &str, value: &str) -> IamTag {
    IamTag::builder().key(key).value(value).build().unwrap()
}

#[tokio::test(start_paused = true)]
pub(crate) async fn role() {
    let mut drift = Drift::of("role/hello").await;
    drift
        .shows_as("trust", &["Statement"], async |aws| {
            aws.iam
                .update_assume_role_policy()
                .role_name(ROLE)
                .policy_document(OTHER_TRUST)
                .send()
                .await
                .unwrap();
        })
        .await;
    policies(&mut drift).await;
    let put = drift.aws.iam.put_role_permissions_boundary().role_name(ROLE);
    put.permissions_boundary("arn:aws:iam::aws:policy/AmazonS3FullAccess").send().await.unwrap();
    assert_eq!(
        drift.changes_after(async |_| {}).await,
        [""; 0],
        "a boundary that the file doesn't name stays"
    );
    drift
        .shows_as("tags", &["more", "team"], async |aws| {
            let tag = aws.iam.tag_role().role_name(ROLE);
            tag.tags(iam_tag("team", "api")).tags(iam_tag("more", "yes")).send().await.unwrap();
        })
        .await;
    let theirs = "only the file's own boundary is wished: another test sets that";
    drift.every_field_is_proven(&[("boundary", theirs)]).await;
}

async fn policies(drift: &mut Drift) {
    drift
        .shows("policies", async |aws| {
            let arn = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess";
            aws.iam.detach_role_policy().role_name(ROLE).policy_arn(arn).send().await.unwrap();
        })
        .await;
    drift
        .shows("policies", async |aws| {
            let arn = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole";
            aws.iam.attach_role_policy().role_name(ROLE).policy_arn(arn).send().await.unwrap();
        })
        .await;
    for name in ["lambdeploy", "by-hand"] {
        let (field, shown): (_, &[_]) =
            if name == "lambdeploy" { ("statements", &["Statement"]) } else { ("other_policies", &[""]) };
        drift
            .shows_as(field, shown, async |aws| {
                let put = aws.iam.put_role_policy().role_name(ROLE).policy_name(name);
                put.policy_document(OTHER_POLICY).send().await.unwrap();
            })
            .await;
    }
    drift
        .shows("statements", async |aws| {
            aws.iam.delete_role_policy().role_name(ROLE).policy_name("lambdeploy").send().await.unwrap();
        })
        .await;
}

#[tokio::test(start_paused = true)]
pub(crate) async fn a_boundary_that_the_file_names_takes_the_place_of_another() {
    let drift = Drift::of("role/hello").await;
    let put = drift.aws.iam.put_role_permissions_boundary().role_name(ROLE);
    put.permissions_boundary("arn:aws:iam::aws:policy/AmazonS3FullAccess").send().await.unwrap();
    let boundary = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess";
    let role = format!("role: {{boundary: '{boundary}', policies");
    drift.world.settles(&super::STACK.replace("role: {policies", &role)).await;
    let role = drift.aws.iam.get_role().role_name(ROLE).send().await.unwrap().role.unwrap();
    assert_eq!(role.permissions_boundary().unwrap().permissions_boundary_arn(), Some(boundary));
}

#[tokio::test(start_paused = true)]
pub(crate) async fn log_group() {
    let mut drift = Drift::of("log-group/hello").await;
    let arn = drift.aws.arn("logs", &format!("log-group:{GROUP}")).unwrap();
    drift
        .shows("retention", async |aws| {
            aws.logs.put_retention_policy().log_group_name(GROUP).retention_in_days(1).send().await.unwrap();
        })
        .await;
    drift
        .shows("retention", async |aws| {
            aws.logs.delete_retention_policy().log_group_name(GROUP).send().await.unwrap();
        })
        .await;
    drift
        .shows_as("tags", &["team"], async |aws| {
            aws.logs.untag_resource().resource_arn(&arn).tag_keys("team").send().await.unwrap();
        })
        .await;
    drift
        .shows_as("tags", &["more"], async |aws| {
            aws.logs.tag_resource().resource_arn(&arn).tags("more", "yes").send().await.unwrap();
        })
        .await;
    drift.every_field_is_proven(&[]).await;
}

#[tokio::test(start_paused = true)]
pub(crate) async fn repository() {
    let mut drift = Drift::of("repository/hello").await;
    let arn = drift.aws.arn("ecr", &format!("repository/{REPOSITORY}")).unwrap();
    drift
        .shows("lambda_may_pull", async |aws| {
            aws.ecr.delete_repository_policy().repository_name(REPOSITORY).send().await.unwrap();
        })
        .await;
    drift
        .shows("lambda_may_pull", async |aws| {
            let policy = r#"{"Version":"2012-10-17","Statement":[{"Sid":"Theirs","Effect":"Allow","Principal":"*","Action":"ecr:BatchGetImage"}]}"#;
            let set = aws.ecr.set_repository_policy().repository_name(REPOSITORY);
            set.policy_text(policy).send().await.unwrap();
        })
        .await;
    let policy = drift.aws.ecr.get_repository_policy().repository_name(REPOSITORY).send().await.unwrap();
    assert!(policy.policy_text().unwrap().contains("Theirs"), "a stranger's statement stays");
    drift
        .shows("tag_mutability", async |aws| {
            let put = aws.ecr.put_image_tag_mutability().repository_name(REPOSITORY);
            put.image_tag_mutability(ImageTagMutability::Immutable).send().await.unwrap();
        })
        .await;
    drift
        .shows_as("tags", &["team"], async |aws| {
            let tag = EcrTag::builder().key("team").value("api").build().unwrap();
            aws.ecr.tag_resource().resource_arn(&arn).tags(tag).send().await.unwrap();
        })
        .await;
    drift.every_field_is_proven(&[]).await;
}

#[tokio::test(start_paused = true)]
async fn image() {
    let by_name = "an image is named by its content: another one is another image, and a missing one is made";
    let drift = Drift::of("image/hello").await;
    drift.every_field_is_proven(&[("tag", by_name), ("rebuild", "only --rebuild wishes it")]).await;
}

#[tokio::test(start_paused = true)]
pub(crate) async fn what_is_missing_is_made() {
    let drift = Drift::of("role/hello").await;
    drift
        .remakes(&["role/hello Create", "function/hello role"], async |aws| {
            let arn = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess";
            aws.iam.detach_role_policy().role_name(ROLE).policy_arn(arn).send().await.unwrap();
            aws.iam.delete_role_policy().role_name(ROLE).policy_name("lambdeploy").send().await.unwrap();
            aws.iam.delete_role().role_name(ROLE).send().await.unwrap();
        })
        .await;
    drift
        .heals(&["+ log-group/hello"], async |aws| {
            aws.logs.delete_log_group().log_group_name(GROUP).send().await.unwrap();
        })
        .await;
    drift
        .remakes(&["image/hello Create", "function/hello image"], async |aws| {
            let ids = aws.ecr.list_images().repository_name(REPOSITORY).send().await.unwrap().image_ids;
            let delete = aws.ecr.batch_delete_image().repository_name(REPOSITORY).set_image_ids(ids);
            delete.send().await.unwrap();
        })
        .await;
    drift
        .remakes(&["repository/hello Create", "image/hello Create", "function/hello image"], async |aws| {
            aws.ecr.delete_repository().repository_name(REPOSITORY).force(true).send().await.unwrap();
        })
        .await;
}
