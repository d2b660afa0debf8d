//! IAM's calls for one role.

use super::{INLINE, Role, iam_tags};
use crate::{
    aws::{FoundExt, call, ignore_not_found, pages, tags},
    engine::Run,
};
use anyhow::Result;
use serde_json::Value;
use std::collections::BTreeSet;

impl Role {
    pub(crate) async fn attached(&self, run: &Run) -> Result<BTreeSet<String>> {
        let arns = pages(async |marker| {
            let request = self.aws.cloud.iam.list_attached_role_policies().role_name(&self.name);
            let request = request.set_marker(marker);
            let page = call(run, "ListAttachedRolePolicies", || request.clone().send()).await.found()?;
            Ok(page
                .map(|p| (p.attached_policies.unwrap_or_default(), p.marker.filter(|_| p.is_truncated)))
                .unwrap_or_default())
        });
        Ok(arns.await?.into_iter().filter_map(|p| p.policy_arn).collect())
    }

    pub(crate) async fn inline_names(&self, run: &Run) -> Result<BTreeSet<String>> {
        let names = pages(async |marker| {
            let request = self.aws.cloud.iam.list_role_policies().role_name(&self.name).set_marker(marker);
            let page = call(run, "ListRolePolicies", || request.clone().send()).await.found()?;
            Ok(page.map(|p| (p.policy_names, p.marker.filter(|_| p.is_truncated))).unwrap_or_default())
        });
        Ok(names.await?.into_iter().collect())
    }

    pub(crate) async fn instance_profiles(&self, run: &Run) -> Result<Vec<String>> {
        let request = self.aws.cloud.iam.list_instance_profiles_for_role().role_name(&self.name);
        let page = call(run, "ListInstanceProfilesForRole", || request.clone().send()).await.found()?;
        let profiles = page.map(|p| p.instance_profiles).unwrap_or_default();
        Ok(profiles.into_iter().map(|p| p.instance_profile_name).collect())
    }

    pub(crate) async fn put_inline(&self, document: &Value, run: &Run) -> Result<()> {
        let request = self.aws.cloud.iam.put_role_policy().role_name(&self.name).policy_name(INLINE);
        let request = request.policy_document(document.to_string());
        call(run, "PutRolePolicy", || request.clone().send()).await.map(drop)
    }

    pub(crate) async fn delete_inline(&self, name: &str, run: &Run) -> Result<()> {
        let request = self.aws.cloud.iam.delete_role_policy().role_name(&self.name).policy_name(name);
        ignore_not_found(call(run, "DeleteRolePolicy", || request.clone().send()).await)
    }

    pub(crate) async fn attach(&self, arn: &str, run: &Run) -> Result<()> {
        let request = self.aws.cloud.iam.attach_role_policy().role_name(&self.name).policy_arn(arn);
        call(run, "AttachRolePolicy", || request.clone().send()).await.map(drop)
    }

    pub(crate) async fn detach(&self, arn: &str, run: &Run) -> Result<()> {
        let request = self.aws.cloud.iam.detach_role_policy().role_name(&self.name).policy_arn(arn);
        ignore_not_found(call(run, "DetachRolePolicy", || request.clone().send()).await)
    }

    pub(crate) async fn set_boundary(&self, arn: &str, run: &Run) -> Result<()> {
        let request = self.aws.cloud.iam.put_role_permissions_boundary().role_name(&self.name);
        let request = request.permissions_boundary(arn);
        call(run, "PutRolePermissionsBoundary", || request.clone().send()).await.map(drop)
    }

    pub(crate) async fn set_tags(&self, have: &tags::Tags, want: &tags::Tags, run: &Run) -> Result<()> {
        let iam = &self.aws.cloud.iam;
        let set = async |tags: tags::Tags| {
            let request = iam.tag_role().role_name(&self.name).set_tags(Some(iam_tags(&tags)?));
            call(run, "TagRole", || request.clone().send()).await.map(drop)
        };
        let take_away = async |keys| {
            let request = iam.untag_role().role_name(&self.name).set_tag_keys(Some(keys));
            call(run, "UntagRole", || request.clone().send()).await.map(drop)
        };
        tags::change(have, want, set, take_away).await
    }

    pub(crate) async fn set_trust(&self, trust: &Value, run: &Run) -> Result<()> {
        let request = self.aws.cloud.iam.update_assume_role_policy().role_name(&self.name);
        let request = request.policy_document(trust.to_string());
        call(run, "UpdateAssumeRolePolicy", || request.clone().send()).await.map(drop)
    }
}
