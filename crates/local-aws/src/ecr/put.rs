//! Putting an image into a repository: the rules that PutImage and the registry share, and PutImage itself.

use super::{
    constraint, errors,
    image::{Image, ImageId},
    input::Input,
    manifest::{MAX_BYTES, Manifest},
    state::Repository,
};
use crate::{
    blobs::{is_digest, sha256},
    call::{Call, Reply},
    error::AwsError,
};
use jiff::Timestamp;
use oci_spec::image::Descriptor;
use serde_json::{Value, json};

/// A manifest on its way into a repository.
pub(crate) struct Push<'a> {
    pub manifest: &'a str,
    pub media_type: Option<&'a str>,
    pub tag: Option<&'a str>,
    /// What its digest is said to be.
    pub digest: Option<&'a str>,
    pub now: Timestamp,
}

/// Why a manifest is not taken.
#[derive(Debug)]
pub(crate) enum PutRefusal {
    /// No manifest, or of a kind that ECR does not take.
    Manifest(String),
    Digest {
        declared: String,
        actual: String,
    },
    Layers(Vec<String>),
    Images(Vec<String>),
    /// The same image under the same tag: an error for PutImage, nothing to do for a push.
    Exists {
        digest: String,
        tag: Option<String>,
    },
    /// The tag is another image's and can't move.
    Tag(String),
}

impl PutRefusal {
    /// In ECR's words.
    pub(crate) fn text(&self, repository: &str, account: &str) -> String {
        let missing = |what: &str, digests: &[String]| {
            format!(
                "{what} with digests '[{}]' required for pushing image into repository with name '{repository}' in the registry with id '{account}' do not exist",
                digests.join(", ")
            )
        };
        match self {
            Self::Manifest(why) => {
                format!("Invalid parameter at 'ImageManifest' failed to satisfy constraint: '{why}'")
            }
            Self::Digest { declared, actual } => {
                format!(
                    "The given image digest '{declared}' does not match the digest '{actual}' of the image manifest"
                )
            }
            Self::Layers(digests) => missing("Layers", digests),
            Self::Images(digests) => missing("Images", digests),
            Self::Exists { digest, tag } => {
                let tag = tag.as_ref().map(|t| format!(" and tag '{t}'")).unwrap_or_default();
                format!(
                    "Image with digest '{digest}'{tag} already exists in the repository with name '{repository}' in registry with id '{account}'"
                )
            }
            Self::Tag(tag) => format!(
                "The image tag '{tag}' already exists in the '{repository}' repository and cannot be overwritten because the repository is immutable."
            ),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Manifest(_) => "InvalidParameterException",
            Self::Digest { .. } => "ImageDigestDoesNotMatchException",
            Self::Layers(_) => "LayersNotFoundException",
            Self::Images(_) => "ReferencedImagesNotFoundException",
            Self::Exists { .. } => "ImageAlreadyExistsException",
            Self::Tag(_) => "ImageTagAlreadyExistsException",
        }
    }
}

impl Repository {
    /// Takes an image in, whole or not at all, and answers its digest. A tag that was another image's moves; that
    /// image stays, without it.
    pub(crate) fn put_image(&mut self, push: &Push<'_>) -> Result<String, PutRefusal> {
        let digest = sha256(push.manifest.as_bytes());
        if let Some(declared) = push.digest.filter(|d| *d != digest) {
            return Err(PutRefusal::Digest { declared: declared.to_owned(), actual: digest });
        }
        let manifest = Manifest::read(push.manifest, push.media_type).map_err(PutRefusal::Manifest)?;
        self.check_references(&manifest)?;
        self.check_tag(push.tag, &digest)?;
        let image = self.new_image(&digest, manifest, push);
        // Pushing what is in the archive brings it back.
        self.images.entry(digest.clone()).or_insert(image).archived_at = None;
        if let Some(tag) = push.tag {
            self.image_tags.insert(tag.to_owned(), digest.clone());
        }
        Ok(digest)
    }

    fn check_references(&self, manifest: &Manifest) -> Result<(), PutRefusal> {
        let names =
            |missing: Vec<&Descriptor>| missing.iter().map(|d| d.digest().to_string()).collect::<Vec<_>>();
        let blobs: Vec<_> =
            manifest.blobs().filter(|d| !self.layers.contains_key(d.digest().as_ref())).collect();
        let children = manifest.children.iter();
        let images: Vec<_> = children.filter(|d| !self.images.contains_key(d.digest().as_ref())).collect();
        match (blobs.is_empty(), images.is_empty()) {
            (false, _) => Err(PutRefusal::Layers(names(blobs))),
            (_, false) => Err(PutRefusal::Images(names(images))),
            _ => Ok(()),
        }
    }

    fn check_tag(&self, tag: Option<&str>, digest: &str) -> Result<(), PutRefusal> {
        let exists = || PutRefusal::Exists { digest: digest.to_owned(), tag: tag.map(str::to_owned) };
        match tag {
            None if self.image(digest).is_some() => Err(exists()),
            None => Ok(()),
            Some(tag) => match self.image_tags.get(tag) {
                Some(same) if same == digest && self.image(digest).is_none() => Ok(()),
                Some(same) if same == digest => Err(exists()),
                Some(_) if self.mutability.is_fixed(tag) => Err(PutRefusal::Tag(tag.to_owned())),
                _ => Ok(()),
            },
        }
    }

