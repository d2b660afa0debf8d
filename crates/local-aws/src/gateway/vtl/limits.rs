//! What a template may cost.

/// AWS's limit of a mapping template, in bytes.
pub(crate) const TEMPLATE_LIMIT: usize = 300 * 1024;
/// What a template may grow to, in bytes: as much as a payload.
pub(crate) const OUTPUT_LIMIT: usize = 10 * 1024 * 1024;
/// What a template may make and read on the way, in bytes.
pub(crate) const WORK_LIMIT: usize = 5 * OUTPUT_LIMIT;
/// How deep directives, expressions and arguments may nest.
pub(crate) const DEPTH_LIMIT: usize = 32;
