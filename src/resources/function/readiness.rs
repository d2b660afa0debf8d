//! How a function stands: whether AWS is done with the last change, and what its state means.

use super::reasons::advice;
use crate::{
    aws::{Failure, failure_of},
    ecr::snapshot,
};
use anyhow::Error;
use aws_sdk_lambda::types::{FunctionConfiguration, LastUpdateStatus, SnapStartApplyOn, State};

pub(super) const ACTIVE: &str = "Active";

/// How a function stands with its last change.
#[derive(Debug, PartialEq)]
pub(super) enum Readiness {
    Done,
    /// It passes by itself.
    Waiting(String),
    /// `Failed: …`, `not updated: …`
    Failed(String),
}

pub(super) fn readiness(c: &FunctionConfiguration) -> Readiness {
    match c.state() {
        Some(State::Failed) => Readiness::Failed(format!("Failed: {}", reason(c))),
        Some(State::Active | State::Inactive | State::ActiveNonInvocable | State::Deactivated) => {
            last_update(c)
        }
        None if c.last_update_status().is_some() => last_update(c),
        None => Readiness::Waiting("unknown".to_owned()),
        Some(State::Pending) if takes_snapshot(c) => {
            Readiness::Waiting("Pending: Lambda starts it and takes its snapshot".to_owned())
        }
        Some(state @ (State::Pending | State::Deactivating)) => Readiness::Waiting(state.as_str().to_owned()),
        Some(State::Deleting) => Readiness::Failed("being deleted by somebody else".to_owned()),
        Some(other) => Readiness::Failed(format!(
            "in the state {}, which this version does not know: look at it in AWS's console",
            other.as_str()
        )),
    }
}

/// A published version that is to start from a snapshot; of the function itself there is none.
fn takes_snapshot(c: &FunctionConfiguration) -> bool {
    let applies = c.snap_start().and_then(|s| s.apply_on()) == Some(&SnapStartApplyOn::PublishedVersions);
    applies && c.version().is_some_and(|version| version != "$LATEST")
}

/// A function that was only just created has no last update.
fn last_update(c: &FunctionConfiguration) -> Readiness {
    match c.last_update_status() {
        Some(LastUpdateStatus::Successful) | None => Readiness::Done,
        Some(LastUpdateStatus::Failed) => Readiness::Failed(format!("not updated: {}", reason(c))),
        Some(LastUpdateStatus::InProgress) => Readiness::Waiting("InProgress".to_owned()),
        Some(other) => Readiness::Failed(format!(
            "updated with the status {}, which this version does not know: look at it in AWS's console",
            other.as_str()
        )),
    }
}

/// Why it stands so, in AWS's words.
fn reason(c: &FunctionConfiguration) -> &str {
    c.state_reason().or(c.last_update_status_reason()).unwrap_or("no reason given")
}

/// What a person can do about a failure.
pub(super) fn cure(c: &FunctionConfiguration) -> String {
    let code = c.state_reason_code().map(|c| c.as_str());
    let code = code.or(c.last_update_status_reason_code().map(|c| c.as_str()));
    let known = code.and_then(advice).map(|text| format!("\n  → {text}")).unwrap_or_default();
    // AWS gives the same code for code that fails and for an image that can't be restored.
    let unlabelled = takes_snapshot(c) && code == Some("FunctionError.RuntimeInitError");
    if unlabelled { format!("{known}\n  → {}", snapshot::ADVICE) } else { known }
}

/// `Active`, or what is wrong with it: what `up` compares.
pub(super) fn state(c: &FunctionConfiguration) -> String {
    match readiness(c) {
        Readiness::Failed(why) => why,
        Readiness::Done | Readiness::Waiting(_) => ACTIVE.to_owned(),
    }
}

/// What its state means for callers, where that is worth a word.
pub(super) fn remark(c: &FunctionConfiguration) -> Option<&'static str> {
    Some(match c.state()? {
        State::Inactive => {
            "it is asleep, because nobody called it for weeks: the first call fails and wakes it"
        }
        State::Pending => "Lambda is still making it ready",
        State::ActiveNonInvocable => {
            "it is ready, but takes no calls by itself; only its published versions do"
        }
        State::Deactivating => "Lambda is stopping its instances: it takes no calls",
        State::Deactivated => {
            "Lambda has stopped its instances: it takes no calls until it is activated again"
        }
        State::Deleting => "it is being deleted",
        State::Failed => "Lambda could not make it ready: it takes no calls",
        _ => return None,
    })
}

pub(super) fn is_failed(c: &FunctionConfiguration) -> bool {
    c.state() == Some(&State::Failed)
}

/// Whether it ever was `Active`: AWS sets the status of the last update first when the creation has succeeded.
pub(super) fn was_active(c: &FunctionConfiguration) -> bool {
    c.last_update_status().is_some()
}

/// Whether AWS refused a change because of a state that refuses every change, and does not pass by itself.
pub(super) fn is_stuck(error: &Error) -> bool {
    failure_of(error).and_then(Failure::function_state).is_some_and(|state| state != "Pending")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn function(state: &str, update: Option<&str>) -> FunctionConfiguration {
        let update = update.map(LastUpdateStatus::from);
        FunctionConfiguration::builder().state(State::from(state)).set_last_update_status(update).build()
    }

    #[test]
    fn every_state_of_the_model_is_known() {
        for state in State::values() {
            let function = function(state, None);
            let unknown =
                matches!(readiness(&function), Readiness::Failed(why) if why.contains("does not know"));
            assert!(!unknown, "{state}");
            assert_eq!(remark(&function).is_none(), *state == "Active", "{state}");
        }
    }

    #[test]
    fn what_passes_by_itself_is_waited_for_and_nothing_else() {
        let waits = |state, update| matches!(readiness(&function(state, update)), Readiness::Waiting(_));
        assert!(waits("Pending", None) && waits("Active", Some("InProgress")) && waits("Deactivating", None));
        for state in ["Failed", "Deleting", "Deactivated", "ActiveNonInvocable", "Inactive", "SomethingNew"] {
            assert!(!waits(state, Some("Successful")), "{state}");
        }
        assert!(!waits("Active", Some("SomethingNew")));
        let new = readiness(&function("SomethingNew", Some("Successful")));
        assert!(matches!(&new, Readiness::Failed(why) if why.contains("SomethingNew")), "{new:?}");
    }
}
