//! Making the one plan of a stack: API Gateway does not key plans by name.

use super::{Settings, UsagePlanWish};
use crate::{
    aws::{Unkeyed, call_once},
    engine::Run,
};
use anyhow::{Context as _, Result};
use aws_sdk_apigateway::types::{ApiStage, QuotaPeriodType, QuotaSettings, ThrottleSettings};
use futures_util::future::join_all;

pub(super) struct Creation<'a> {
    pub of: &'a UsagePlanWish,
    pub want: &'a Settings,
    pub run: &'a Run,
}

impl Creation<'_> {
    fn api(&self) -> Option<String> {
        self.of.rest_api.get().map(|api| api.id)
    }
}

impl Unkeyed for Creation<'_> {
    /// The plan's id.
    type Item = String;

    async fn ours(&self, mine: Option<&String>) -> Result<Vec<String>> {
        self.of.plan.aws.cloud.forget_usage_plans();
        let listed = self.of.plan.listed(self.api().as_deref()).await?;
        match mine {
            Some(mine) if listed == [mine.clone()] => Ok(listed),
            _ => Ok(self
                .of
                .plan
                .own(self.api().as_deref())
                .await?
                .into_iter()
                .filter_map(|(p, _)| p.id)
                .collect()),
        }
    }

    /// A key reaches a stage through one plan only: of two runs at once, at most one gets them all.
    async fn complete(&self, id: &String) -> Result<()> {
        let linked = join_all(self.want.keys.keys().map(|key| self.of.plan.link(id, key, self.run))).await;
        linked.into_iter().collect()
    }

    async fn create(&self) -> Result<String> {
        let mut request = self.of.plan.aws.cloud.apigateway.create_usage_plan();
        request = request
            .name(&self.want.name)
            .set_throttle(self.of.throttle())
            .set_quota(self.of.quota())
            .set_tags(Some(self.want.tags.clone().into_iter().collect()));
        for stage in &self.want.stages {
            let (api, stage) = stage.split_once(':').unwrap_or((stage, ""));
            request = request.api_stages(ApiStage::builder().api_id(api).stage(stage).build());
        }
        let made = call_once(self.run, "CreateUsagePlan", || request.clone().send()).await?;
        made.id.context("CreateUsagePlan answered without an id")
    }

    async fn delete(&self, id: &String) -> Result<()> {
        self.of.plan.delete_plan(id, &self.want.stages, self.run).await
    }

    fn same(a: &String, b: &String) -> bool {
        a == b
    }
}

impl UsagePlanWish {
    fn throttle(&self) -> Option<ThrottleSettings> {
        let t = self.wish.throttle?;
        Some(
            ThrottleSettings::builder()
                .rate_limit(t.rate)
                .burst_limit(i32::try_from(t.burst).unwrap_or(i32::MAX))
                .build(),
        )
    }

    fn quota(&self) -> Option<QuotaSettings> {
        let q = self.wish.quota?;
        let limit = i32::try_from(q.limit).unwrap_or(i32::MAX);
        Some(QuotaSettings::builder().limit(limit).period(QuotaPeriodType::from(q.period.aws())).build())
    }
}
