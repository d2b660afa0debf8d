//! Why a function failed, from its own log: what the commands say that saw it fail.

use super::{local::background::agrees_at_once, logs::Logs, session::Session};
use crate::contract;
use anyhow::Result;
use std::time::Duration;

/// Looks into a function's log, whose lines may come late.
const LOOKS: usize = 3;
const BETWEEN_LOOKS: Duration = Duration::from_secs(2);

/// What the last call of the function `key`, or of one of its versions, since `since` (milliseconds since 1970) says of its end;
/// `None`: nothing.
///
/// # Errors
/// As the calls; interrupted.
pub(super) async fn of_last_call(
    session: &Session,
    logs: &Logs<'_>,
    key: &str,
    version: Option<u64>,
    since: i64,
) -> Result<Option<String>> {
    // The last lines of a call come after its answer, also where everything else agrees at once.
    let pause = if is_at_once(session).await { BETWEEN_LOOKS / 10 } else { BETWEEN_LOOKS };
    for look in 1.. {
        let lines = logs.of_last_call(key, version, since).await?;
        let cause = contract::cause(&lines.iter().map(String::as_str).collect::<Vec<_>>());
        if cause.is_some() || look == LOOKS {
            return Ok(cause);
        }
        session.stop.sleep(pause).await?;
    }
    Ok(None)
}

/// Whether what was written is seen at once: on a local AWS that is not told to be slow.
pub(super) async fn is_at_once(session: &Session) -> bool {
    match &session.cloud.endpoint {
        Some(local) => agrees_at_once(local).await,
        None => false,
    }
}
