//! What the alias `live` of a function serves, read once for all who ask.

use super::record::{LIVE, Record};
use crate::{
    aws::{StackAws, tags::Tags},
    resources::function::{Content, Settings},
};
use anyhow::{Context as _, Result};
use aws_sdk_lambda::operation::{get_alias::GetAliasOutput, get_function::GetFunctionOutput};
use std::{collections::BTreeMap, rc::Rc};

/// An alias as it is.
#[derive(Debug)]
pub(crate) struct Live {
    pub arn: String,
    /// The version that it names: a number, or `$LATEST` where somebody made it so.
    pub version: String,
    /// Other versions that get a share of the calls, from 0 to 1.
    pub weights: BTreeMap<String, f64>,
    /// `None`: the alias is not ours.
    pub record: Option<Record>,
    pub revision: String,
    pub description: String,
    /// Of what it names.
    pub(in crate::resources) content: Option<Content>,
    /// When what it names was saved, in seconds since 1970.
    pub(in crate::resources) saved: Option<i64>,
    /// Lambda can't start what it names.
    pub(in crate::resources) is_failed: bool,
    /// Of the version that gets a share.
    pub(in crate::resources) candidate: Option<Content>,
    /// Of the version that `rollback` took back.
    pub(in crate::resources) held: Option<Content>,
}

impl Live {
    /// `None`: there is no such alias, or no function.
    ///
    /// # Errors
    /// As the calls.
    pub(crate) async fn read(aws: &StackAws, function: &str) -> Result<Option<Rc<Self>>> {
        if aws.cloud.function(function, None).await?.is_none() {
            return Ok(None);
        }
        let (alias, serves) =
            tokio::try_join!(aws.cloud.alias(function, LIVE), aws.cloud.function(function, Some(LIVE)))?;
        let (Some(alias), Some(serves)) = (alias.as_ref(), serves.as_ref()) else { return Ok(None) };
        let mut live = Self::of(alias, Some(serves))?;
        let candidate = live.weights.keys().next().cloned();
        let held = live.record.as_ref().and_then(|r| r.held.as_ref()).map(|held| held.version.to_string());
        (live.candidate, live.held) =
            tokio::try_join!(content(aws, function, candidate), content(aws, function, held))?;
        Ok(Some(Rc::new(live)))
    }

    /// The alias alone, as it is now.
    ///
    /// # Errors
    /// As the call.
    pub(crate) async fn alone(aws: &StackAws, function: &str) -> Result<Option<Self>> {
        aws.cloud.forget_functions();
        Self::of_alias(aws, function).await
    }

    /// The same, as it was read in this run, where it was.
    ///
    /// # Errors
    /// As the call.
    pub(crate) async fn of_alias(aws: &StackAws, function: &str) -> Result<Option<Self>> {
        let alias = aws.cloud.alias(function, LIVE).await?;
        alias.as_ref().as_ref().map(|alias| Self::of(alias, None)).transpose()
    }

    fn of(alias: &GetAliasOutput, serves: Option<&GetFunctionOutput>) -> Result<Self> {
        let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
        let weights = alias.routing_config().and_then(|r| r.additional_version_weights());
        let description = text(alias.description());
        let record = Record::read(&description);
        let serves = serves.map(|found| Settings::read(found, Tags::new())).transpose()?;
        Ok(Self {
            arn: text(alias.alias_arn()),
            version: alias.function_version.clone().context("Lambda answered an alias without a version")?,
            weights: weights.into_iter().flatten().map(|(v, w)| (v.clone(), *w)).collect(),
            record,
            revision: text(alias.revision_id()),
            description,
            content: serves.as_ref().and_then(Settings::content),
            saved: serves.as_ref().and_then(|settings| settings.saved),
            is_failed: serves.as_ref().is_some_and(|settings| settings.failed),
            candidate: None,
            held: None,
        })
    }

    /// Whether callers get this version, all of them or some.
    pub(in crate::resources) fn names(&self, version: u64) -> bool {
        let version = version.to_string();
        self.version == version || self.weights.contains_key(&version)
    }

    /// `10% of 8`, where another version gets a share.
    pub(crate) fn canary(&self) -> Option<String> {
        let shares = self.weights.iter().map(|(version, weight)| share(version, *weight));
        let shares: Vec<String> = shares.collect();
        (!shares.is_empty()).then(|| shares.join(", "))
    }
}

pub(crate) fn share(version: &str, weight: f64) -> String {
    format!("{}% of {version}", (weight * 100.0 * 100.0).round() / 100.0)
}

async fn content(aws: &StackAws, function: &str, version: Option<String>) -> Result<Option<Content>> {
    let Some(version) = version else { return Ok(None) };
    let found = aws.cloud.function(function, Some(&version)).await?;
    Ok(found.as_ref().as_ref().map(of_version).transpose()?.flatten())
}

fn of_version(found: &GetFunctionOutput) -> Result<Option<Content>> {
    Ok(Settings::read(found, Tags::new())?.content())
}
