//! A value that may have to be hidden.

use super::node::Scalar;
use std::fmt;

/// A scalar that may have come from outside the file. What came from outside is a secret, also when only part of it
/// did. (A name or a tag from outside is a plain field for AWS, which shows it to whoever may list;
/// it is not printed either.)
#[derive(Clone, PartialEq, Eq)]
pub struct Text {
    pub value: String,
    pub secret: bool,
}

impl Text {
    pub fn plain(value: impl Into<String>) -> Self {
        Self { value: value.into(), secret: false }
    }

    #[cfg(test)]
    pub(crate) fn secret(value: impl Into<String>) -> Self {
        Self { value: value.into(), secret: true }
    }

    /// Empty while it is unset.
    pub(crate) fn of(scalar: &Scalar) -> Self {
        let value = if scalar.unset() { "" } else { &scalar.text };
        Self { value: value.to_owned(), secret: scalar.secret() }
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.secret { f.write_str("***") } else { self.value.fmt(f) }
    }
}
