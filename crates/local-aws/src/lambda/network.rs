//! The network interfaces of functions in a VPC. Lambda removes them with the rights of the function's role, some time
//! after the function has left the VPC or is gone; without the role they stay for good.

use super::state::NetworkInterface;
use crate::{call::Call, clock::later, world::Account};
use jiff::Timestamp;

/// A function in a VPC is deleted.
pub(crate) fn leave(call: &mut Call, function: &str, role: &str) {
    let removed = later(call.now, call.delays.network_release);
    if removed > call.now {
        let interface = NetworkInterface {
            function: function.to_owned(),
            role: role.to_owned(),
            removed,
            stranded: false,
        };
        call.region_mut().lambda.interfaces.push(interface);
    }
}

/// A role is deleted: what was to be removed with its rights stays.
pub(crate) fn role_deleted(account: &mut Account, arn: &str, now: Timestamp) {
    for region in account.regions.values_mut() {
        let interfaces = &mut region.lambda.interfaces;
        interfaces.retain(|i| i.stranded || i.removed > now);
        interfaces.iter_mut().filter(|i| i.role == arn).for_each(|i| i.stranded = true);
    }
}
