//! AWS as the resources see it: clients, one way to call, errors that say what to do, and lists that are read once.

mod asleep;
mod call;
mod clock;
mod cloud;
mod credentials;
mod destination;
mod failure;
mod http_client;
#[cfg(feature = "local")]
pub mod in_process;
mod lookups;
mod mfa;
mod pages;
mod profiles;
mod regions;
mod sdk_config;
pub mod tags;
mod unkeyed;
mod whole_xml;

pub use call::{Patience, call, call_once, wait_at_most, wait_until};
pub use cloud::{Cloud, Identity, Target};
pub use destination::Destination;
pub use failure::{Class, Failure, FoundExt, failure_of};
pub use http_client::http_client;
pub use lookups::Lookups;
pub use pages::{Page, pages};
pub use profiles::Wish as ProfileWish;
pub use regions::suffix as dns_suffix;
pub use unkeyed::{Unkeyed, create_unkeyed};
