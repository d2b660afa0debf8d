//! The execution role: who the function is while it runs.

mod calls;

use super::leftovers::Listed;
use crate::{
    aws::{FoundExt, StackAws, call, finish_existing, ignore_not_found, tags},
    engine::{Applied, Change, Deletable, Found, Kind, Notable, Run, Wish},
    policy,
    stack::{self, Entry, ManagedRole, Statement},
};
use anyhow::{Context as _, Result};
use aws_sdk_iam::types::Tag;
use futures_util::future::try_join_all;
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeSet;

/// The name of our inline policy.
const INLINE: &str = "lambdeploy";

/// A role that a stack makes.
pub(crate) struct Role {
    pub aws: StackAws,
    pub key: String,
    /// Unique in the account whatever its case; the default holds the region, because IAM is global.
    pub name: String,
}

/// What the stack file wishes of it.
pub(crate) struct RoleWish {
    pub role: Role,
    pub wish: ManagedRole,
    /// Who it is for: it may write to that one's log group.
    pub function: stack::Function,
}

#[derive(Debug, Serialize)]
pub(crate) struct Settings {
    trust: Value,
    /// ARNs.
    policies: BTreeSet<String>,
    statements: Value,
    /// Inline policies that somebody added.
    other_policies: BTreeSet<String>,
    boundary: Option<String>,
    tags: tags::Tags,
    /// Instance profiles that it is in; read where it is to be deleted.
    #[serde(skip)]
    instance_profiles: Vec<String>,
}

/// What functions need of a role.
#[derive(Debug, Clone)]
pub(crate) struct RoleOutput {
    /// Read, never composed: consoles make roles under other paths.
    pub arn: String,
    /// When it was made, in seconds since 1970; `None` where it was not read.
    pub created: Option<i64>,
}

impl RoleOutput {
    fn of(role: &aws_sdk_iam::types::Role) -> Self {
        Self { arn: role.arn.clone(), created: Some(role.create_date.secs()) }
    }
}

impl Kind for Role {
    const NAME: &'static str = "role";
    type Settings = Settings;
    type Output = RoleOutput;

    fn key(&self) -> &str {
        &self.key
    }

    fn aws_name(&self, _: Option<&Found<Self>>) -> String {
        self.name.clone()
    }

    async fn find(&self) -> Result<Option<Found<Self>>> {
        let run = self.aws.cloud.looking_at(&self.id());
        let get = self.aws.cloud.iam.get_role().role_name(&self.name);
        let get_inline = self.aws.cloud.iam.get_role_policy().role_name(&self.name).policy_name(INLINE);
        let (role, policies, inline, ours) = tokio::join!(
            call(&run, "GetRole", || get.clone().send()),
            self.attached(&run),
            self.inline_names(&run),
            call(&run, "GetRolePolicy", || get_inline.clone().send()),
        );
        let Some(role) = role.found()?.and_then(|r| r.role) else { return Ok(None) };
        let tags: tags::Tags = role.tags().iter().map(|t| (t.key.clone(), t.value.clone())).collect();
        let owner = self.aws.ownership.owner(&tags, || format!("the IAM role {} ({})", self.name, role.arn));
        let boundary = role.permissions_boundary().and_then(|b| b.permissions_boundary_arn());
        let settings = Settings {
            trust: policy::parse(role.assume_role_policy_document().unwrap_or_default()),
            policies: policies?,
            statements: ours.found()?.map_or(Value::Null, |p| policy::parse(&p.policy_document)),
            other_policies: inline?.into_iter().filter(|name| name != INLINE).collect(),
            boundary: boundary.map(str::to_owned),
            tags: self.aws.ownership.managed(&tags, &owner),
            instance_profiles: Vec::new(),
        };
        Ok(Some(Found { settings, output: RoleOutput::of(&role), owner }))
    }
}

impl Deletable for Role {
    async fn find_doomed(&self) -> Result<Option<Found<Self>>> {
        let run = self.aws.cloud.looking_at(&self.id());
        let (found, profiles) = tokio::join!(self.find(), self.instance_profiles(&run));
        let (Some(mut found), instance_profiles) = (found?, profiles?) else { return Ok(None) };
        found.settings.instance_profiles = instance_profiles;
        Ok(Some(found))
    }

    fn undeletable(&self, found: &Found<Self>) -> Option<String> {
        let profiles = &found.settings.instance_profiles;
        (!profiles.is_empty()).then(|| {
            format!(
                "the role {} is in the instance profile {}, so AWS does not delete it; take it out of there (aws iam \
                 remove-role-from-instance-profile), then run the same command again",
                self.name,
                profiles.join(", ")
            )
        })
    }

    fn address(&self, found: &Found<Self>) -> Option<String> {
        Some(found.output.arn.clone())
    }

    async fn delete(&self, found: &Found<Self>, run: &Run) -> Result<()> {
        let mut inline = found.settings.other_policies.clone();
        if !found.settings.statements.is_null() {
            inline.insert(INLINE.to_owned());
        }
        let detach = try_join_all(found.settings.policies.iter().map(|arn| self.detach(arn, run)));
        let (detached, deleted) =
            tokio::join!(detach, try_join_all(inline.iter().map(|name| self.delete_inline(name, run))));
        detached.and(deleted)?;
        let request = self.aws.cloud.iam.delete_role().role_name(&self.name);
        ignore_not_found(call(run, "DeleteRole", || request.clone().send()).await)
    }
}

