//! Errors with all that they come from.

use bollard::errors::Error;

/// An error with its causes, which hyper's own text leaves out.
pub(crate) fn with_causes(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |e| e.source());
    causes.fold(error.to_string(), |text, cause| {
        let cause = cause.to_string();
        if text.contains(&cause) { text } else { format!("{text}: {cause}") }
    })
}

/// What the engine says.
pub(super) fn text(error: &Error) -> String {
    match error {
        Error::DockerStreamError { error } => error.clone(),
        Error::DockerResponseServerError { message, .. } => message.clone(),
        other => with_causes(other),
    }
}
