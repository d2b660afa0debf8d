//! The right to be one of a function's concurrent executions.

use super::{
    fleet::Fleet,
    pool::{Pool, UNRESERVED_CONTAINERS},
};
use crate::{error::AwsError, lambda::sandbox::Sandbox};
use std::{collections::HashMap, sync::Arc};

/// How many executions a function may have at once.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// Its own, over all its versions.
    pub reserved: Option<u32>,
    /// Of these, the ones that its provisioned versions keep for themselves.
    pub provisioned: u32,
}

/// One concurrent execution, until it is dropped.
pub(crate) struct Admission {
    pool: Arc<Pool>,
    sandbox: Arc<Sandbox>,
    /// Executions of the function, over all its versions, with this one.
    pub concurrent: u32,
}

impl Drop for Admission {
    fn drop(&mut self) {
        if let Some(fleet) = self.pool.fleets().get_mut(&self.sandbox.qualified_arn()) {
            fleet.in_flight = fleet.in_flight.saturating_sub(1);
        }
    }
}

/// How many executions the function's account has now in its region.
fn in_flight_beside(fleets: &HashMap<String, Fleet>, sandbox: &Sandbox) -> u32 {
    let (account, region) = (&sandbox.id.account, &sandbox.id.region);
    let beside = |f: &&Fleet| (&f.sandbox.id.account, &f.sandbox.id.region) == (account, region);
    fleets.values().filter(beside).map(|f| f.in_flight).sum()
}

/// How many executions the function has now over all its versions, and how many of them on demand.
fn in_flight_of(fleets: &HashMap<String, Fleet>, sandbox: &Sandbox) -> (u32, u32) {
    let of_function = |f: &&Fleet| f.sandbox.id.arn == sandbox.id.arn;
    let fleets = fleets.values().filter(of_function);
    let each = fleets.map(|f| (f.in_flight, f.in_flight.saturating_sub(f.provisioned)));
    each.fold((0, 0), |(all, on_demand), (a, d)| (all + a, on_demand + d))
}

impl Pool {
    /// Admits one more concurrent execution.
    ///
    /// # Errors
    /// `TooManyRequestsException` over the reserved concurrency, or over the account's.
    pub(crate) fn admit(
        self: &Arc<Self>,
        sandbox: &Arc<Sandbox>,
        limits: Limits,
    ) -> Result<Admission, AwsError> {
        let mut fleets = self.fleets();
        let in_account = in_flight_beside(&fleets, sandbox);
        let (all, on_demand) = in_flight_of(&fleets, sandbox);
        let most = self.shared.config.concurrency;
        let fleet = fleets.entry(sandbox.qualified_arn()).or_insert_with(|| Fleet::new(sandbox.clone()));
        let Limits { reserved, provisioned } = limits;
        let is_full = reserved.map_or(in_account >= most, |n| on_demand >= n.saturating_sub(provisioned));
        if is_full && fleet.in_flight >= fleet.provisioned {
            return Err(throttled(reserved));
        }
        fleet.in_flight += 1;
        fleet.most = reserved.map_or(UNRESERVED_CONTAINERS, |n| n as usize);
        Ok(Admission { pool: self.clone(), sandbox: sandbox.clone(), concurrent: all + 1 })
    }
}

fn throttled(reserved: Option<u32>) -> AwsError {
    AwsError {
        reason: Some(match reserved {
            Some(_) => "ReservedFunctionConcurrentInvocationLimitExceeded",
            None => "ConcurrentInvocationLimitExceeded",
        }),
        ..AwsError::new(429, "TooManyRequestsException", "Rate Exceeded.")
    }
}
