//! The execution role: who the function is while it runs.

use super::{Context, gone, policy, resume};
use crate::{
    aws::{FoundExt, call, tags},
    engine::{Applied, Id, Live, Reporter, Resource},
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
    pub at: Context,
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
}

/// What functions need of a role.
#[derive(Debug, Clone)]
pub struct RoleOutput {
    /// Read, never composed: consoles make roles under other paths.
    pub arn: String,
}

impl Role {
    fn trust() -> Value {
        json!({
            "Version": "2012-10-17",
            "Statement": [{
                "Effect": "Allow",
                "Principal": { "Service": "lambda.amazonaws.com" },
                "Action": "sts:AssumeRole",
            }],
        })
    }

    /// Writing to its own log group, and not making it: a late log line can't bring a deleted group back.
    fn inline(&self) -> Result<Value> {
        let group = self.at.cloud.arn("logs", &format!("log-group:/aws/lambda/{}:*", self.function))?;
        let mut statements = vec![json!({
            "Effect": "Allow",
            "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
            "Resource": group,
        })];
        statements.extend(self.statements.iter().cloned());
        Ok(json!({ "Version": "2012-10-17", "Statement": statements }))
    }

    fn policy_arn(&self, policy: &str) -> Result<String> {
        let partition = &self.at.cloud.identity()?.partition;
        Ok(if policy.starts_with("arn:") {
            policy.to_owned()
        } else {
            // AWS keeps Lambda's own execution policies under a path of their own.
            let path = if is_service_role(policy) { "service-role/" } else { "" };
            format!("arn:{partition}:iam::aws:policy/{path}{policy}")
        })
    }

