//! Ranges of addresses.

use std::net::IpAddr;

use super::{Reader, set};
use crate::stack::{limits, mistake::Mistake, node::Node};

impl Reader<'_> {
    /// What looks like an address, and is none, AWS refuses only with the whole policy.
    pub(super) fn addresses(&mut self, api: &Node) {
        for item in api.get("allow_from").map(Node::items).unwrap_or_default() {
            let text = set(Some(item)).map(|scalar| scalar.text.as_str());
            if text.is_some_and(|text| limits::ADDRESSES.fits(text) && !is_range(text)) {
                let mistake = Mistake::at(item.place, "these addresses cannot be");
                self.tell(mistake.expected(format!("expected {}", limits::ADDRESSES.expected)));
            }
        }
    }
}

fn is_range(text: &str) -> bool {
    let (address, bits) = text.split_once('/').map_or((text, None), |(address, bits)| (address, Some(bits)));
    let Ok(address) = address.parse::<IpAddr>() else { return false };
    let most = if address.is_ipv4() { 32 } else { 128 };
    bits.is_none_or(|bits| bits.parse::<u8>().is_ok_and(|bits| bits <= most))
}
