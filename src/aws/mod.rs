//! AWS as the resources see it: clients, one way to call, errors that say what to do, and lists that are read once.

mod advice;
pub(crate) mod apigateway_tags;
mod asleep;
mod call;
mod clock;
mod cloud;
mod credentials;
mod destination;
mod endpoints;
mod existing;
mod failure;
mod found;
mod http_client;
mod lookups;
mod metrics;
mod mfa;
mod no_credentials;
mod pages;
pub(crate) mod patch;
mod profiles;
mod regions;
mod sdk_config;
mod stack_aws;
pub(crate) mod tags;
mod target;
mod unkeyed;
mod whole_xml;

pub(crate) use call::{Patience, call, call_once, wait_at_most, wait_until};
pub use cloud::Cloud;
pub(crate) use destination::Destination;
pub(crate) use existing::finish_existing;
pub(crate) use failure::{Class, Failure, failure_of, is_class};
pub(crate) use found::{FoundExt, ignore_not_found};
pub use http_client::http_client;
pub(crate) use metrics::{metric, metric_query};
pub(crate) use pages::pages;
pub(crate) use profiles::ProfileWish;
#[cfg(test)]
pub(crate) use regions::known as known_regions;
pub(crate) use regions::{partition as partition_of, suffix as dns_suffix};
pub(crate) use stack_aws::{StackAws, inventory_of};
pub(crate) use tags::ambiguous;
pub(crate) use tags::ordered;
pub use target::Target;
pub(crate) use unkeyed::{Unkeyed, create_unkeyed};
