//! Layers: whether they are there, and where to get them.

use super::{
    constraint::{self, digest_reason, layer_digest},
    errors,
    input::Input,
    token,
};
use crate::{
    blobs::{is_digest, password},
    call::{Call, Reply},
    error::AwsError,
};
use serde_json::{Value, json};

const LONGEST_DIGEST: usize = 1000;

pub(crate) fn batch_check(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let input = Input(input);
    input.bounded_list("layerDigests", true)?;
    for digest in input.texts("layerDigests") {
        constraint::length("layerDigests", digest.chars().count(), 0..=LONGEST_DIGEST)?;
    }
    let repository = input.repository(call)?;
    let (valid, others): (Vec<_>, Vec<_>) =
        input.texts("layerDigests").into_iter().partition(|d| is_digest(d));
    let one = |digest: &str| match repository.layers.get(digest) {
        Some(size) => json!({
            "layerDigest": digest, "layerAvailability": "AVAILABLE", "layerSize": size,
            "mediaType": "application/vnd.docker.image.rootfs.diff.tar.gzip",
        }),
        None => json!({ "layerDigest": digest, "layerAvailability": "UNAVAILABLE" }),
    };
    let failure = |digest: &str| {
        json!({
            "layerDigest": digest, "failureCode": "InvalidLayerDigest",
            "failureReason": digest_reason().replace("image digest", "layer digest"),
        })
    };
    Ok(Reply::ok(json!({
        "layers": valid.into_iter().map(one).collect::<Vec<_>>(),
        "failures": others.into_iter().map(failure).collect::<Vec<_>>(),
    })))
}

/// A URL that needs no further credentials, as a presigned one.
pub(crate) fn download_url(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let input = Input(input);
    let digest = input.text("layerDigest")?;
    layer_digest(digest)?;
    let repository = input.repository(call)?;
    let (name, known) = (repository.name.clone(), repository.layers.contains_key(digest));
    if !known {
        return Err(errors::layer_not_found(digest, &name, &call.account));
    }
    let host = token::registry_host(&call.host);
    let token = password(call.secret, &call.account, &call.region, "");
    let url = format!("http://{host}/v2/{name}/blobs/{digest}?token={token}");
    Ok(Reply::ok(json!({ "downloadUrl": url, "layerDigest": digest })))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use crate::{
        ecr::testing::{create, push},
        registry::testing::send,
        testing::{instant, ok, refused},
    };
    use http::Request;
    use serde_json::json;

    #[tokio::test]
    async fn layers_are_available_missing_or_nonsense() {
        let aws = instant();
        create(&aws, "app").await;
        let layer = push(&aws, "app", "v1", "one").await.layer;
        let digests = json!([layer, format!("sha256:{}", "0".repeat(64)), "nonsense"]);
        let input = json!({"repositoryName": "app", "layerDigests": digests});
        let reply = ok(&aws, "ecr", "BatchCheckLayerAvailability", input).await;
        assert_eq!(reply["layers"][0]["layerAvailability"], "AVAILABLE");
        assert_eq!(reply["layers"][0]["layerSize"], 3);
        assert_eq!(reply["layers"][1]["layerAvailability"], "UNAVAILABLE");
        assert_eq!(reply["failures"][0]["failureCode"], "InvalidLayerDigest");
    }

    #[tokio::test]
    async fn the_download_url_gives_the_layer_without_credentials() {
        let aws = instant();
        create(&aws, "app").await;
        let layer = push(&aws, "app", "v1", "one").await.layer;
        let input = json!({"repositoryName": "app", "layerDigest": layer});
        let reply = ok(&aws, "ecr", "GetDownloadUrlForLayer", input).await;
        let url = reply["downloadUrl"].as_str().unwrap();
        let answer = send(&aws, Request::get(url), "").await;
        assert_eq!((answer.status, answer.body.as_ref()), (200, b"one".as_slice()));
        let missing = json!({"repositoryName": "app", "layerDigest": format!("sha256:{}", "0".repeat(64))});
        assert_eq!(
            refused(&aws, "ecr", "GetDownloadUrlForLayer", missing).await.0,
            "LayersNotFoundException"
        );
    }
}
