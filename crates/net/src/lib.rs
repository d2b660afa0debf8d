//! How requests leave this machine: one connector for AWS's clients, what gives credentials, the image registry and the
//! stage URL. It knows proxies and CA bundles, and says in one line why a host can't be reached.

mod client;
mod connector;
mod proxies;
mod stream;
mod trust;
mod tunnel;
mod unreachable;

pub use client::{Body, Client};
pub use client::{all_of, whole};
pub use connector::Network;
pub(crate) use proxies::Proxies;
pub use unreachable::{Unreachable, Why};

#[cfg(test)]
mod tests;
