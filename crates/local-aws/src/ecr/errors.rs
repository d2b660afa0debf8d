//! ECR's errors about repositories and their parts, in its own words. All are HTTP 400.

use crate::error::AwsError;

pub(crate) fn refused(code: &str, text: String) -> AwsError {
    AwsError::new(400, code, text)
}

pub(crate) fn repository_not_found(name: &str, account: &str) -> AwsError {
    refused(
        "RepositoryNotFoundException",
        format!("The repository with name '{name}' does not exist in the registry with id '{account}'"),
    )
}

pub(crate) fn repository_exists(name: &str, account: &str) -> AwsError {
    refused(
        "RepositoryAlreadyExistsException",
        format!("The repository with name '{name}' already exists in the registry with id '{account}'"),
    )
}

pub(crate) fn repository_not_empty(name: &str, account: &str) -> AwsError {
    let text = format!(
        "The repository with name '{name}' in registry with id '{account}' cannot be deleted because it still contains images"
    );
    refused("RepositoryNotEmptyException", text)
}

/// `what` is "Repository policy" or "Lifecycle policy".
pub(crate) fn policy_not_found(what: &str, name: &str, account: &str) -> AwsError {
    let code = format!("{}NotFoundException", what.replace(" p", "P"));
    let text = format!(
        "{what} does not exist for the repository with name '{name}' in the registry with id '{account}'"
    );
    refused(&code, text)
}

/// An id without digest or tag says 'null' in its place, as AWS does.
pub(crate) fn image_not_found(
    digest: Option<&str>,
    tag: Option<&str>,
    name: &str,
    account: &str,
) -> AwsError {
    let text = format!(
        "The image with imageId {{imageDigest:'{}', imageTag:'{}'}} does not exist within the repository with name '{name}' in the registry with id '{account}'",
        digest.unwrap_or("null"),
        tag.unwrap_or("null"),
    );
    refused("ImageNotFoundException", text)
}

pub(crate) fn layer_not_found(digest: &str, name: &str, account: &str) -> AwsError {
    let text = format!(
        "The layer with digest '{digest}' does not exist in the repository with name '{name}' in the registry with id '{account}'"
    );
    refused("LayersNotFoundException", text)
}
