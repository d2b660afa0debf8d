//! A dumb terminal: it can neither move its cursor nor show colours, as an editor's shell or a serial console.

use anstream::ColorChoice;
use std::env::var_os;

pub(super) fn is_dumb() -> bool {
    var_os("TERM").is_some_and(|term| term == "dumb")
}

/// Leaves colours out on a dumb terminal, also where `CI` is set: for anstream, `CI` says more than `TERM` does. Who sets
/// `CLICOLOR_FORCE` gets them all the same.
pub(crate) fn no_colours_where_dumb() {
    let is_forced = var_os("CLICOLOR_FORCE").is_some_and(|forced| forced != "0");
    if is_dumb() && !is_forced {
        ColorChoice::Never.write_global();
    }
}
