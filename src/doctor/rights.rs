//! Whether the caller may do all that `up` does, asked of IAM's simulation by the program's own table.

use super::{Advice, Checkup};
use crate::{
    aws::{Class, FoundExt, call, is_class, pages},
    deployer::{self, Scope, Task, documents},
    stack::Stack,
};
use anyhow::{Result, bail};
use aws_sdk_iam::types::{
    ContextEntry, ContextKeyTypeEnum, EvaluationResult, PolicyEvaluationDecisionType as Decision,
};
use futures_util::future::try_join_all;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Missing actions that are named; a policy has all of them.
const NAMED: usize = 6;

/// Actions that are missing, each with the resources on which it is.
type Missing = BTreeMap<String, BTreeSet<String>>;

impl Checkup<'_> {
    pub(super) async fn rights(&self) -> Result<Vec<Advice>> {
        let about = "rights";
        let (Some(stack), me) = (self.stack, self.cloud.identity()?) else { return Ok(Vec::new()) };
        if me.is_root() {
            return Ok(vec![Advice::fine(about, "the root user may do everything")]);
        }
        let Some(source) = self.policy_source(&me.arn).await? else {
            let text = format!("{} is no user or role of IAM's, whose rights could be asked for", me.arn);
            return Ok(vec![Advice::unknown(about, text, None)]);
        };
        let policies = documents(&self.scope(stack).await?, Task::Up);
        let statements = policies.iter().flat_map(|p| p["Statement"].as_array().into_iter().flatten());
        let asked = try_join_all(statements.map(|s| self.simulate(&source, s))).await;
        match asked {
            // Its own user is nowhere in its IAM, and may do everything.
            Err(e) if self.cloud.local && is_class(&e, Class::NotFound) => {
                Ok(vec![Advice::fine(about, "the local AWS lets its own user do everything")])
            }
            asked => Ok(vec![verdict(&asked?.into_iter().flatten().collect::<Vec<_>>(), &source)]),
        }
    }

    /// The stack as it is there, or as the file has it where it is not.
    async fn scope<'s>(&self, stack: &'s Stack) -> Result<Scope<'s>>
    where
        Self: 's,
    {
        let aws = crate::aws::StackAws::of(stack, &self.cloud, BTreeMap::new());
        match deployer::live(&aws, stack).await {
            Ok(Some(scope)) => return Ok(scope),
            // Who may not list APIs hears of that right with all others.
            Err(e) if !is_class(&e, Class::Denied) => return Err(e),
            Ok(None) | Err(_) => {}
        }
        let (region, account) = (self.cloud.region.clone(), self.cloud.identity()?.account.clone());
        Ok(Scope { stack, region, account, also: BTreeSet::new(), ids: None })
    }

    /// The user or role whose policies decide. A session's ARN has its role's name without the path, which only IAM knows.
    async fn policy_source(&self, caller: &str) -> Result<Option<String>> {
        let parts: Vec<&str> = caller.splitn(6, ':').collect();
        let [_, partition, service, _, account, name] = parts[..] else { return Ok(None) };
        if service == "iam" && name.starts_with("user/") {
            return Ok(Some(caller.to_owned()));
        }
        let role = name.strip_prefix("assumed-role/").and_then(|rest| rest.split('/').next());
        let Some(role) = role.filter(|_| service == "sts") else { return Ok(None) };
        let request = self.cloud.iam.get_role().role_name(role);
        match call(&self.run, "GetRole", || request.clone().send()).await.found() {
            Ok(found) => Ok(found.and_then(|f| f.role).map(|role| role.arn)),
            Err(e) if is_class(&e, Class::Denied) => {
                Ok(Some(format!("arn:{partition}:iam::{account}:role/{role}")))
            }
            Err(e) => Err(e),
        }
    }

    /// One statement of a policy that would suffice: each of its actions on each of its resources.
    async fn simulate(&self, source: &str, statement: &Value) -> Result<Vec<EvaluationResult>> {
        let (actions, resources) = (texts(&statement["Action"]), texts(&statement["Resource"]));
        let context = context(&statement["Condition"])?;
        pages(async |marker| {
            let request = self.cloud.iam.simulate_principal_policy().policy_source_arn(source);
            let request = request.set_action_names(Some(actions.clone()));
            let request = request.set_resource_arns(Some(resources.clone()));
            let request = request.set_context_entries(Some(context.clone())).set_marker(marker);
            let page = call(&self.run, "SimulatePrincipalPolicy", || request.clone().send()).await?;
            Ok((page.evaluation_results.unwrap_or_default(), page.marker))
        })
        .await
    }
}

fn texts(value: &Value) -> Vec<String> {
    let many = value.as_array().into_iter().flatten();
    many.chain(value.is_string().then_some(value)).filter_map(|v| v.as_str().map(str::to_owned)).collect()
}

/// The keys that a policy's conditions ask for, with values that fulfil them.
fn context(condition: &Value) -> Result<Vec<ContextEntry>> {
    let keys = condition.as_object().into_iter().flatten().filter_map(|(_, keys)| keys.as_object()).flatten();
    let entry = |(key, values): (&String, &Value)| {
        let Some(first) = texts(values).into_iter().next() else { bail!("a condition on {key} of nothing") };
        let entry = ContextEntry::builder().context_key_name(key).context_key_values(first);
        Ok(entry.context_key_type(ContextKeyTypeEnum::String).build())
    };
    keys.map(entry).collect()
}

fn verdict(results: &[EvaluationResult], source: &str) -> Advice {
    let about = "rights";
    let denied = results.iter().filter(|r| r.eval_decision != Decision::Allowed);
    let mut missing = Missing::new();
    for result in denied {
        let resource = result.eval_resource_name.clone().unwrap_or_default();
        missing.entry(result.eval_action_name.clone()).or_default().insert(resource);
    }
    let actions: BTreeSet<_> = results.iter().map(|r| &r.eval_action_name).collect();
    if missing.is_empty() {
        return Advice::fine(about, format!("{source} may do the {} things that `up` needs", actions.len()));
    }
    let named = missing.iter().take(NAMED).map(|(action, on)| format!("{action} on {}", several(on)));
    let named = named.collect::<Vec<_>>().join(", ");
    let rest = missing.len().saturating_sub(NAMED);
    let more = if rest > 0 { format!(", and {rest} more") } else { String::new() };
    let text =
        format!("{source} lacks {} of the {} that `up` needs: {named}{more}", missing.len(), actions.len());
    Advice::fails(about, text, format!("attach what `lambdeploy policy` prints to {source}"))
}

/// The first, and how many more.
fn several(resources: &BTreeSet<String>) -> String {
    let first = resources.iter().next().map_or("", String::as_str);
    match resources.len() {
        ..=1 => first.to_owned(),
        n => format!("{first} and {} more", n - 1),
    }
}
