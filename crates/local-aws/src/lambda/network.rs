//! The network interfaces of functions in a VPC. Lambda removes them with the rights of the function's role, some time
//! after the function has left the VPC or is gone; without the role they stay for good.

use super::function::later;
use crate::{operation::Call, world::Account};
use jiff::Timestamp;
use serde::Serialize;

/// One that a deleted function has left behind.
#[derive(Debug, Clone, Serialize)]
pub struct NetworkInterface {
    pub function: String,
    role: String,
    /// When Lambda gets to removing it.
    removed: Timestamp,
    /// The role was gone before that.
    pub stranded: bool,
}

/// A function in a VPC is deleted.
pub fn leave(call: &mut Call, function: &str, role: &str) {
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
pub fn role_deleted(account: &mut Account, arn: &str, now: Timestamp) {
    for region in account.regions.values_mut() {
        let interfaces = &mut region.lambda.interfaces;
        interfaces.retain(|i| i.stranded || i.removed > now);
        interfaces.iter_mut().filter(|i| i.role == arn).for_each(|i| i.stranded = true);
    }
}
