//! A right that is missing is said; all else is told.

use crate::aws::{Class, failure_of, is_class};
use anyhow::{Error, Result};

/// A refusal in words, which name the right; `of`: what it was asked of.
///
/// # Errors
/// The error itself where it is no refusal.
pub(super) fn refusal(error: Error, of: &str) -> Result<String> {
    match failure_of(&error).filter(|_| is_class(&error, Class::Denied)) {
        Some(failure) => Ok(format!("{}{of} is refused: {}", failure.operation, failure.message)),
        None => Err(error),
    }
}
