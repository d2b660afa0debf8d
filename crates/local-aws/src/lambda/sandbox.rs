//! What a function's containers are made from. A change of settings or code makes a new one, which retires the
//! containers of the old.

use super::{
    identity::{FunctionIdentity, LATEST},
    settings::{Environment, ImageConfig, Settings},
    source::Source,
};
use std::time::Duration;

/// Everything a container needs to know. Two are the same only if they are the same allocation.
#[derive(Debug)]
pub(crate) struct Sandbox {
    pub id: FunctionIdentity,
    /// `$LATEST`, or the number of a published version.
    pub version: String,
    pub role: String,
    /// `None` for Zip functions, which do not run here.
    pub image: Option<ImageRef>,
    /// `x86_64` or `arm64`.
    pub architecture: String,
    pub environment: Environment,
    pub overrides: ImageConfig,
    pub timeout: Duration,
    /// MB.
    pub memory: u32,
    /// MB of `/tmp`.
    pub ephemeral_storage: u32,
    pub log_group: String,
    /// Its containers start from a snapshot: it is a published version, with SnapStart, of an image that can be unpacked.
    pub snap_start: bool,
}

/// An image in our own registry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImageRef {
    pub account: String,
    pub region: String,
    pub repository: String,
    /// `sha256:…`
    pub digest: String,
}

impl Sandbox {
    pub(crate) fn new(
        id: &FunctionIdentity,
        version: &str,
        settings: &Settings,
        source: &Source,
        architecture: &str,
    ) -> Self {
        Self {
            id: id.clone(),
            version: version.to_owned(),
            role: settings.role.clone(),
            image: image_of(id, source),
            architecture: architecture.to_owned(),
            environment: settings.environment.clone().unwrap_or_default(),
            overrides: settings.image_config.clone().unwrap_or_default(),
            timeout: Duration::from_secs(settings.timeout.into()),
            memory: settings.memory_size,
            ephemeral_storage: settings.ephemeral_storage,
            log_group: settings.log_group.clone(),
            snap_start: settings.snap_start && version != LATEST && source.flaw().is_none(),
        }
    }

    /// The ARN with the version: containers of one version are never another's.
    pub(crate) fn qualified_arn(&self) -> String {
        format!("{}:{}", self.id.arn, self.version)
    }
}

fn image_of(id: &FunctionIdentity, source: &Source) -> Option<ImageRef> {
    let Source::Image(image) = source else { return None };
    Some(ImageRef {
        account: image.account.clone(),
        region: id.region.clone(),
        repository: image.repository.clone(),
        digest: image.digest.clone(),
    })
}
