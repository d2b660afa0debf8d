//! The one call that moves what is live.

use super::{
    live::Live,
    record::{LIVE, Record},
};
use crate::{
    aws::{StackAws, call},
    engine::Run,
    resources::function::is_outdated,
};
use anyhow::Result;
use aws_sdk_lambda::types::AliasRoutingConfiguration;
use serde::Serialize;

/// Where an alias is moved, and what its description says from then on.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct AliasTarget {
    pub version: String,
    /// Another version, and its share from 0 to 1.
    pub canary: Option<(String, f64)>,
    pub record: Record,
}

/// One function whose callers get another version.
#[derive(Debug, Clone, Serialize)]
pub struct VersionChange {
    /// In the stack file.
    pub function: String,
    pub from: String,
    pub to: String,
}

impl AliasTarget {
    /// Where an alias stood.
    pub(crate) fn as_it_was(live: &Live, record: &Record) -> Self {
        let canary = live.weights.iter().next().map(|(version, weight)| (version.clone(), *weight));
        Self { version: live.version.clone(), canary, record: record.clone() }
    }

    /// What callers get.
    pub(super) fn versions(&self) -> (&str, Option<&str>) {
        (&self.version, self.canary.as_ref().map(|(version, _)| version.as_str()))
    }

    /// Whether the alias stands there already.
    pub(super) fn is(&self, live: &Live) -> bool {
        let weights: Vec<_> = live.weights.iter().map(|(v, w)| (v.clone(), *w)).collect();
        live.version == self.version
            && weights == self.canary.iter().cloned().collect::<Vec<_>>()
            && live.description == self.record.text()
    }

    pub(super) fn weights(&self) -> AliasRoutingConfiguration {
        let weights = self.canary.iter().cloned().collect();
        AliasRoutingConfiguration::builder().set_additional_version_weights(Some(weights)).build()
    }
}

/// Moves the alias, if nobody has moved it since `revision`. That it stands there already is success: an answer may have been
/// lost, and the call sent again.
///
/// # Errors
/// As the call: `PreconditionFailedException` where somebody has.
pub(crate) async fn move_alias(
    aws: &StackAws,
    function: &str,
    target: &AliasTarget,
    revision: &str,
    run: &Run,
) -> Result<()> {
    let request = aws.cloud.lambda.update_alias().function_name(function).name(LIVE);
    let request = request
        .function_version(&target.version)
        .routing_config(target.weights())
        .description(target.record.text())
        .revision_id(revision);
    let moved = call(run, "UpdateAlias", || request.clone().send()).await;
    aws.cloud.forget_functions();
    match moved {
        Err(error) if is_outdated(&error) && stands(aws, function, target).await? => Ok(()),
        moved => moved.map(drop),
    }
}

async fn stands(aws: &StackAws, function: &str, target: &AliasTarget) -> Result<bool> {
    Ok(Live::alone(aws, function).await?.is_some_and(|live| target.is(&live)))
}
