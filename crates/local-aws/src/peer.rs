//! Where a request comes from, as a request extension.

use std::net::IpAddr;

/// The address a connection comes from.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Peer(pub IpAddr);
