//! The execution role: who the function is while it runs.

use super::{StackAws, finish_existing, ignore_not_found, parse_policy, trust};
use crate::{
    aws::{FoundExt, call, tags},
    engine::{Applied, Id, Live, Owner, Resource, Run},
};
use anyhow::{Context as _, Result};
use aws_sdk_iam::types::Tag;
use futures_util::future::try_join_all;
use serde::Serialize;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// The name of our inline policy.
const INLINE: &str = "lambdeploy";

/// A role that the stack makes.
pub struct Role {
    pub aws: StackAws,
    pub id: Id,
    /// Unique in the account whatever its case; the default holds the region, because IAM is global.
    pub name: String,
    /// ARNs of managed policies, or names of AWS's own ("AmazonS3ReadOnlyAccess").
    pub policies: Vec<String>,
    /// Statements of the inline policy besides those that every function needs.
    pub statements: Vec<Value>,
    /// ARN of a permissions boundary.
    pub boundary: Option<String>,
    /// The function whose log group it may write to.
    pub function: String,
    /// It is only to be deleted: then it matters what else uses it.
    pub doomed: bool,
    pub api: Id,
}

#[derive(Debug, Serialize)]
pub struct Props {
    trust: Value,
    /// ARNs.
    policies: BTreeSet<String>,
    statements: Value,
    /// Inline policies that somebody added.
    other_policies: BTreeSet<String>,
    boundary: Option<String>,
    tags: tags::Tags,
    /// Instance profiles that it is in, where it is to be deleted.
    #[serde(skip)]
    instance_profiles: Vec<String>,
}

/// What functions need of a role.
#[derive(Debug, Clone)]
pub struct RoleOutput {
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

impl Role {
    /// Writing to its own log group, and not making it: a late log line can't bring a deleted group back.
    fn inline(&self) -> Result<Value> {
        let group = self.aws.cloud.arn("logs", &format!("log-group:/aws/lambda/{}:*", self.function))?;
        let mut statements = vec![json!({
            "Effect": "Allow",
            "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
            "Resource": group,
        })];
        statements.extend(self.statements.iter().cloned());
        Ok(json!({ "Version": "2012-10-17", "Statement": statements }))
    }

    fn policy_arn(&self, policy: &str) -> Result<String> {
        let partition = &self.aws.cloud.identity()?.partition;
        Ok(if policy.starts_with("arn:") {
            policy.to_owned()
        } else {
            // AWS keeps Lambda's own execution policies under a path of their own.
            let path = if is_service_role(policy) { "service-role/" } else { "" };
            format!("arn:{partition}:iam::aws:policy/{path}{policy}")
        })
    }

    async fn attached(&self, run: &Run) -> Result<BTreeSet<String>> {
        let (mut arns, mut marker) = (BTreeSet::new(), None);
        loop {
            let request =
                self.aws.cloud.iam.list_attached_role_policies().role_name(&self.name).set_marker(marker);
            let Some(page) =
                call(run, "ListAttachedRolePolicies", || request.clone().send()).await.found()?
            else {
                return Ok(arns);
            };
            arns.extend(page.attached_policies.unwrap_or_default().into_iter().filter_map(|p| p.policy_arn));
            marker = page.marker;
            if !page.is_truncated {
                return Ok(arns);
            }
        }
    }

    async fn inline_names(&self, run: &Run) -> Result<BTreeSet<String>> {
        let (mut names, mut marker) = (BTreeSet::new(), None);
        loop {
            let request = self.aws.cloud.iam.list_role_policies().role_name(&self.name).set_marker(marker);
            let Some(page) = call(run, "ListRolePolicies", || request.clone().send()).await.found()? else {
                return Ok(names);
            };
            names.extend(page.policy_names);
            marker = page.marker;
            if !page.is_truncated {
                return Ok(names);
            }
        }
    }

    async fn instance_profiles(&self, run: &Run) -> Result<Vec<String>> {
        if !self.doomed {
            return Ok(Vec::new());
        }
        let request = self.aws.cloud.iam.list_instance_profiles_for_role().role_name(&self.name);
        let page = call(run, "ListInstanceProfilesForRole", || request.clone().send()).await.found()?;
        let profiles = page.map(|p| p.instance_profiles).unwrap_or_default();
        Ok(profiles.into_iter().map(|p| p.instance_profile_name).collect())
    }