impl Listed for Role {
    fn of(aws: &StackAws, entry: &Entry) -> Self {
        Self { aws: aws.clone(), key: entry.key.clone(), name: entry.name.clone() }
    }
}

impl RoleWish {
    fn policy_arn(&self, policy: &str) -> Result<String> {
        let partition = &self.role.aws.cloud.identity()?.partition;
        Ok(if policy.starts_with("arn:") {
            policy.to_owned()
        } else {
            // AWS keeps Lambda's own execution policies under a path of their own.
            let path = if is_service_role(policy) { "service-role/" } else { "" };
            format!("arn:{partition}:iam::aws:policy/{path}{policy}")
        })
    }

    /// The inline policy: what the function does, and writing to its own log group but not making it, so that a late log
    /// line can't bring a deleted group back.
    fn inline(&self) -> Result<Value> {
        let group = super::log_group::name_of(&self.function.name);
        let group = self.role.aws.cloud.arn("logs", &format!("log-group:{group}:*"))?;
        Ok(policy::execution_policy(&group, &self.function, &self.wish))
    }
}

fn iam_tags(tags: &tags::Tags) -> Result<Vec<Tag>> {
    tags.iter().map(|(k, v)| Ok(Tag::builder().key(k).value(v).build()?)).collect()
}

fn is_service_role(policy: &str) -> bool {
    policy == "AWSLambdaRole" || policy.starts_with("AWSLambda") && policy.ends_with("ExecutionRole")
}

impl Wish for RoleWish {
    type Kind = Role;

    fn kind(&self) -> &Role {
        &self.role
    }

    fn settings(&self, found: Option<&Found<Role>>) -> Result<Settings> {
        let mut settings = Settings {
            trust: policy::lambda_alone(),
            policies: self.wish.policies.iter().map(|p| self.policy_arn(p)).collect::<Result<_>>()?,
            statements: self.inline()?,
            other_policies: BTreeSet::new(),
            // A boundary is somebody's guard rail: it goes only if the file names another.
            boundary: self.wish.boundary.clone().or_else(|| found.and_then(|f| f.settings.boundary.clone())),
            tags: self.role.aws.ownership.tags(&self.role.id(), found.map(|f| &f.owner)),
            instance_profiles: Vec::new(),
        };
        // Others may use what was there before the stack: it only gains.
        if let Some(there) = found.and_then(Found::adopted) {
            settings.trust = policy::with_lambda(&there.trust);
            settings.policies.extend(there.policies.iter().cloned());
            settings.other_policies = there.other_policies.clone();
        }
        Ok(settings)
    }

    /// The rights that the file gives.
    fn notable(&self, change: &Change) -> Vec<Notable> {
        if *change != Change::Create {
            return Vec::new();
        }
        let policies = self.wish.policies.iter().map(|name| Notable { what: "policy", value: name.clone() });
        let allows = |s: &Statement| format!("{} on {}", s.actions.join(", "), s.resources.join(", "));
        let statements = self.wish.statements.iter().map(|s| Notable { what: "allows", value: allows(s) });
        policies.chain(statements).collect()
    }

    async fn create(&self, want: &Settings, run: &Run) -> Result<RoleOutput> {
        let role = &self.role;
        let request = role.aws.cloud.iam.create_role().role_name(&role.name);
        let request =
            request.assume_role_policy_document(want.trust.to_string()).set_tags(Some(iam_tags(&want.tags)?));
        let request = request.set_permissions_boundary(want.boundary.clone());
        let made = match call(run, "CreateRole", || request.clone().send()).await {
            Ok(created) => created.role.context("CreateRole answered without a role")?,
            Err(e) => return finish_existing(&role.aws.cloud, self, e, want, run).await,
        };
        let attach = try_join_all(want.policies.iter().map(|arn| role.attach(arn, run)));
        let (inline, attached) = tokio::join!(role.put_inline(&want.statements, run), attach);
        inline.and(attached)?;
        Ok(RoleOutput::of(&made))
    }

    async fn update(&self, found: &Found<Role>, want: &Settings, run: &Run) -> Result<Applied<RoleOutput>> {
        let (role, have) = (&self.role, &found.settings);
        role.set_tags(&have.tags, &want.tags, run).await?;
        if have.trust != want.trust {
            role.set_trust(&want.trust, run).await?;
        }
        if let Some(boundary) = want.boundary.as_ref().filter(|b| have.boundary.as_ref() != Some(b)) {
            role.set_boundary(boundary, run).await?;
        }
        if have.statements != want.statements {
            role.put_inline(&want.statements, run).await?;
        }
        for arn in want.policies.difference(&have.policies) {
            role.attach(arn, run).await?;
        }
        for arn in have.policies.difference(&want.policies) {
            role.detach(arn, run).await?;
        }
        for name in have.other_policies.difference(&want.other_policies) {
            role.delete_inline(name, run).await?;
        }
        Ok(Applied::in_place(found.output.clone()))
    }
}

#[cfg(test)]
mod tests {
    use super::is_service_role;

    #[test]
    fn execution_policies_are_under_service_role() {
        assert!(
            is_service_role("AWSLambdaBasicExecutionRole")
                && is_service_role("AWSLambdaVPCAccessExecutionRole")
        );
        assert!(!is_service_role("AmazonS3ReadOnlyAccess") && !is_service_role("AWSLambda_FullAccess"));
    }
}
