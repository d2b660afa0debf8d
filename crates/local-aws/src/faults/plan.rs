//! What a plan says.

use futures_util::future::BoxFuture;
use serde::{Deserialize, Serialize};
use std::{fmt, future, sync::Arc};
use tokio::sync::Notify;

/// Faults, and for tests in the process a hook.
#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FaultPlan {
    pub faults: Vec<Fault>,
    /// Awaited at every point of every call: it can look, wait, or never end.
    #[serde(skip)]
    pub hook: Option<Hook>,
}

pub type Hook = Arc<dyn Fn(Point) -> BoxFuture<'static, ()> + Send + Sync>;

/// Which calls, and what happens to them. What is left out fits every call.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// The n-th AWS API call since the plan was set, from 1.
    #[serde(default)]
    pub call: Option<u64>,
    /// `CreateRole`, or `iam:CreateRole` where the name alone is not enough.
    #[serde(default)]
    pub operation: Option<String>,
    /// The n-th call of its operation, from 1.
    #[serde(default)]
    pub nth: Option<u64>,
    pub action: Action,
}

/// What happens to a call.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Action {
    /// An error before the effect. The code is the service's usual one for the status if none is given.
    Refuse {
        status: u16,
        #[serde(default)]
        code: Option<String>,
        /// The service's usual text for the status if none is given.
        #[serde(default)]
        message: Option<String>,
        /// Seconds for a `Retry-After` header.
        #[serde(default)]
        retry_after: Option<u32>,
    },
    /// The connection is cut before the effect.
    DropRequest,
    /// The effect takes place, and the connection is cut instead of a reply.
    DropReply,
    /// The call waits before its effect, which takes place even if the caller gives up meanwhile.
    Delay { milliseconds: u64 },
    /// The effect takes place, and half of the reply's body arrives.
    MalformedReply,
    /// The call stops at this moment for ever, and every later one before its effect: the AWS API stands still, and a
    /// client that is killed now died exactly there. `GET /_local/held` says whether it has come to that, and at which call.
    Hold(Moment),
}

/// Before a call's effect, or after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Moment {
    Before,
    After,
}

/// Where a call is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Point {
    /// Its number since the plan was set, from 1. Of a registry request: how many AWS API calls came before it.
    pub call: u64,
    pub service: &'static str,
    pub operation: &'static str,
    /// Its number among the calls of its operation, from 1.
    pub nth: u64,
    pub moment: Moment,
}

impl FaultPlan {
    pub fn of(faults: impl IntoIterator<Item = Fault>) -> Self {
        Self { faults: faults.into_iter().collect(), hook: None }
    }

    /// Stops the n-th call for ever at a moment. The `Notify` tells when it got there: drop the client's future then,
    /// and it died exactly there.
    pub fn stop_at(call: u64, moment: Moment) -> (Self, Arc<Notify>) {
        let reached = Arc::new(Notify::new());
        let there = Arc::clone(&reached);
        let hook: Hook = Arc::new(move |point| {
            if (point.call, point.moment) != (call, moment) {
                return Box::pin(future::ready(()));
            }
            there.notify_one();
            Box::pin(future::pending())
        });
        (Self { faults: Vec::new(), hook: Some(hook) }, reached)
    }
}

impl fmt::Debug for FaultPlan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hook = self.hook.as_ref().map(|_| "a hook");
        f.debug_struct("FaultPlan").field("faults", &self.faults).field("hook", &hook).finish()
    }
}

impl Fault {
    /// On the n-th call of all.
    pub fn on_call(call: u64, action: Action) -> Self {
        Self { call: Some(call), operation: None, nth: None, action }
    }

    /// On every call of an operation.
    pub fn on(operation: &str, action: Action) -> Self {
        Self { call: None, operation: Some(operation.to_owned()), nth: None, action }
    }

    /// On the n-th call of an operation.
    pub fn on_nth(operation: &str, nth: u64, action: Action) -> Self {
        Self { nth: Some(nth), ..Self::on(operation, action) }
    }

    pub(super) fn is_for(&self, point: &Point) -> bool {
        self.call.is_none_or(|n| n == point.call && point.service != super::REGISTRY)
            && self.nth.is_none_or(|n| n == point.nth)
            && self.operation.as_ref().is_none_or(|wanted| match wanted.split_once(':') {
                Some((service, operation)) => service == point.service && operation == point.operation,
                None => wanted == point.operation,
            })
    }
}
