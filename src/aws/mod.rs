//! AWS as the resources see it: clients, one way to call, errors that say what to do, and lists that are read once.

mod call;
mod cloud;
mod failure;
pub mod in_process;
mod inventory;
mod lookups;
pub mod tags;
mod unkeyed;
mod whole_xml;

pub use call::{Patience, call, call_once, until, within};
pub use cloud::{Cloud, Identity, Target};
pub use failure::{Class, Failure, FoundExt, failure_of};
pub use inventory::{Inventory, Names};
pub use lookups::Lookups;
pub use unkeyed::{Unkeyed, create_unkeyed};
