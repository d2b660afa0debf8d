//! Which images a repository has.

use super::{
    constraint, errors,
    image::{Image, ImageId},
    input::Input,
    page::{self, Page},
    state::Repository,
    time::epoch,
};
use crate::{
    call::{Call, Reply},
    error::AwsError,
};
use serde_json::{Value, json};

/// Named images, where the first that is missing is an error, or all by pages.
pub(crate) fn images(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let input = Input(input);
    page::refuse_with_names(&input, "imageIds")?;
    let ids = input.image_ids(false)?;
    let filter = Filter::of(&input)?;
    let page = Page::of(&input, call.config)?;
    let repository = input.open_repository(call)?.clone();
    if !ids.is_empty() {
        let named = ids.iter().map(|id| Ok(detail(&repository, named(&repository, id)?)));
        return Ok(Reply::ok(json!({ "imageDetails": named.collect::<Result<Vec<_>, AwsError>>()? })));
    }
    let wanted = repository.images.values().filter(|i| filter.wants(i, &repository));
    let (details, token) = page.cut(wanted.map(|i| (i.digest.clone(), detail(&repository, i))));
    Ok(Reply::ok(with_token(json!({ "imageDetails": details }), token)))
}

fn named<'r>(repository: &'r Repository, id: &ImageId) -> Result<&'r Image, AwsError> {
    repository.find(id).map_err(|failure| match failure.code {
        "MissingDigestAndTag" | "InvalidImageDigest" => {
            errors::refused("InvalidParameterException", failure.reason)
        }
        _ => errors::image_not_found(id.digest(), id.tag(), &repository.name, repository.registry()),
    })
}

/// Every tag is an item of its own; an image without tags is one.
pub(crate) fn list(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let input = Input(input);
    let filter = Filter::of(&input)?;
    let page = Page::of(&input, call.config)?;
    let repository = input.repository(call)?;
    let mut ids = Vec::new();
    for (digest, image) in &repository.images {
        let tags: Vec<_> = repository.tags_of(digest).collect();
        if filter.wants(image, repository) {
            ids.extend(tags.iter().map(|t| (format!("{digest} {t}"), ImageId::new(digest, Some(t)))));
            ids.extend(tags.is_empty().then(|| (digest.clone(), ImageId::new(digest, None))));
        }
    }
    let (ids, token) = page.cut(ids.into_iter());
    Ok(Reply::ok(with_token(json!({ "imageIds": ids }), token)))
}

fn with_token(mut reply: Value, token: Option<String>) -> Value {
    if let Some(token) = token {
        reply["nextToken"] = json!(token);
    }
    reply
}

fn detail(repository: &Repository, image: &Image) -> Value {
    let mut detail = json!({
        "registryId": repository.registry(),
        "repositoryName": repository.name,
        "imageDigest": image.digest,
        "imageSizeInBytes": image.size,
        "imagePushedAt": epoch(image.pushed_at),
        "imageManifestMediaType": image.media_type,
        "imageStatus": status(image),
    });
    let tags: Vec<_> = repository.tags_of(&image.digest).collect();
    let optional = [
        ("imageTags", (!tags.is_empty()).then(|| json!(tags))),
        ("artifactMediaType", image.artifact_media_type.as_ref().map(|t| json!(t))),
        ("subjectManifestDigest", image.subject.as_ref().map(|d| json!(d))),
        ("lastArchivedAt", image.archived_at.map(|at| json!(epoch(at)))),
    ];
    for (member, value) in optional {
        if let Some(value) = value {
            detail[member] = value;
        }
    }
    detail
}

fn status(image: &Image) -> &'static str {
    if image.is_archived() { "ARCHIVED" } else { "ACTIVE" }
}

/// Which images a list is of.
struct Filter {
    /// `filter.tagStatus`: TAGGED, UNTAGGED or, by default, ANY.
    tagged: Option<bool>,
    /// `filter.imageStatus`: by default ACTIVE.
    status: String,
}

