//! SnapStart: what can't have it, and what becomes of a version whose snapshot was made. (The containers of a version
//! with SnapStart are started by [`super::runtime`]; here, each of them does run the init code.)

use super::{
    errors::invalid,
    history::{Attempt, FailedAttempt},
    sandbox::{ImageRef, Sandbox},
    settings::Settings,
    source::Source,
};
use crate::{error::AwsError, shared::Shared, world::World};
use jiff::Timestamp;
use serde_json::Value;
use std::{io, sync::Arc};
use tokio::io::AsyncReadExt;

/// By which an image says that its runtime may be restored from a snapshot without knowing it.
const LABEL: &str = "com.amazonaws.lambda.feature.snapstart";
/// Why a version fails whose init code does not run through, in AWS's words, which are no more than that.
pub(crate) const REASON: &str = "An error occurred during function initialization";
/// What a person could do about one that is refused; only for the log.
pub(crate) const HINT: &str = "The runtime does not call /restore/next, and the image does not have LABEL com.amazonaws.lambda.feature.snapstart=\"Allow\": SnapStart takes no snapshot of it.";
/// MB of `/tmp` that a snapshot holds.
const STORAGE: u32 = 512;

/// Whether a function of these settings can have the SnapStart that they ask for.
///
/// # Errors
/// More of `/tmp` than a snapshot holds.
pub(crate) fn ensure_possible(settings: &Settings, source: &Source) -> Result<(), AwsError> {
    if !settings.snap_start {
        return Ok(());
    }
    if matches!(source, Source::Zip { .. }) {
        return Err(AwsError::not_implemented("SnapStart of a Zip function"));
    }
    if settings.ephemeral_storage > STORAGE {
        let why = "is not supported for SnapStart enabled functions.";
        return Err(invalid(format!("EphemeralStorage greater than {STORAGE} MB {why}")));
    }
    Ok(())
}

/// Whether the image has the label that lets its runtime be restored without hooks.
pub(crate) async fn is_allowed(shared: &Shared, image: &ImageRef) -> bool {
    let config = {
        let mut world = shared.world();
        let ecr = &world.region(&image.account, &image.region).ecr;
        ecr.image(&image.repository, &image.digest).and_then(|found| found.config.clone())
    };
    let Some(config) = config else { return false };
    let config = read(shared, &config).await.unwrap_or_default();
    config["config"]["Labels"][LABEL] == "Allow"
}

async fn read(shared: &Shared, digest: &str) -> io::Result<Value> {
    let (mut file, _) = shared.blobs.open(digest).await?;
    let mut text = Vec::new();
    file.read_to_end(&mut text).await?;
    Ok(serde_json::from_slice(&text)?)
}

/// Why a version without the hooks and without the label fails.
pub(crate) fn refused() -> FailedAttempt {
    FailedAttempt { of: Attempt::Creation, code: "FunctionError.RuntimeInitError", reason: REASON.to_owned() }
}

/// The version has its snapshot, from `at` on; or fails for want of it.
pub(crate) fn finished(
    world: &mut World,
    sandbox: &Arc<Sandbox>,
    at: Timestamp,
    failure: Option<FailedAttempt>,
) {
    let id = &sandbox.id;
    let functions = &mut world.region(&id.account, &id.region).lambda.functions;
    let version = functions.get_mut(&id.name).and_then(|f| f.version_mut(&sandbox.version));
    // It may be gone by now, and another one of its number be there.
    if let Some(version) = version.filter(|v| Arc::ptr_eq(&v.serving.now, sandbox)) {
        version.history.active_from = at;
        version.history.used = at;
        version.history.failure = failure;
    }
}
