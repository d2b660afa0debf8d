//! "Not there" is an answer, not an error.

use super::failure::{Class, is_class};
use anyhow::Result;

pub(crate) trait FoundExt<T> {
    /// `None` where AWS says that it does not exist.
    fn found(self) -> Result<Option<T>>;
}

impl<T> FoundExt<T> for Result<T> {
    fn found(self) -> Result<Option<T>> {
        match self {
            Ok(value) => Ok(Some(value)),
            Err(e) if is_class(&e, Class::NotFound) => Ok(None),
            Err(e) => Err(e),
        }
    }
}

/// A delete that finds nothing has nothing to do.
///
/// # Errors
/// Any other failure.
pub(crate) fn ignore_not_found<T>(result: Result<T>) -> Result<()> {
    result.found().map(drop)
}
