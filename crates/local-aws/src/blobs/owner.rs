//! Which repository of all accounts and regions something is of.

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Owner {
    pub account: String,
    pub region: String,
    pub name: String,
}
