//! Who may call, by address.

use crate::{
    mistake::Mistake,
    node::Node,
    reader::Reader,
    rule::Rule,
    shape::{Field, Shape},
};
use ipnet::IpNet;
use std::net::IpAddr;

pub(crate) const ALLOW_FROM: Field = Field::new(
    "allow_from",
    Shape::list(&Shape::Text(&ADDRESSES)),
    "Addresses and ranges that may call. Default: all.",
)
.or_empty();

/// Whether it is one in truth is for the reader to see.
const ADDRESSES: Rule = Rule::new(
    "an address or a range of addresses, such as `203.0.113.0/24`",
    "^([0-9]{1,3}(\\.[0-9]{1,3}){3}(/[0-9]{1,2})?|[0-9a-fA-F:]*:[0-9a-fA-F:]*(/[0-9]{1,3})?)$",
);

/// What looks like an address, and is none, AWS refuses only with the whole policy.
pub(crate) fn read(reader: &mut Reader, api: &Node) -> Vec<String> {
    for item in ALLOW_FROM.items(api) {
        let text = item.given().map(|scalar| scalar.text.as_str());
        if text.is_some_and(|text| ADDRESSES.fits(text) && !is_range(text)) {
            let mistake = Mistake::at(item.place, "these addresses cannot be");
            reader.tell(mistake.expected(format!("expected {}", ADDRESSES.expected)));
        }
    }
    ALLOW_FROM.texts(api).unwrap_or_default()
}

fn is_range(text: &str) -> bool {
    text.parse::<IpAddr>().is_ok() || text.parse::<IpNet>().is_ok()
}
