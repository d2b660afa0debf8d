//! The archive: images that are kept for less money and can't be pulled.

use super::{constraint, constraint::invalid, errors, image::ImageId, input::Input};
use crate::{
    call::{Call, Reply},
    error::AwsError,
};
use serde_json::{Value, json};

/// Into the archive, or back from it. AWS takes minutes for the way back (`ACTIVATING`); here it is done at once.
pub(crate) fn update_storage_class(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let input = Input(input);
    let class = input.text("targetStorageClass")?;
    constraint::one_of("targetStorageClass", class, &["STANDARD", "ARCHIVE"])?;
    input.required("imageId")?;
    let id: ImageId = serde_json::from_value(input.0["imageId"].clone())
        .map_err(|e| AwsError::new(400, "SerializationException", e))?;
    id.tag().map_or(Ok(()), constraint::tag)?;
    let (now, account) = (call.now, call.account.clone());
    let repository = input.repository(call)?;
    let found = repository.find(&id).map(|image| image.digest.clone());
    let digest = found.map_err(|failure| match failure.code {
        "MissingDigestAndTag" => invalid("imageId", failure.reason),
        _ => errors::image_not_found(id.digest(), id.tag(), &repository.name, &account),
    })?;
    let archived = class == "ARCHIVE";
    if let Some(image) = repository.images.get_mut(&digest) {
        image.archived_at = archived.then_some(image.archived_at.unwrap_or(now));
    }
    Ok(Reply::ok(json!({
        "registryId": account,
        "repositoryName": repository.name,
        "imageId": ImageId::new(&digest, id.tag()),
        "imageStatus": if archived { "ARCHIVED" } else { "ACTIVE" },
    })))
}

#[cfg(test)]
mod tests {
    use crate::{
        ecr::testing::{create, push},
        testing::{instant, ok, refused},
    };
    use serde_json::{Value, json};

    fn about(more: Value) -> Value {
        let mut input = json!({"repositoryName": "app", "imageId": {"imageTag": "v1"}});
        for (name, value) in more.as_object().into_iter().flatten() {
            input[name] = value.clone();
        }
        input
    }

    #[tokio::test]
    async fn what_is_archived_is_described_and_not_pulled_until_it_is_pushed_again() {
        let aws = instant();
        create(&aws, "app").await;
        push(&aws, "app", "v1", "one").await;
        let archive = about(json!({"targetStorageClass": "ARCHIVE"}));
        assert_eq!(
            ok(&aws, "ecr", "UpdateImageStorageClass", archive.clone()).await["imageStatus"],
            "ARCHIVED"
        );
        let ids = json!({"repositoryName": "app", "imageIds": [{"imageTag": "v1"}]});
        let named = ok(&aws, "ecr", "DescribeImages", ids.clone()).await;
        assert_eq!(named["imageDetails"][0]["imageStatus"], "ARCHIVED");
        let pulled = ok(&aws, "ecr", "BatchGetImage", ids.clone()).await;
        assert_eq!(pulled["failures"][0]["failureCode"], "ImageNotFound");
        let list = |filter: Value| json!({"repositoryName": "app", "filter": filter});
        for (filter, count) in
            [(json!({}), 0), (json!({"imageStatus": "ARCHIVED"}), 1), (json!({"imageStatus": "ANY"}), 1)]
        {
            let listed = ok(&aws, "ecr", "DescribeImages", list(filter.clone())).await;
            assert_eq!(listed["imageDetails"].as_array().map(Vec::len), Some(count), "{filter}");
        }
        push(&aws, "app", "v1", "one").await;
        let named = ok(&aws, "ecr", "DescribeImages", ids.clone()).await;
        assert_eq!(named["imageDetails"][0]["imageStatus"], "ACTIVE");
        ok(&aws, "ecr", "UpdateImageStorageClass", archive).await;
        ok(&aws, "ecr", "UpdateImageStorageClass", about(json!({"targetStorageClass": "STANDARD"}))).await;
        assert_eq!(ok(&aws, "ecr", "BatchGetImage", ids).await["failures"], json!([]));
    }

    #[tokio::test]
    async fn what_is_not_there_can_not_be_archived() {
        let aws = instant();
        create(&aws, "app").await;
        let input = about(json!({"targetStorageClass": "ARCHIVE"}));
        assert_eq!(refused(&aws, "ecr", "UpdateImageStorageClass", input).await.0, "ImageNotFoundException");
        let input = about(json!({"targetStorageClass": "ATTIC"}));
        assert_eq!(
            refused(&aws, "ecr", "UpdateImageStorageClass", input).await.0,
            "InvalidParameterException"
        );
    }
}
