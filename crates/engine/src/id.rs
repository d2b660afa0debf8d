//! The name of a resource inside its stack.

use serde::Serialize;
use std::{fmt, rc::Rc};

/// `kind/key` ("function/analyzer"), or the kind alone where a stack has one ("rest-api"). It never depends on
/// another resource, and it is the value of the tag `lambdeploy:id`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Id(Rc<str>);

impl Id {
    /// Without a key, of a kind of which a stack has one.
    pub fn of(kind: &str, key: &str) -> Self {
        if key.is_empty() { Self::only(kind) } else { Self(format!("{kind}/{key}").into()) }
    }

    /// For the kinds of which a stack has one.
    pub fn only(kind: &str) -> Self {
        Self(kind.into())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn kind(&self) -> &str {
        self.0.split('/').next().unwrap_or(&self.0)
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}
