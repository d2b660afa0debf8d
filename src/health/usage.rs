//! What each key has used of its quota (API Gateway GetUsage, which costs nothing).

use super::look::Look;
use crate::{
    aws::{call, pages},
    engine::Kind as _,
    resources::{UsagePlan, own_api},
};
use anyhow::Result;
use serde::Serialize;

#[derive(Debug, Serialize)]
pub struct KeyUsage {
    /// The key's name.
    pub key: String,
    /// Calls today (UTC).
    pub today: i64,
    /// `100/day`; `None`: no quota.
    pub quota: Option<String>,
    /// Of the quota's period.
    pub used: Option<i64>,
    pub limit: Option<i64>,
}

impl Look<'_> {
    pub(super) async fn usage(&self) -> Result<Vec<KeyUsage>> {
        let plan = UsagePlan { aws: self.aws.clone() };
        // The plan asks for the stages later, and then they are there.
        let stages = async {
            let api = own_api(&self.aws).await?.and_then(|api| api.id);
            match api {
                Some(id) => self.aws.cloud.stages(&id).await.map(drop),
                None => Ok(()),
            }
        };
        let (found, stages) = tokio::join!(plan.find(), stages);
        stages?;
        let Some(found) = found?.filter(|f| f.owner.foreign().is_none()) else { return Ok(Vec::new()) };
        let today = UsagePlan::today().to_string();
        let days = pages(async |position| {
            let request = self.aws.cloud.apigateway.get_usage().usage_plan_id(&found.output.id);
            let request = request.start_date(&today).end_date(&today).set_position(position);
            let page = call(&self.run, "GetUsage", || request.clone().send()).await?;
            Ok((page.items.unwrap_or_default().into_iter().collect(), page.position))
        });
        let days: Vec<(String, Vec<Vec<i64>>)> = days.await?;
        let quota = found.settings.quota();
        let limit = quota.and_then(|text| text.split('/').next()?.parse::<i64>().ok());
        let of_key = |id: &str| days.iter().find(|(key, _)| key == id).and_then(|(_, days)| days.last());
        let keys = found.settings.keys().iter().map(|(id, name)| {
            let day = of_key(id);
            let left = day.and_then(|day| day.get(1)).copied();
            KeyUsage {
                key: name.clone(),
                today: day.and_then(|day| day.first()).copied().unwrap_or_default(),
                quota: quota.map(str::to_owned),
                used: limit.map(|limit| (limit - left.unwrap_or(limit)).max(0)),
                limit,
            }
        });
        Ok(keys.collect())
    }
}
