//! Whether AWS is done with the last change of a function.

use aws_sdk_lambda::types::{FunctionConfiguration, LastUpdateStatus, State};

pub(super) const ACTIVE: &str = "Active";

/// How a function stands with its last change.
pub(super) enum Standing {
    Done,
    Waiting(String),
    Failed(String),
}

pub(super) fn standing(c: &FunctionConfiguration) -> Standing {
    let reason = c.state_reason().or(c.last_update_status_reason()).unwrap_or("no reason given");
    match (c.state(), c.last_update_status()) {
        (Some(State::Failed), _) => Standing::Failed(format!("Failed: {reason}")),
        (Some(State::Active | State::Inactive) | None, Some(LastUpdateStatus::Failed)) => {
            Standing::Failed(format!("not updated: {reason}"))
        }
        (Some(State::Active | State::Inactive), Some(LastUpdateStatus::Successful)) => Standing::Done,
        // A function that was only just created has no last update.
        (Some(State::Active | State::Inactive), None) => Standing::Done,
        (state, update) => {
            let state = state.map_or("unknown", State::as_str);
            Standing::Waiting(update.map_or(state, LastUpdateStatus::as_str).to_owned())
        }
    }
}

pub(super) fn state(c: &FunctionConfiguration) -> String {
    match standing(c) {
        Standing::Failed(why) => why,
        Standing::Done | Standing::Waiting(_) => ACTIVE.to_owned(),
    }
}
