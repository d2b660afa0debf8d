//! A function's states: when its last change takes effect, what became of it, and how it falls asleep.

use super::source::Source;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

/// When the function's last changes take effect, and what its revision id derives from.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct History {
    /// `Pending` before.
    pub active_from: Timestamp,
    /// `InProgress` before, where there was an update.
    pub updated_from: Option<Timestamp>,
    /// Changes with every change.
    pub revision: String,
    /// What became of the creation, or of the last update, once it was through.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure: Option<FailedAttempt>,
    /// When it was called last, or made or changed.
    #[serde(skip)]
    pub used: Timestamp,
    /// It is `Pending` because a call has woken it.
    #[serde(skip)]
    pub woken: bool,
}

/// Why a creation or an update failed after it was accepted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct FailedAttempt {
    pub of: Attempt,
    /// A reason code of AWS's model.
    pub code: &'static str,
    pub reason: String,
}

/// What failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(crate) enum Attempt {
    /// Such a function can only be deleted.
    Creation,
    /// What was there before goes on.
    Update,
    /// Such a function takes nothing but another image.
    Waking,
}

/// "Multiple weeks" without a call (Lambda developer guide, "Function lifecycle").
const IDLE: SignedDuration = SignedDuration::from_hours(14 * 24);

type States = Vec<(&'static str, String)>;

impl History {
    pub(crate) fn is_settled(&self, now: Timestamp) -> bool {
        self.active_from <= now && self.updated_from.is_none_or(|from| from <= now)
    }

    /// Lambda has taken back what it had made ready for the function.
    pub(crate) fn is_asleep(&self, now: Timestamp) -> bool {
        self.is_settled(now) && self.broken().is_none() && now.duration_since(self.used) >= IDLE
    }

    /// Why it takes no calls.
    pub(crate) fn broken(&self) -> Option<&FailedAttempt> {
        self.failure.as_ref().filter(|f| f.of != Attempt::Update)
    }

    /// A call has come to a sleeping function: it is `Pending` until then.
    pub(crate) fn wake(&mut self, until: Timestamp, failure: Option<FailedAttempt>) {
        self.active_from = until;
        self.used = until;
        self.woken = true;
        self.failure = failure;
    }

    /// The members about states, as at this moment.
    pub(crate) fn states(&self, now: Timestamp) -> States {
        let creating = if self.woken { RESTORING } else { CREATING };
        if self.active_from > now {
            let mut states = state("Pending", creating);
            states.extend(self.woken.then(successful));
            return states;
        }
        if !self.is_settled(now) {
            return updating();
        }
        if self.is_asleep(now) {
            let mut states = state("Inactive", IDLE_FOR_LONG);
            states.push(successful());
            return states;
        }
        match &self.failure {
            None => vec![("State", "Active".to_owned()), successful()],
            Some(failure) => failure.states(),
        }
    }
}

/// Reason and reason code.
const CREATING: (&str, &str) = ("The function is being created.", "Creating");
const RESTORING: (&str, &str) = ("The function is being restored.", "Restoring");
const IDLE_FOR_LONG: (&str, &str) = ("The function was idle for too long.", "Idle");

fn state(state: &str, (reason, code): (&str, &str)) -> States {
    let member = |name, text: &str| (name, text.to_owned());
    vec![member("State", state), member("StateReason", reason), member("StateReasonCode", code)]
}

fn successful() -> (&'static str, String) {
    ("LastUpdateStatus", "Successful".to_owned())
}

/// As the reply that created it shows it.
pub(crate) fn pending() -> States {
    state("Pending", CREATING)
}

/// As the reply that updated it shows it.
pub(crate) fn updating() -> States {
    let (reason, code) = CREATING;
    update_status("InProgress", reason, code)
}

fn update_status(status: &str, reason: &str, code: &str) -> States {
    let member = |name, text: &str| (name, text.to_owned());
    vec![
        member("State", "Active"),
        member("LastUpdateStatus", status),
        member("LastUpdateStatusReason", reason),
        member("LastUpdateStatusReasonCode", code),
    ]
}

impl FailedAttempt {
    /// What a closer look at the code finds.
    pub(crate) fn of(source: &Source, of: Attempt) -> Option<Self> {
        source.flaw().map(|reason| Self { of, code: "InvalidImage", reason: reason.clone() })
    }

    fn states(&self) -> States {
        match self.of {
            Attempt::Creation => state("Failed", (&self.reason, self.code)),
            Attempt::Update => update_status("Failed", &self.reason, self.code),
            Attempt::Waking => {
                let mut states = state("Failed", (&self.reason, self.code));
                states.push(successful());
                states
            }
        }
    }
}
