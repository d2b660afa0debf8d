//! AWS as the resources see it: clients, one way to call, errors that say what to do, and lists that are read once.

mod asleep;
mod call;
mod clock;
mod cloud;
mod credentials;
mod destination;
mod failure;
mod http_client;
#[cfg(feature = "testing")]
pub(crate) mod in_process;
mod lookups;
mod mfa;
mod pages;
mod profiles;
mod regions;
mod sdk_config;
pub(crate) mod tags;
mod unkeyed;
mod whole_xml;

pub(crate) use call::{Patience, call, call_once, wait_at_most, wait_until};
pub use cloud::{Cloud, Target};
pub(crate) use destination::Destination;
pub(crate) use failure::{Class, Failure, FoundExt, failure_of};
pub use http_client::http_client;
pub(crate) use pages::pages;
pub(crate) use profiles::Wish as ProfileWish;
pub(crate) use regions::suffix as dns_suffix;
pub(crate) use unkeyed::{Unkeyed, create_unkeyed};
