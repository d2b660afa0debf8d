//! Lambda in one region of an account, as data.

use super::{function::Function, metrics::InvocationLog};
use jiff::Timestamp;
use serde::Serialize;
use std::collections::BTreeMap;

/// The functions of one account in one region, by name.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct Lambda {
    pub functions: BTreeMap<String, Function>,
    /// Of functions that are gone.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub interfaces: Vec<NetworkInterface>,
    #[serde(skip)]
    pub invocations: InvocationLog,
}

/// A network interface that a deleted function has left behind.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct NetworkInterface {
    pub function: String,
    pub role: String,
    /// When Lambda gets to removing it.
    pub removed: Timestamp,
    /// The role was gone before that.
    pub stranded: bool,
}

impl Lambda {
    /// The tags of the function that an ARN names, with or without a qualifier.
    pub(crate) fn tags_of(&self, arn: &str) -> Option<BTreeMap<String, String>> {
        let name = arn.splitn(6, ':').nth(5)?.strip_prefix("function:")?;
        let name = name.split(':').next().unwrap_or(name);
        Some(self.functions.get(name)?.tags.clone())
    }
}
