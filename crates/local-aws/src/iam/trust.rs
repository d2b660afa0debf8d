//! Whom a role's trust policy lets assume it.

use super::state::Role;
use crate::{
    config::Delays,
    policy::{self, Decision, Principal, Request},
};
use jiff::Timestamp;
use serde_json::Value;
use std::collections::BTreeMap;

impl Role {
    /// Whether Lambda may assume the role by now: its trust policy has to say so, for long enough.
    pub(crate) fn lambda_may_assume(&self, now: Timestamp, delays: &Delays) -> bool {
        let age = now.duration_since(self.trusted_since);
        trusts_lambda(&self.trust) && age.unsigned_abs() >= delays.role_assumable
    }
}

pub(crate) fn trusts_lambda(trust: &str) -> bool {
    trusts(trust, "lambda.amazonaws.com")
}

/// Whether a service of AWS may assume a role of this trust policy.
pub(crate) fn trusts(trust: &str, service: &str) -> bool {
    let document: Value = serde_json::from_str(trust).unwrap_or_default();
    let request = Request {
        principal: Principal::Service(service.to_owned()),
        action: "sts:AssumeRole",
        resource: "",
        context: BTreeMap::new(),
    };
    policy::evaluate([&document], &request) == Decision::Allow
}
