//! Why a build failed, in words that help.

use super::{BuildRequest, build_log::BuildLog, causes::with_causes, hints::explain_build};
use anyhow::{Result, anyhow};
use bollard::errors::Error;
use std::{io, time::Duration};

/// Why the context stopped being sent, unless it is that the engine did not want more of it.
pub(crate) async fn sending_failed(outcome: tokio::task::JoinHandle<Result<()>>) -> Option<anyhow::Error> {
    let outcome = tokio::time::timeout(Duration::from_secs(5), outcome).await.ok()?;
    let error = outcome.map_err(anyhow::Error::from).flatten().err()?;
    let unwanted = error
        .chain()
        .filter_map(|c| c.downcast_ref::<io::Error>())
        .any(|e| e.kind() == io::ErrorKind::BrokenPipe);
    (!unwanted).then_some(error)
}

pub(crate) fn failed(error: &Error, log: &BuildLog<'_>, request: &BuildRequest) -> anyhow::Error {
    let message = match error {
        Error::DockerStreamError { error } => error.clone(),
        Error::DockerResponseServerError { message, .. } => message.clone(),
        other => format!("the engine closed the connection: {}", with_causes(other)),
    };
    anyhow!(explain_build(&log.failure(message.trim()), &request.build.context))
}
