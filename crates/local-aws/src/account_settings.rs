//! What AWS knows of an account besides what is made in it: its plan, its root user's device, its place in an organisation,
//! the tags that its bill goes by. `/_local/account` shows and sets it.

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct AccountSettings {
    /// The root user has a device for signing in (MFA).
    pub root_mfa: bool,
    /// The root user has access keys, which it should not.
    pub root_access_keys: bool,
    /// It is a member account of an organisation whose management account keeps budgets to itself.
    pub linked_account: bool,
    /// Keys of tags that costs are told apart by: cost allocation tags that were activated.
    pub cost_allocation_tags: Vec<String>,
    pub plan: Plan,
}

/// Accounts made since 2025-07-15 start on the free plan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Plan {
    #[serde(rename = "type")]
    pub kind: PlanKind,
    pub status: PlanStatus,
    /// US dollars.
    pub credits: Option<f64>,
    /// When the free plan ends, as in `2027-01-15T00:00:00Z`.
    pub expires: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum PlanKind {
    Free,
    Paid,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum PlanStatus {
    NotStarted,
    Active,
    Expired,
}

impl Default for AccountSettings {
    fn default() -> Self {
        Self {
            root_mfa: true,
            root_access_keys: false,
            linked_account: false,
            cost_allocation_tags: Vec::new(),
            plan: Plan::default(),
        }
    }
}

impl Default for Plan {
    fn default() -> Self {
        Self { kind: PlanKind::Paid, status: PlanStatus::Active, credits: None, expires: None }
    }
}
