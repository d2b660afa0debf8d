//! Operations on several images at once. An id that fails is a failure in the reply, not an error.

use super::{
    delete::{Deleted, FailedId},
    image::{Image, ImageId},
    input::Input,
    put::describe,
};
use crate::{
    blobs::release,
    call::{Call, Reply},
    error::AwsError,
};
use serde_json::{Value, json};

/// Manifests by id. `acceptedMediaTypes` leaves out what is of another type.
pub(crate) fn get(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let input = Input(input);
    input.bounded_list("acceptedMediaTypes", false)?;
    let accepted = input.texts("acceptedMediaTypes");
    let ids = input.image_ids(true)?;
    let repository = input.open_repository(call)?.clone();
    let (mut images, mut failures) = (Vec::new(), Vec::new());
    for id in &ids {
        let is_accepted = |i: &&Image| accepted.is_empty() || accepted.contains(&i.media_type.as_str());
        // This is the call of a pull, and what is in the archive can't be pulled.
        let pulled = |i| Some(i).filter(is_accepted).filter(|i: &&Image| !i.is_archived());
        match repository.find(id).and_then(|i| pulled(i).ok_or_else(FailedId::not_found)) {
            Ok(image) => images.push(describe(&repository, image, id.tag())),
            Err(failure) => failures.push(describe_failure(id, &failure)),
        }
    }
    Ok(Reply::ok(json!({ "images": images, "failures": failures })))
}

/// One after the other, so an index has to come before its images.
pub(crate) fn delete(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let input = Input(input);
    let ids = input.image_ids(true)?;
    let repository = input.repository(call)?;
    let (mut gone, mut failures) = (Deleted::default(), Vec::new());
    for id in &ids {
        match repository.delete_image(id) {
            Ok(deleted) => {
                gone.ids.extend(deleted.ids);
                gone.blobs.extend(deleted.blobs);
            }
            Err(failure) => failures.push(describe_failure(id, &failure)),
        }
    }
    release(call.world, call.blobs, &gone.blobs);
    Ok(Reply::ok(json!({ "imageIds": gone.ids, "failures": failures })))
}

fn describe_failure(id: &ImageId, failure: &FailedId) -> Value {
    json!({ "imageId": id, "failureCode": failure.code, "failureReason": failure.reason })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use crate::{
        ecr::testing::{Pushed, create, push, tags_of},
        testing::{instant, ok, refused},
    };
    use serde_json::json;

    #[tokio::test]
    async fn manifests_come_back_as_pushed_and_what_is_missing_is_a_failure() {
        let aws = instant();
        create(&aws, "app").await;
        let Pushed { manifest, digest, .. } = push(&aws, "app", "v1", "one").await;
        let ids = json!([{"imageTag": "v1"}, {"imageTag": "v2"}, {}, {"imageDigest": "sha256:x"}]);
        let reply = ok(&aws, "ecr", "BatchGetImage", json!({"repositoryName": "app", "imageIds": ids})).await;
        assert_eq!(reply["images"][0]["imageManifest"], manifest);
        assert_eq!(reply["images"][0]["imageId"], json!({"imageDigest": digest, "imageTag": "v1"}));
        let codes: Vec<_> = reply["failures"]
            .as_array()
            .unwrap()
            .iter()
            .map(|f| f["failureCode"].as_str().unwrap())
            .collect();
        assert_eq!(codes, ["ImageNotFound", "MissingDigestAndTag", "InvalidImageDigest"]);
        let other =
            json!({"repositoryName": "app", "imageIds": [{"imageTag": "v1"}], "acceptedMediaTypes": ["x/y"]});
        assert_eq!(ok(&aws, "ecr", "BatchGetImage", other).await["images"], json!([]));
    }

    #[tokio::test]
    async fn one_tag_of_two_goes_off_and_the_last_takes_the_image_with_it() {
        let aws = instant();
        create(&aws, "app").await;
        let pushed = push(&aws, "app", "v1", "one").await;
        push(&aws, "app", "v2", "one").await;
        let delete = |tag: &str| json!({"repositoryName": "app", "imageIds": [{"imageTag": tag}]});
        let reply = ok(&aws, "ecr", "BatchDeleteImage", delete("v1")).await;
        assert_eq!(reply["imageIds"], json!([{"imageDigest": pushed.digest, "imageTag": "v1"}]));
        assert_eq!(tags_of(&aws, "app").await, ["v2"]);
        ok(&aws, "ecr", "BatchDeleteImage", delete("v2")).await;
        let left = ok(&aws, "ecr", "ListImages", json!({"repositoryName": "app"})).await;
        assert_eq!(left["imageIds"], json!([]));
        let again = ok(&aws, "ecr", "BatchDeleteImage", delete("v2")).await;
        assert_eq!(again["failures"][0]["failureCode"], "ImageNotFound");
    }

    #[tokio::test]
    async fn a_deleted_image_frees_the_blobs_that_no_other_one_needs() {
        let aws = instant();
        for name in ["aa", "bb"] {
            create(&aws, name).await;
        }
        let one = push(&aws, "aa", "v1", "one").await;
        push(&aws, "aa", "v2", "two").await;
        push(&aws, "bb", "v1", "one").await;
        let blobs = &aws.shared().blobs;
        let everything = blobs.count().unwrap();
        let delete = json!({"imageIds": [{"imageDigest": one.digest}], "repositoryName": "aa"});
        ok(&aws, "ecr", "BatchDeleteImage", delete).await;
        assert_eq!(blobs.count().unwrap(), everything, "the other repository still needs them");
        ok(&aws, "ecr", "DeleteRepository", json!({"repositoryName": "bb", "force": true})).await;
        assert!(blobs.read(&one.layer).is_err());
        assert!(blobs.count().unwrap() < everything);
        ok(&aws, "ecr", "DeleteRepository", json!({"repositoryName": "aa", "force": true})).await;
        assert_eq!(blobs.count().unwrap(), 0);
    }

    #[tokio::test]
    async fn a_hundred_ids_and_no_more() {
        let aws = instant();
        create(&aws, "app").await;
        let ids = vec![json!({"imageTag": "x"}); 101];
        let (code, text) =
            refused(&aws, "ecr", "BatchDeleteImage", json!({"repositoryName": "app", "imageIds": ids})).await;
        assert_eq!(code, "InvalidParameterException");
        assert!(text.contains("'imageIds'") && text.contains("100"), "{text}");
    }
}
