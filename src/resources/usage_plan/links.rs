//! The keys of a usage plan.

use super::UsagePlan;
use crate::{
    aws::{Class, call, failure_of},
    engine::Reporter,
    resources::gone,
};
use anyhow::Result;
use std::collections::BTreeMap;

impl UsagePlan {
    /// Key id to name. The answer holds the values too; they go no further.
    pub(super) async fn linked(&self, plan: &str, to: &Reporter) -> Result<BTreeMap<String, String>> {
        let (mut keys, mut position) = (BTreeMap::new(), None);
        loop {
            let request = self.at.cloud.apigateway.get_usage_plan_keys().usage_plan_id(plan).limit(500);
            let request = request.set_position(position);
            let page = call(to, "GetUsagePlanKeys", || request.clone().send()).await?;
            let items = page.items.unwrap_or_default();
            keys.extend(items.into_iter().filter_map(|k| Some((k.id?, k.name.unwrap_or_default()))));
            position = page.position;
            if position.is_none() {
                return Ok(keys);
            }
        }
    }

    pub(super) async fn link(&self, plan: &str, key: &str, to: &Reporter) -> Result<()> {
        let request = self.at.cloud.apigateway.create_usage_plan_key();
        let request = request.usage_plan_id(plan).key_id(key).key_type("API_KEY");
        match call(to, "CreateUsagePlanKey", || request.clone().send()).await {
            // Linked already (a lost reply), or linked through another plan of the same stage.
            Err(e) if failure_of(&e).is_some_and(|f| f.class() == Class::AlreadyThere) => {
                let linked = self.linked(plan, to).await?.contains_key(key);
                if linked { Ok(()) } else { Err(e.context("the key is in another usage plan of this stage")) }
            }
            other => other.map(drop),
        }
    }

    /// As [`Self::link`]; a twin of this plan, which would go only after it, gives the key up.
    pub(super) async fn take(&self, plan: &str, key: &str, to: &Reporter) -> Result<()> {
        let Err(refused) = self.link(plan, key, to).await else { return Ok(()) };
        let own = self.own().await?;
        let holders = own.iter().filter(|(p, keys)| p.id() != Some(plan) && keys.contains_key(key));
        let twins: Vec<_> = holders.filter_map(|(p, _)| p.id()).collect();
        if twins.is_empty() {
            return Err(refused);
        }
        for twin in twins {
            self.unlink(twin, key, to).await?;
        }
        self.link(plan, key, to).await
    }

    pub(super) async fn unlink(&self, plan: &str, key: &str, to: &Reporter) -> Result<()> {
        let request = self.at.cloud.apigateway.delete_usage_plan_key().usage_plan_id(plan).key_id(key);
        gone(call(to, "DeleteUsagePlanKey", || request.clone().send()).await)
    }
}