impl Filter {
    fn of(input: &Input) -> Result<Self, AwsError> {
        let filter = &input.0["filter"];
        let status = filter["imageStatus"].as_str().unwrap_or("ACTIVE");
        constraint::one_of("filter.imageStatus", status, &["ACTIVE", "ARCHIVED", "ACTIVATING", "ANY"])?;
        let tags = filter["tagStatus"].as_str().unwrap_or("ANY");
        constraint::one_of("filter.tagStatus", tags, &["TAGGED", "UNTAGGED", "ANY"])?;
        Ok(Self { tagged: (tags != "ANY").then_some(tags == "TAGGED"), status: status.to_owned() })
    }

    fn wants(&self, image: &Image, repository: &Repository) -> bool {
        let tagged = repository.tags_of(&image.digest).next().is_some();
        self.tagged.is_none_or(|wanted| wanted == tagged)
            && [status(image), "ANY"].contains(&self.status.as_str())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use crate::{
        ecr::testing::{create, push, tags_of},
        testing::{instant, ok, refused, with},
    };
    use serde_json::json;

    #[tokio::test]
    async fn an_image_is_described_by_tag_and_by_digest() {
        let aws = instant();
        create(&aws, "app").await;
        let pushed = push(&aws, "app", "v1", "one").await;
        for id in [json!({"imageTag": "v1"}), json!({"imageDigest": pushed.digest})] {
            let reply =
                ok(&aws, "ecr", "DescribeImages", json!({"repositoryName": "app", "imageIds": [id]})).await;
            let detail = &reply["imageDetails"][0];
            assert_eq!(detail["imageDigest"], pushed.digest);
            assert_eq!(detail["imageTags"], json!(["v1"]));
            assert_eq!(detail["imageSizeInBytes"], 3 + pushed.config_size);
            assert_eq!(detail["imageManifestMediaType"], "application/vnd.oci.image.manifest.v1+json");
        }
    }

    #[tokio::test]
    async fn a_missing_image_is_named_with_null_for_what_was_not_said() {
        let aws = instant();
        create(&aws, "r1").await;
        let input = json!({"repositoryName": "r1", "imageIds": [{"imageTag": "x"}]});
        let (code, text) = refused(&aws, "ecr", "DescribeImages", input).await;
        assert_eq!(code, "ImageNotFoundException");
        assert_eq!(
            text,
            "The image with imageId {imageDigest:'null', imageTag:'x'} does not exist within the repository with name 'r1' in the registry with id '000000000000'"
        );
    }

    #[tokio::test]
    async fn a_moved_tag_leaves_its_former_image_untagged() {
        let aws = instant();
        create(&aws, "app").await;
        let former = push(&aws, "app", "latest", "one").await;
        let newer = push(&aws, "app", "latest", "two").await;
        let list = |status: &str| json!({"repositoryName": "app", "filter": {"tagStatus": status}});
        let untagged = ok(&aws, "ecr", "ListImages", list("UNTAGGED")).await;
        assert_eq!(untagged["imageIds"], json!([{"imageDigest": former.digest}]));
        let tagged = ok(&aws, "ecr", "DescribeImages", list("TAGGED")).await;
        assert_eq!(tagged["imageDetails"][0]["imageDigest"], newer.digest);
        assert_eq!(tagged["imageDetails"].as_array().unwrap().len(), 1);
    }

    #[tokio::test]
    async fn images_come_by_pages_and_not_together_with_ids() {
        let aws = with(crate::Config { page_size: Some(2), ..Default::default() });
        create(&aws, "app").await;
        for tag in ["v1", "v2", "v3", "v4", "v5"] {
            push(&aws, "app", tag, tag).await;
        }
        assert_eq!(tags_of(&aws, "app").await.len(), 5);
        let (mut seen, mut token) = (0, json!(null));
        for _ in 0..3 {
            let page =
                ok(&aws, "ecr", "DescribeImages", json!({"repositoryName": "app", "nextToken": token})).await;
            seen += page["imageDetails"].as_array().unwrap().len();
            token = page["nextToken"].clone();
        }
        assert_eq!((seen, token), (5, json!(null)));
        let both = json!({"repositoryName": "app", "imageIds": [{"imageTag": "v1"}], "maxResults": 5});
        assert_eq!(refused(&aws, "ecr", "DescribeImages", both).await.0, "InvalidParameterException");
    }
}
