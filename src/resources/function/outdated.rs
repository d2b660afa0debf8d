//! Writes under a revision, where somebody else writes too.

use crate::aws::failure_of;
use anyhow::{Error, Result};

/// Times that it is tried again, each time from what is there then.
const TRIES: usize = 3;

/// Somebody else has written since the revision that a write was under; or the write itself has, and its answer was lost.
pub(in crate::resources) fn is_outdated(error: &Error) -> bool {
    failure_of(error).is_some_and(|f| f.is("PreconditionFailedException"))
}

/// What came of a write; where it was under an old revision, of the one that is made `again`, after another look.
///
/// # Errors
/// As the writes; somebody else writes all the time.
pub(in crate::resources) async fn or_again<T>(
    written: Result<T>,
    mut again: impl AsyncFnMut() -> Result<T>,
) -> Result<T> {
    let mut written = written;
    for _ in 0..TRIES {
        if !written.as_ref().is_err_and(is_outdated) {
            break;
        }
        written = again().await;
    }
    written
}
