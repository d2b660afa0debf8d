//! Faults by plan: what happens to which AWS API call or registry request, for tests of what a program makes of them.
//!
//! A plan is set in the process ([`LocalAws::set_faults`](crate::LocalAws::set_faults)) or by `PUT /_local/faults`:
//!
//! ```json
//! {"faults": [
//!   {"call": 5, "action": "drop_reply"},
//!   {"operation": "CreateRestApi", "nth": 1, "action": {"refuse": {"status": 503}}},
//!   {"operation": "GetRole", "action": {"delay": {"milliseconds": 2000}}},
//!   {"operation": "registry:PutManifest", "action": {"refuse": {"status": 400, "code": "MANIFEST_INVALID"}}},
//!   {"call": 40, "action": {"hold": "after"}}
//! ]}
//! ```
//!
//! A registry request is named by what it does (`StartUpload`, `AppendUpload`, `FinishUpload`, `HeadBlob`, `PutManifest`,
//! …) in the service `registry`. `call` counts AWS API calls only.

mod plan;

#[cfg(test)]
mod tests;

pub use plan::{Action, Fault, FaultPlan, Hook, Moment, Point};

use crate::{
    body::{Body, full},
    error::AwsError,
    error_words::ErrorWords,
};
use http::Response;
use http_body_util::BodyExt;
use std::{
    collections::BTreeMap,
    error::Error,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

/// The connection is gone, and no reply came. On a socket it really is closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cut;

impl fmt::Display for Cut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the local AWS cut the connection, as its fault plan says")
    }
}

impl Error for Cut {}

/// Why a call goes no further.
pub(crate) enum Stopped {
    Cut,
    Refused(PlannedError),
}

/// An error that the plan answers with.
#[derive(Debug, Clone)]
pub(crate) struct PlannedError {
    pub status: u16,
    /// `None`: the service's usual one for the status.
    pub code: Option<String>,
    /// `None`: the service's usual one.
    pub message: Option<String>,
    /// Seconds.
    pub retry_after: Option<u32>,
}

/// The service that registry requests are counted under.
pub const REGISTRY: &str = "registry";

/// The plan that holds, and the calls since it does.
#[derive(Default)]
pub(crate) struct Faults {
    state: Mutex<PlanState>,
    /// The call that stopped everything.
    held: Arc<Mutex<Option<Point>>>,
}

#[derive(Default)]
struct PlanState {
    plan: FaultPlan,
    calls: u64,
    by_operation: BTreeMap<(&'static str, &'static str), u64>,
}

/// What is to happen to one call.
pub(crate) struct Fate {
    point: Point,
    actions: Vec<Action>,
    hook: Option<Hook>,
    held: Arc<Mutex<Option<Point>>>,
}

impl Faults {
    /// Calls are counted anew.
    pub(crate) fn set(&self, plan: FaultPlan) {
        *self.lock() = PlanState { plan, ..PlanState::default() };
        *self.lock_held() = None;
    }

    /// The call that stopped everything, once there is one.
    pub(crate) fn held(&self) -> Option<Point> {
        *self.lock_held()
    }

    fn lock_held(&self) -> MutexGuard<'_, Option<Point>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts a call that has just arrived and says what is to happen to it.
    pub(crate) fn fate_of(&self, service: &'static str, operation: &'static str) -> Fate {
        let mut state = self.lock();
        if service != REGISTRY {
            state.calls += 1;
        }
        let nth = state.by_operation.entry((service, operation)).or_insert(0);
        *nth += 1;
        let nth = *nth;
        let point = Point { call: state.calls, service, operation, nth, moment: Moment::Before };
        let actions = if self.held().is_some() {
            vec![Action::Hold(Moment::Before)]
        } else {
            state.plan.faults.iter().filter(|f| f.is_for(&point)).map(|f| f.action.clone()).collect()
        };
        Fate { actions, hook: state.plan.hook.clone(), held: self.held.clone(), point }
    }

    fn lock(&self) -> MutexGuard<'_, PlanState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Fate {
    /// Whether its effect may come when its caller is gone.
    pub(crate) fn is_late(&self) -> bool {
        self.actions.iter().any(|a| matches!(a, Action::Delay { .. }))
    }

    /// Before the call's effect.
    pub(crate) async fn before(&self) -> Result<(), Stopped> {
        self.reach(Moment::Before).await;
        for action in &self.actions {
            match action {
                Action::Delay { milliseconds } => {
                    tokio::time::sleep(Duration::from_millis(*milliseconds)).await;
                }
                Action::Refuse { status, code, message, retry_after } => {
                    let (code, message, retry_after) = (code.clone(), message.clone(), *retry_after);
                    return Err(Stopped::Refused(PlannedError {
                        status: *status,
                        code,
                        message,
                        retry_after,
                    }));
                }
                Action::DropRequest => return Err(Stopped::Cut),
                Action::Hold(Moment::Before) => self.hold(Moment::Before).await,
                Action::Hold(Moment::After) | Action::DropReply | Action::MalformedReply => {}
            }
        }
        Ok(())
    }

    /// After its effect, before its reply is on its way.
    pub(crate) async fn after(&self, response: Response<Body>) -> Result<Response<Body>, Cut> {
        self.reach(Moment::After).await;
        if self.actions.contains(&Action::Hold(Moment::After)) {
            self.hold(Moment::After).await;
        }
        if self.actions.contains(&Action::DropReply) {
            return Err(Cut);
        }
        if self.actions.contains(&Action::MalformedReply) {
            return Ok(malformed(response).await);
        }
        Ok(response)
    }

    async fn hold(&self, moment: Moment) {
        let point = Point { moment, ..self.point };
        self.held.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(point);
        std::future::pending::<()>().await;
    }

    async fn reach(&self, moment: Moment) {
        if let Some(hook) = &self.hook {
            hook(Point { moment, ..self.point }).await;
        }
    }
}

impl PlannedError {
    /// As an AWS API says it, with the code that the service has for the status.
    pub(crate) fn of_service(self, words: &ErrorWords) -> AwsError {
        let (usual, text) = words.usual(self.status);
        let text = self.message.as_deref().unwrap_or(text);
        let mut error = AwsError::new(self.status, self.code.as_deref().unwrap_or(usual), text);
        error.retry_after = self.retry_after;
        error
    }
}

/// Half a body, as from a proxy that broke.
async fn malformed(response: Response<Body>) -> Response<Body> {
    let (mut parts, body) = response.into_parts();
    let whole = body.collect().await.map(http_body_util::Collected::to_bytes).unwrap_or_default();
    parts.headers.remove(http::header::CONTENT_LENGTH);
    let half = if whole.len() < 2 { "<".into() } else { whole.slice(..whole.len() / 2) };
    Response::from_parts(parts, full(half))
}
