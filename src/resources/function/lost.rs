//! What a function that is deleted and recreated would not have any more.

use super::readiness::was_active;
use crate::{
    aws::{FoundExt, StackAws, call},
    engine::Run,
    policy::not_grants,
    resources::{LIVE, Record, statements},
};
use anyhow::Result;
use aws_sdk_lambda::types::{AliasConfiguration, FunctionConfiguration};
use serde_json::Value;

/// What nothing gives back.
#[derive(Debug, Default)]
pub(super) struct Lost {
    /// In words, with names: `the aliases live, test`.
    things: Vec<String>,
    /// Statements of the resource policy that AddPermission can't write.
    statements: Vec<Value>,
}

impl Lost {
    /// Asks for everything that hangs on the function by its name: five requests, at once.
    ///
    /// # Errors
    /// As the calls.
    pub(super) async fn read(
        aws: &StackAws,
        (name, arn): (&str, &str),
        configuration: &FunctionConfiguration,
        run: &Run,
    ) -> Result<Self> {
        let (versions, aliases, urls, events, statements) = tokio::try_join!(
            versions(aws, name, run),
            aliases(aws, name, run),
            urls(aws, name, run),
            events(aws, name, run),
            statements::statements(aws, name, None, run),
        )?;
        let others: Vec<Value> = statements::others(aws, statements).collect();
        let statements = not_grants(&others, arn);
        let [versions, aliases] = released(versions, aliases, configuration);
        let things = [versions, aliases, urls, events].into_iter().flatten().chain(settings(configuration));
        Ok(Self { things: things.collect(), statements })
    }

    /// Why it can't be made anew, where that would let in others than before, or fewer.
    pub(super) fn refusal(&self, name: &str) -> Option<String> {
        unwritable(name, &self.statements)
    }

    /// `lost for good: …`, or nothing.
    pub(super) fn warning(&self) -> Option<String> {
        (!self.things.is_empty()).then(|| format!("lost for good: {}", self.things.join("; ")))
    }
}

/// Why a function with these statements must not be deleted; `None` without any.
pub(super) fn unwritable(name: &str, statements: &[Value]) -> Option<String> {
    let id = |s: &Value| s["Sid"].as_str().map_or_else(|| format!("one without Sid ({s})"), str::to_owned);
    let ids: Vec<String> = statements.iter().map(id).collect();
    (!ids.is_empty()).then(|| {
        format!(
            "{name} can't be recreated: statements of its resource policy would not come back as they were, because \
             AddPermission can't write them ({}); write the policy down (aws lambda get-policy --function-name {name}), \
             remove them, and add them again afterwards",
            ids.join(", ")
        )
    })
}

/// `the aliases live, test` or, where the list goes on, `the aliases live, test and more`.
fn named(what: &str, names: Vec<String>, more: bool) -> Option<String> {
    let more = if more { " and more" } else { "" };
    (!names.is_empty()).then(|| format!("the {what} {}{more}", names.join(", ")))
}

/// Their numbers, and whether the list goes on.
async fn versions(aws: &StackAws, name: &str, run: &Run) -> Result<(Vec<String>, bool)> {
    let request = aws.cloud.lambda.list_versions_by_function().function_name(name);
    let page = call(run, "ListVersionsByFunction", || request.clone().send()).await.found()?;
    let more = page.as_ref().is_some_and(|page| page.next_marker.is_some());
    let numbers = page.and_then(|page| page.versions).into_iter().flatten().filter_map(|v| v.version);
    Ok((numbers.filter(|n| n != "$LATEST").collect(), more))
}

async fn aliases(aws: &StackAws, name: &str, run: &Run) -> Result<(Vec<AliasConfiguration>, bool)> {
    let request = aws.cloud.lambda.list_aliases().function_name(name);
    let page = call(run, "ListAliases", || request.clone().send()).await.found()?;
    let more = page.as_ref().is_some_and(|page| page.next_marker.is_some());
    Ok((page.and_then(|page| page.aliases).unwrap_or_default(), more))
}

/// Both in words, without the alias `live` that the next `up` makes again, and without the versions of a function that never
/// worked. What else a recreated function has not got any more is its former versions.
fn released(
    (mut versions, more_versions): (Vec<String>, bool),
    (aliases, more_aliases): (Vec<AliasConfiguration>, bool),
    c: &FunctionConfiguration,
) -> [Option<String>; 2] {
    let ours = |alias: &AliasConfiguration| {
        alias.name() == Some(LIVE) && alias.description().and_then(Record::read).is_some()
    };
    if !was_active(c) {
        versions.clear();
    }
    let names = aliases.into_iter().filter(|alias| !ours(alias)).filter_map(|alias| alias.name);
    [named("versions", versions, more_versions), named("aliases", names.collect(), more_aliases)]
}

async fn urls(aws: &StackAws, name: &str, run: &Run) -> Result<Option<String>> {
    let request = aws.cloud.lambda.list_function_url_configs().function_name(name);
    let Some(page) = call(run, "ListFunctionUrlConfigs", || request.clone().send()).await.found()? else {
        return Ok(None);
    };
    let urls = page.function_url_configs.into_iter().map(|u| u.function_url);
    Ok(named("function URL", urls.collect(), page.next_marker.is_some()))
}

async fn events(aws: &StackAws, name: &str, run: &Run) -> Result<Option<String>> {
    let request = aws.cloud.lambda.list_function_event_invoke_configs().function_name(name);
    let page = call(run, "ListFunctionEventInvokeConfigs", || request.clone().send()).await.found()?;
    let any = page.is_some_and(|p| !p.function_event_invoke_configs().is_empty());
    Ok(any.then(|| "the configuration of asynchronous invocations (retries, age, destinations)".to_owned()))
}

/// Settings that no stack file has.
fn settings(c: &FunctionConfiguration) -> Vec<String> {
    let layers: Vec<_> = c.layers().iter().filter_map(|l| l.arn()).collect();
    let all = [
        (!layers.is_empty()).then(|| format!("the layers {}", layers.join(", "))),
        c.dead_letter_config()
            .and_then(|d| d.target_arn())
            .map(|arn| format!("the dead-letter target {arn}")),
        (!c.file_system_configs().is_empty()).then(|| "the mounted file systems".to_owned()),
        c.kms_key_arn().map(|arn| format!("the key {arn} of its variables")),
        c.signing_job_arn().map(|_| "the code signing".to_owned()),
    ];
    all.into_iter().flatten().collect()
}