    async fn attached(&self, to: &Reporter) -> Result<BTreeSet<String>> {
        let (mut arns, mut marker) = (BTreeSet::new(), None);
        loop {
            let request =
                self.at.cloud.iam.list_attached_role_policies().role_name(&self.name).set_marker(marker);
            let Some(page) = call(to, "ListAttachedRolePolicies", || request.clone().send()).await.found()?
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

    async fn inline_names(&self, to: &Reporter) -> Result<BTreeSet<String>> {
        let (mut names, mut marker) = (BTreeSet::new(), None);
        loop {
            let request = self.at.cloud.iam.list_role_policies().role_name(&self.name).set_marker(marker);
            let Some(page) = call(to, "ListRolePolicies", || request.clone().send()).await.found()? else {
                return Ok(names);
            };
            names.extend(page.policy_names);
            marker = page.marker;
            if !page.is_truncated {
                return Ok(names);
            }
        }
    }

    async fn put_inline(&self, document: &Value, to: &Reporter) -> Result<()> {
        let request = self.at.cloud.iam.put_role_policy().role_name(&self.name).policy_name(INLINE);
        let request = request.policy_document(document.to_string());
        call(to, "PutRolePolicy", || request.clone().send()).await.map(drop)
    }

    async fn delete_inline(&self, name: &str, to: &Reporter) -> Result<()> {
        let request = self.at.cloud.iam.delete_role_policy().role_name(&self.name).policy_name(name);
        gone(call(to, "DeleteRolePolicy", || request.clone().send()).await)
    }

    async fn attach(&self, arn: &str, to: &Reporter) -> Result<()> {
        let request = self.at.cloud.iam.attach_role_policy().role_name(&self.name).policy_arn(arn);
        call(to, "AttachRolePolicy", || request.clone().send()).await.map(drop)
    }

    async fn detach(&self, arn: &str, to: &Reporter) -> Result<()> {
        let request = self.at.cloud.iam.detach_role_policy().role_name(&self.name).policy_arn(arn);
        gone(call(to, "DetachRolePolicy", || request.clone().send()).await)
    }

    async fn set_boundary(&self, boundary: Option<&String>, to: &Reporter) -> Result<()> {
        let iam = &self.at.cloud.iam;
        match boundary {
            Some(arn) => {
                let request =
                    iam.put_role_permissions_boundary().role_name(&self.name).permissions_boundary(arn);
                call(to, "PutRolePermissionsBoundary", || request.clone().send()).await.map(drop)
            }
            None => {
                let request = iam.delete_role_permissions_boundary().role_name(&self.name);
                gone(call(to, "DeleteRolePermissionsBoundary", || request.clone().send()).await)
            }
        }
    }

    async fn set_tags(&self, have: &tags::Tags, want: &tags::Tags, to: &Reporter) -> Result<()> {
        let (set, gone) = tags::difference(have, want);
        if !set.is_empty() {
            let request = self.at.cloud.iam.tag_role().role_name(&self.name).set_tags(Some(iam_tags(&set)?));
            call(to, "TagRole", || request.clone().send()).await?;
        }
        if !gone.is_empty() {
            let request = self.at.cloud.iam.untag_role().role_name(&self.name).set_tag_keys(Some(gone));
            call(to, "UntagRole", || request.clone().send()).await?;
        }
        Ok(())
    }

    async fn set_trust(&self, trust: &Value, to: &Reporter) -> Result<()> {
        let request = self.at.cloud.iam.update_assume_role_policy().role_name(&self.name);
        let request = request.policy_document(trust.to_string());
        call(to, "UpdateAssumeRolePolicy", || request.clone().send()).await.map(drop)
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

    fn called(&self, _: Option<&Live<Self>>) -> String {
        self.name.clone()
    }

    fn follows(&self) -> Vec<Id> {
        vec![self.api.clone()]
    }

    fn deleted_before(&self) -> Vec<Id> {
        vec![self.api.clone()]
    }

    fn wish(&self, have: Option<&Live<Self>>) -> Result<Props> {
        Ok(Props {
            trust: Self::trust(),
            policies: self.policies.iter().map(|p| self.policy_arn(p)).collect::<Result<_>>()?,
            statements: self.inline()?,
            other_policies: BTreeSet::new(),
            boundary: self.boundary.clone(),
            tags: self.at.own.tags(&self.id, have.map(|h| &h.owner)),
        })
    }

    async fn observe(&self) -> Result<Option<Live<Self>>> {
        let to = self.at.cloud.reporter(&self.id);
        let get = self.at.cloud.iam.get_role().role_name(&self.name);
        let get_inline = self.at.cloud.iam.get_role_policy().role_name(&self.name).policy_name(INLINE);
        let (role, policies, mut inline, ours) = tokio::join!(
            call(&to, "GetRole", || get.clone().send()),
            self.attached(&to),
            self.inline_names(&to),
            call(&to, "GetRolePolicy", || get_inline.clone().send()),
        );
        let Some(role) = role.found()?.and_then(|r| r.role) else { return Ok(None) };
        let have: tags::Tags = role.tags().iter().map(|t| (t.key.clone(), t.value.clone())).collect();
        let owner = self.at.own.owner(&have, || format!("the IAM role {} ({})", self.name, role.arn));
        if let Ok(names) = &mut inline {
            names.remove(INLINE);
        }
        let props = Props {
            trust: policy(role.assume_role_policy_document().unwrap_or_default()),
            policies: policies?,
            statements: ours.found()?.map_or(Value::Null, |p| policy(&p.policy_document)),
            other_policies: inline?,
            boundary: role.permissions_boundary.and_then(|b| b.permissions_boundary_arn),
            tags: self.at.own.managed(&have, &owner),
        };
        Ok(Some(Live { props, output: RoleOutput { arn: role.arn }, owner }))
    }

    async fn create(&self, want: &Props, to: &Reporter) -> Result<RoleOutput> {
        let request = self.at.cloud.iam.create_role().role_name(&self.name);
        let request =
            request.assume_role_policy_document(want.trust.to_string()).set_tags(Some(iam_tags(&want.tags)?));
        let request = request.set_permissions_boundary(want.boundary.clone());
        let role = match call(to, "CreateRole", || request.clone().send()).await {
            Ok(created) => created.role.context("CreateRole answered without a role")?,
            Err(e) => return resume(&self.at, self, e, want, to).await,
        };
        let attach = try_join_all(want.policies.iter().map(|arn| self.attach(arn, to)));
        let (inline, attached) = tokio::join!(self.put_inline(&want.statements, to), attach);
        inline.and(attached)?;
        Ok(RoleOutput { arn: role.arn })
    }

    async fn update(&self, have: &Live<Self>, want: &Props, to: &Reporter) -> Result<Applied<RoleOutput>> {
        let have_props = &have.props;
        self.set_tags(&have_props.tags, &want.tags, to).await?;
        if have_props.trust != want.trust {
            self.set_trust(&want.trust, to).await?;
        }
        if have_props.boundary != want.boundary {
            self.set_boundary(want.boundary.as_ref(), to).await?;
        }
        if have_props.statements != want.statements {
            self.put_inline(&want.statements, to).await?;
        }
        for arn in want.policies.difference(&have_props.policies) {
            self.attach(arn, to).await?;
        }
        for arn in have_props.policies.difference(&want.policies) {
            self.detach(arn, to).await?;
        }
        for name in &have_props.other_policies {
            self.delete_inline(name, to).await?;
        }
        Ok(Applied::in_place(have.output.clone()))
    }

    async fn delete(&self, have: &Live<Self>, to: &Reporter) -> Result<()> {
        let mut inline = have.props.other_policies.clone();
        if !have.props.statements.is_null() {
            inline.insert(INLINE.to_owned());
        }
        let detach = try_join_all(have.props.policies.iter().map(|arn| self.detach(arn, to)));
        let (detached, deleted) =
            tokio::join!(detach, try_join_all(inline.iter().map(|name| self.delete_inline(name, to))));
        detached.and(deleted)?;
        let request = self.at.cloud.iam.delete_role().role_name(&self.name);
        gone(call(to, "DeleteRole", || request.clone().send()).await)
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