    fn new_image(&self, digest: &str, manifest: Manifest, push: &Push<'_>) -> Image {
        let name = |d: &Descriptor| d.digest().to_string();
        let of_child = |d: &Descriptor| self.images.get(d.digest().as_ref()).map_or(0, |i| i.size);
        let own: u64 = manifest.blobs().filter_map(|d| self.layers.get(d.digest().as_ref())).sum();
        Image {
            digest: digest.to_owned(),
            manifest: push.manifest.to_owned(),
            artifact_media_type: manifest.config.as_ref().map(|c| c.media_type().to_string()),
            config: manifest.config.as_ref().map(name),
            layers: manifest.layers.iter().map(name).collect(),
            children: manifest.children.iter().map(name).collect(),
            subject: manifest.subject.as_ref().map(name),
            pushed_at: push.now,
            archived_at: None,
            size: manifest.children.iter().map(of_child).max().unwrap_or(own),
            media_type: manifest.media_type,
        }
    }
}

pub(crate) fn put_image(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let input = Input(input);
    let manifest = input.text("imageManifest")?;
    constraint::length("imageManifest", manifest.len(), 1..=MAX_BYTES)?;
    let tag = input.optional("imageTag");
    tag.map_or(Ok(()), constraint::tag)?;
    let digest = input.optional("imageDigest");
    if digest.is_some_and(|d| !is_digest(d)) {
        return Err(errors::refused("InvalidParameterException", constraint::digest_reason()));
    }
    let media_type = input.optional("imageManifestMediaType");
    let push = Push { manifest, media_type, tag, digest, now: call.now };
    let name = input.repository_name(call)?;
    let result = input.repository(call)?.put_image(&push);
    let digest = result.map_err(|r| errors::refused(r.code(), r.text(name, &call.account)))?;
    let repository = input.repository(call)?.clone();
    let image = repository.image(&digest);
    let image = image.ok_or_else(|| errors::image_not_found(Some(&digest), tag, name, &call.account))?;
    Ok(Reply::ok(json!({ "image": describe(&repository, image, tag) })))
}

/// An image with its manifest, as PutImage and BatchGetImage answer it.
pub(crate) fn describe(repository: &Repository, image: &Image, tag: Option<&str>) -> Value {
    json!({
        "registryId": repository.registry(),
        "repositoryName": repository.name,
        "imageId": ImageId::new(&image.digest, tag),
        "imageManifest": image.manifest,
        "imageManifestMediaType": image.media_type,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        LocalAws,
        ecr::testing::{create, index, manifest, push, tags_of},
        testing::{instant, ok, refused},
    };

    async fn with_app() -> LocalAws {
        let aws = instant();
        create(&aws, "app").await;
        aws
    }

    fn put(manifest: &str, tag: &str) -> Value {
        json!({"repositoryName": "app", "imageManifest": manifest, "imageTag": tag})
    }

    #[tokio::test]
    async fn the_same_image_under_the_same_tag_is_an_error_and_under_another_a_second_tag() {
        let aws = with_app().await;
        let image = push(&aws, "app", "v1", "one").await;
        let (code, text) = refused(&aws, "ecr", "PutImage", put(&image.manifest, "v1")).await;
        assert_eq!(code, "ImageAlreadyExistsException");
        let digest = image.digest;
        assert_eq!(
            text,
            format!(
                "Image with digest '{digest}' and tag 'v1' already exists in the repository with name 'app' in registry with id '000000000000'"
            )
        );
        let made = ok(&aws, "ecr", "PutImage", put(&image.manifest, "v2")).await;
        assert_eq!(made["image"]["imageId"], json!({"imageDigest": digest, "imageTag": "v2"}));
        assert_eq!(tags_of(&aws, "app").await, ["v1", "v2"]);
    }

    #[tokio::test]
    async fn an_immutable_tag_stays_where_it_is() {
        let aws = instant();
        let input = json!({"repositoryName": "app", "imageTagMutability": "IMMUTABLE"});
        ok(&aws, "ecr", "CreateRepository", input).await;
        push(&aws, "app", "v1", "one").await;
        let other = push(&aws, "app", "v2", "two").await;
        let (code, _) = refused(&aws, "ecr", "PutImage", put(&other.manifest, "v1")).await;
        assert_eq!(code, "ImageTagAlreadyExistsException");
        assert_eq!(tags_of(&aws, "app").await, ["v1", "v2"]);
    }

    #[tokio::test]
    async fn what_a_manifest_names_has_to_be_there() {
        let aws = with_app().await;
        let missing = sha256(b"missing");
        let lonely = manifest(&missing, 1, &missing, 1);
        assert_eq!(refused(&aws, "ecr", "PutImage", put(&lonely, "v1")).await.0, "LayersNotFoundException");
        let (code, _) = refused(&aws, "ecr", "PutImage", put(&index(&[&missing]), "v1")).await;
        assert_eq!(code, "ReferencedImagesNotFoundException");
        let mut wrong = put("{}", "v1");
        wrong["imageDigest"] = json!(missing);
        assert_eq!(refused(&aws, "ecr", "PutImage", wrong).await.0, "ImageDigestDoesNotMatchException");
        let (code, text) = refused(&aws, "ecr", "PutImage", put("{}", "v1")).await;
        assert_eq!(code, "InvalidParameterException");
        assert!(text.starts_with("Invalid parameter at 'ImageManifest'"), "{text}");
    }
}
