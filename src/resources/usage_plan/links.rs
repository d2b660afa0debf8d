//! The keys of a usage plan.

use super::{UsagePlan, UsagePlanWish};
use crate::{
    aws::{Class, call, ignore_not_found, is_class, pages},
    engine::{Found, Run},
    resources::{
        rest_api::{anchor, tags_of},
        stage,
    },
};
use anyhow::Result;
use std::collections::{BTreeMap, BTreeSet};

/// Links that are this stack's to take back.
#[derive(Debug, Clone, Default)]
pub(super) struct OwnLinks {
    /// `api:stage`
    stages: BTreeSet<String>,
    /// Of keys that the stack has or has had.
    key_names: BTreeSet<String>,
}

impl UsagePlan {
    /// The day that quotas and GetUsage count: UTC's.
    pub(crate) fn today() -> jiff::civil::Date {
        jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date()
    }

    /// Key id to name. The answer holds the values too; they go no further.
    pub(super) async fn linked(&self, plan: &str, run: &Run) -> Result<BTreeMap<String, String>> {
        let keys = pages(async |position| {
            let request = self.aws.cloud.apigateway.get_usage_plan_keys().usage_plan_id(plan).limit(500);
            let request = request.set_position(position);
            let page = call(run, "GetUsagePlanKeys", || request.clone().send()).await?;
            Ok((page.items.unwrap_or_default(), page.position))
        });
        Ok(keys.await?.into_iter().filter_map(|k| Some((k.id?, k.name.unwrap_or_default()))).collect())
    }

    /// What this stack links, or has linked.
    pub(super) async fn own_links(&self) -> Result<OwnLinks> {
        let Some((api, _)) = anchor(&self.aws).await? else { return Ok(OwnLinks::default()) };
        let id = api.id().unwrap_or_default();
        let found = self.aws.cloud.stages(id).await?;
        let ours = found.iter().filter(|s| {
            s.stage_name() == Some(&self.aws.file.stage) || self.aws.ownership.owns(&stage::tags_of(s))
        });
        let inventory = self.aws.inventory(&tags_of(&api));
        Ok(OwnLinks {
            stages: ours.filter_map(|s| Some(format!("{id}:{}", s.stage_name()?))).collect(),
            key_names: inventory.of_kind("api-key").map(|entry| entry.name.clone()).collect(),
        })
    }

    pub(super) async fn link(&self, plan: &str, key: &str, run: &Run) -> Result<()> {
        let request = self.aws.cloud.apigateway.create_usage_plan_key();
        let request = request.usage_plan_id(plan).key_id(key).key_type("API_KEY");
        match call(run, "CreateUsagePlanKey", || request.clone().send()).await {
            // Linked already (a lost reply), or linked through another plan of the same stage.
            Err(e) if is_class(&e, Class::AlreadyThere) => {
                let linked = self.linked(plan, run).await?.contains_key(key);
                if linked { Ok(()) } else { Err(e.context("the key is in another usage plan of this stage")) }
            }
            other => other.map(drop),
        }
    }

    /// As [`Self::link`]; a twin of this plan, which would go only after it, gives the key up.
    ///
    /// # Errors
    /// As the calls; a key that is in another plan of the stage.
    pub(crate) async fn take(&self, plan: &str, key: &str, run: &Run) -> Result<()> {
        let Err(refused) = self.link(plan, key, run).await else { return Ok(()) };
        let own = self.own(None).await?;
        let holders = own.iter().filter(|(p, keys)| p.id() != Some(plan) && keys.contains_key(key));
        let twins: Vec<_> = holders.filter_map(|(p, _)| p.id()).collect();
        if twins.is_empty() {
            return Err(refused);
        }
        for twin in twins {
            self.unlink(twin, key, run).await?;
        }
        self.link(plan, key, run).await
    }

    pub(super) async fn unlink(&self, plan: &str, key: &str, run: &Run) -> Result<()> {
        let request = self.aws.cloud.apigateway.delete_usage_plan_key().usage_plan_id(plan).key_id(key);
        ignore_not_found(call(run, "DeleteUsagePlanKey", || request.clone().send()).await)
    }
}

impl UsagePlanWish {
    /// The file's own stage and keys, and what other people have added to the plan: their customers call through it.
    pub(super) fn wished_links(
        &self,
        found: Option<&Found<UsagePlan>>,
    ) -> (BTreeSet<String>, BTreeMap<String, String>) {
        let wished = self.wished_keys();
        let Some(found) = found else { return ([self.wished_stage()].into(), wished) };
        let own = &found.output.own;
        let was_ours =
            |name: &String| own.key_names.contains(name) && !wished.values().any(|wish| wish == name);
        let stages = found.settings.stages.difference(&own.stages).cloned();
        let keys = found.settings.keys.iter().filter(|(_, name)| !was_ours(name));
        let keys: BTreeMap<_, _> = keys.map(|(id, name)| (id.clone(), name.clone())).collect();
        (stages.chain([self.wished_stage()]).collect(), keys.into_iter().chain(wished).collect())
    }
}
