//! May this caller do that in the registry? ECR asks for the rights of whoever got the password: its actions are those of
//! the control plane (`docs/aws.md` 2).

use super::error::RegistryError;
use crate::{authorization, blobs::RegistryAccess, permission::Permission, services, shared::Shared};

/// # Errors
/// The caller lacks the permission.
pub(super) fn check(
    shared: &Shared,
    access: &RegistryAccess,
    operation: &str,
    repository: &str,
) -> Result<(), RegistryError> {
    let Some(action) = action(operation) else { return Ok(()) };
    let RegistryAccess { account, region, .. } = access;
    let resource = format!("arn:aws:ecr:{region}:{account}:repository/{repository}");
    let permission = Permission::new(format!("ecr:{action}"), resource);
    authorization::check_access(shared, access, &permission, services::tags_of)
        .map_err(RegistryError::not_authorized)
}

/// The action of ECR that a request of the distribution API is.
fn action(operation: &str) -> Option<&'static str> {
    match operation {
        "HeadBlob" => Some("BatchCheckLayerAvailability"),
        "GetBlob" => Some("GetDownloadUrlForLayer"),
        "StartUpload" => Some("InitiateLayerUpload"),
        "AppendUpload" | "GetUpload" | "CancelUpload" => Some("UploadLayerPart"),
        "FinishUpload" => Some("CompleteLayerUpload"),
        "PutManifest" => Some("PutImage"),
        "DeleteManifest" => Some("BatchDeleteImage"),
        "HeadManifest" | "GetManifest" => Some("BatchGetImage"),
        "ListTags" => Some("ListImages"),
        _ => None,
    }
}
