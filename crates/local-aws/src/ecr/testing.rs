#![allow(clippy::unwrap_used)]

use crate::{LocalAws, blobs::sha256, registry::testing::upload, testing::ok};
use serde_json::{Value, json};

/// An image that was pushed.
pub(crate) struct Pushed {
    pub manifest: String,
    pub digest: String,
    pub layer: String,
    pub config_size: usize,
}

pub(crate) async fn create(aws: &LocalAws, name: &str) -> Value {
    ok(aws, "ecr", "CreateRepository", json!({ "repositoryName": name })).await["repository"].clone()
}

/// An image of one layer with this content, under a tag.
pub(crate) async fn push(aws: &LocalAws, repository: &str, tag: &str, content: &str) -> Pushed {
    push_with(aws, repository, tag, content, json!({})).await
}

/// As [`push`], with what the Dockerfile says (`Labels` and the like).
pub(crate) async fn push_with(
    aws: &LocalAws,
    repository: &str,
    tag: &str,
    content: &str,
    dockerfile: Value,
) -> Pushed {
    let layer = upload(aws, repository, content.to_owned()).await;
    let mut config =
        json!({"architecture": "amd64", "os": "linux", "rootfs": {"type": "layers", "diff_ids": [layer]}});
    if dockerfile != json!({}) {
        config["config"] = dockerfile;
    }
    let config = config.to_string();
    let config_digest = upload(aws, repository, config.clone()).await;
    let manifest = manifest(&config_digest, config.len(), &layer, content.len());
    let input = json!({"repositoryName": repository, "imageManifest": manifest, "imageTag": tag});
    ok(aws, "ecr", "PutImage", input).await;
    Pushed { digest: sha256(manifest.as_bytes()), manifest, layer, config_size: config.len() }
}

pub(crate) fn manifest(config: &str, config_size: usize, layer: &str, layer_size: usize) -> String {
    json!({
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": {"mediaType": "application/vnd.oci.image.config.v1+json", "digest": config, "size": config_size},
        "layers": [{"mediaType": "application/vnd.oci.image.layer.v1.tar+gzip", "digest": layer, "size": layer_size}],
    })
    .to_string()
}

pub(crate) fn index(children: &[&str]) -> String {
    let child = |digest: &&str| {
        json!({
            "mediaType": "application/vnd.oci.image.manifest.v1+json", "digest": digest, "size": 1,
            "platform": {"architecture": "amd64", "os": "linux"},
        })
    };
    let manifests: Vec<_> = children.iter().map(child).collect();
    let kind = "application/vnd.oci.image.index.v1+json";
    json!({"schemaVersion": 2, "mediaType": kind, "manifests": manifests}).to_string()
}

/// All tags of a repository.
pub(crate) async fn tags_of(aws: &LocalAws, repository: &str) -> Vec<String> {
    let mut tags = Vec::new();
    let mut token = Value::Null;
    loop {
        let page =
            ok(aws, "ecr", "ListImages", json!({"repositoryName": repository, "nextToken": token})).await;
        let ids = page["imageIds"].as_array().unwrap();
        tags.extend(ids.iter().filter_map(|id| id["imageTag"].as_str().map(str::to_owned)));
        token = page["nextToken"].clone();
        if token.is_null() {
            tags.sort();
            return tags;
        }
    }
}

/// A repository policy that lets Lambda pull for functions of this ARN.
pub(crate) fn lambda_pull_policy(source_arn: &str) -> String {
    json!({"Version": "2012-10-17", "Statement": [{
        "Sid": "LambdaECRImageRetrievalPolicy", "Effect": "Allow",
        "Principal": {"Service": "lambda.amazonaws.com"},
        "Action": ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
        "Condition": {"StringLike": {"aws:sourceArn": source_arn}},
    }]})
    .to_string()
}