    async fn put_inline(&self, document: &Value, run: &Run) -> Result<()> {
        let request = self.aws.cloud.iam.put_role_policy().role_name(&self.name).policy_name(INLINE);
        let request = request.policy_document(document.to_string());
        call(run, "PutRolePolicy", || request.clone().send()).await.map(drop)
    }

    async fn delete_inline(&self, name: &str, run: &Run) -> Result<()> {
        let request = self.aws.cloud.iam.delete_role_policy().role_name(&self.name).policy_name(name);
        ignore_not_found(call(run, "DeleteRolePolicy", || request.clone().send()).await)
    }

    async fn attach(&self, arn: &str, run: &Run) -> Result<()> {
        let request = self.aws.cloud.iam.attach_role_policy().role_name(&self.name).policy_arn(arn);
        call(run, "AttachRolePolicy", || request.clone().send()).await.map(drop)
    }

    async fn detach(&self, arn: &str, run: &Run) -> Result<()> {
        let request = self.aws.cloud.iam.detach_role_policy().role_name(&self.name).policy_arn(arn);
        ignore_not_found(call(run, "DetachRolePolicy", || request.clone().send()).await)
    }

    async fn set_boundary(&self, arn: &str, run: &Run) -> Result<()> {
        let request = self.aws.cloud.iam.put_role_permissions_boundary().role_name(&self.name);
        let request = request.permissions_boundary(arn);
        call(run, "PutRolePermissionsBoundary", || request.clone().send()).await.map(drop)
    }

    async fn set_tags(&self, have: &tags::Tags, want: &tags::Tags, run: &Run) -> Result<()> {
        let (set, gone) = tags::difference(have, want);
        if !set.is_empty() {
            let request = self.aws.cloud.iam.tag_role().role_name(&self.name).set_tags(Some(iam_tags(&set)?));
            call(run, "TagRole", || request.clone().send()).await?;
        }
        if !gone.is_empty() {
            let request = self.aws.cloud.iam.untag_role().role_name(&self.name).set_tag_keys(Some(gone));
            call(run, "UntagRole", || request.clone().send()).await?;
        }
        Ok(())
    }

    async fn set_trust(&self, trust: &Value, run: &Run) -> Result<()> {
        let request = self.aws.cloud.iam.update_assume_role_policy().role_name(&self.name);
        let request = request.policy_document(trust.to_string());
        call(run, "UpdateAssumeRolePolicy", || request.clone().send()).await.map(drop)
    }
}

fn is_service_role(policy: &str) -> bool {
    policy == "AWSLambdaRole" || policy.starts_with("AWSLambda") && policy.ends_with("ExecutionRole")
}

fn iam_tags(tags: &tags::Tags) -> Result<Vec<Tag>> {
    tags.iter().map(|(k, v)| Ok(Tag::builder().key(k).value(v).build()?)).collect()
}

impl Resource for Role {
    type Props = Props;
    type Output = RoleOutput;

    fn id(&self) -> Id {
        self.id.clone()
    }

    fn aws_name(&self, _: Option<&Live<Self>>) -> String {
        self.name.clone()
    }

    fn follows(&self) -> Vec<Id> {
        vec![self.api.clone()]
    }

    fn deleted_before(&self) -> Vec<Id> {
        vec![self.api.clone()]
    }

    fn wish(&self, have: Option<&Live<Self>>) -> Result<Props> {
        let mut props = Props {
            trust: trust::lambda_alone(),
            policies: self.policies.iter().map(|p| self.policy_arn(p)).collect::<Result<_>>()?,
            statements: self.inline()?,
            other_policies: BTreeSet::new(),
            // A boundary is somebody's guard rail: it goes only if the file names another.
            boundary: self.boundary.clone().or_else(|| have.and_then(|h| h.props.boundary.clone())),
            tags: self.aws.ownership.tags(&self.id, have.map(|h| &h.owner)),
            instance_profiles: Vec::new(),
        };
        // Others may use what was there before the stack: it only gains.
        if let Some(have) = have.filter(|h| h.owner != Owner::Us) {
            props.trust = trust::with_lambda(&have.props.trust);
            props.policies.extend(have.props.policies.iter().cloned());
            props.other_policies = have.props.other_policies.clone();
        }
        Ok(props)
    }

