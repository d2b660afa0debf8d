//! What whoever deploys a stack must be allowed to do, and no more: IAM policies from the stack file.
//!
//! [`table`] has every action that the program's calls need, by command; [`scope`] says which resources of a stack they are
//! about; [`documents`] makes policies of both. The tests live whole lives of stacks with exactly these policies, on a local
//! AWS that enforces them, and show of every action and resource that something fails without it.

mod boundary;
mod documents;
mod github;
mod live;
mod scope;
mod table;

pub(crate) use boundary::boundary;
pub use documents::documents;
pub(crate) use github::{Github, trust};
pub(crate) use live::live;
pub use scope::{Ids, Scope};
pub use table::Task;
