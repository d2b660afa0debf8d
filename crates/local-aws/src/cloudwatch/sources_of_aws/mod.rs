//! The metrics of AWS's own namespaces.

pub(crate) mod gateway;
pub(crate) mod lambda;