    fn undeletable(&self, have: &Live<Self>) -> Option<String> {
        let profiles = &have.props.instance_profiles;
        (!profiles.is_empty()).then(|| {
            format!(
                "the role {} is in the instance profile {}, so AWS does not delete it; take it out of there (aws iam \
                 remove-role-from-instance-profile), then run the same command again",
                self.name,
                profiles.join(", ")
            )
        })
    }

    async fn observe(&self) -> Result<Option<Live<Self>>> {
        let run = self.aws.cloud.looking_at(&self.id);
        let get = self.aws.cloud.iam.get_role().role_name(&self.name);
        let get_inline = self.aws.cloud.iam.get_role_policy().role_name(&self.name).policy_name(INLINE);
        let (role, policies, mut inline, ours, profiles) = tokio::join!(
            call(&run, "GetRole", || get.clone().send()),
            self.attached(&run),
            self.inline_names(&run),
            call(&run, "GetRolePolicy", || get_inline.clone().send()),
            self.instance_profiles(&run),
        );
        let Some(role) = role.found()?.and_then(|r| r.role) else { return Ok(None) };
        let have: tags::Tags = role.tags().iter().map(|t| (t.key.clone(), t.value.clone())).collect();
        let owner = self.aws.ownership.owner(&have, || format!("the IAM role {} ({})", self.name, role.arn));
        if let Ok(names) = &mut inline {
            names.remove(INLINE);
        }
        let props = Props {
            trust: parse_policy(role.assume_role_policy_document().unwrap_or_default()),
            policies: policies?,
            statements: ours.found()?.map_or(Value::Null, |p| parse_policy(&p.policy_document)),
            other_policies: inline?,
            boundary: role
                .permissions_boundary()
                .and_then(|b| b.permissions_boundary_arn())
                .map(str::to_owned),
            tags: self.aws.ownership.managed(&have, &owner),
            instance_profiles: profiles?,
        };
        Ok(Some(Live { props, output: RoleOutput::of(&role), owner }))
    }

    async fn create(&self, want: &Props, run: &Run) -> Result<RoleOutput> {
        let request = self.aws.cloud.iam.create_role().role_name(&self.name);
        let request =
            request.assume_role_policy_document(want.trust.to_string()).set_tags(Some(iam_tags(&want.tags)?));
        let request = request.set_permissions_boundary(want.boundary.clone());
        let role = match call(run, "CreateRole", || request.clone().send()).await {
            Ok(created) => created.role.context("CreateRole answered without a role")?,
            Err(e) => return finish_existing(&self.aws, self, e, want, run).await,
        };
        let attach = try_join_all(want.policies.iter().map(|arn| self.attach(arn, run)));
        let (inline, attached) = tokio::join!(self.put_inline(&want.statements, run), attach);
        inline.and(attached)?;
        Ok(RoleOutput::of(&role))
    }

    async fn update(&self, have: &Live<Self>, want: &Props, run: &Run) -> Result<Applied<RoleOutput>> {
        let have_props = &have.props;
        self.set_tags(&have_props.tags, &want.tags, run).await?;
        if have_props.trust != want.trust {
            self.set_trust(&want.trust, run).await?;
        }
        if let Some(boundary) = want.boundary.as_ref().filter(|b| have_props.boundary.as_ref() != Some(b)) {
            self.set_boundary(boundary, run).await?;
        }
        if have_props.statements != want.statements {
            self.put_inline(&want.statements, run).await?;
        }
        for arn in want.policies.difference(&have_props.policies) {
            self.attach(arn, run).await?;
        }
        for arn in have_props.policies.difference(&want.policies) {
            self.detach(arn, run).await?;
        }
        for name in have_props.other_policies.difference(&want.other_policies) {
            self.delete_inline(name, run).await?;
        }
        Ok(Applied::in_place(have.output.clone()))
    }

    async fn delete(&self, have: &Live<Self>, run: &Run) -> Result<()> {
        let mut inline = have.props.other_policies.clone();
        if !have.props.statements.is_null() {
            inline.insert(INLINE.to_owned());
        }
        let detach = try_join_all(have.props.policies.iter().map(|arn| self.detach(arn, run)));
        let (detached, deleted) =
            tokio::join!(detach, try_join_all(inline.iter().map(|name| self.delete_inline(name, run))));
        detached.and(deleted)?;
        let request = self.aws.cloud.iam.delete_role().role_name(&self.name);
        ignore_not_found(call(run, "DeleteRole", || request.clone().send()).await)
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
