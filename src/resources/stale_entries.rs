//! Entries of the inventory whose things are no longer in the stack file: taken away after the last of these is gone.

use super::rest_api::{own_api, tags_of};
use crate::{
    aws::{
        StackAws, apigateway_tags,
        tags::{self, Tags},
    },
    engine::{Deletable, Found, Kind, Owner, Run},
    stack::Inventory,
};
use anyhow::{Context as _, Result};

/// Deleting them shortens the inventory to what is kept.
pub(crate) struct StaleEntries {
    pub aws: StackAws,
    /// What the stack file names, and what this version can't delete.
    pub keep: Inventory,
}

impl Kind for StaleEntries {
    const NAME: &'static str = "inventory";
    type Settings = ();
    /// The REST API's id.
    type Output = String;

    fn aws_name(&self, _: Option<&Found<Self>>) -> String {
        "(the entries of what is deleted)".to_owned()
    }

    async fn find(&self) -> Result<Option<Found<Self>>> {
        let Some(api) = own_api(&self.aws).await? else { return Ok(None) };
        let are_there = !self.aws.inventory(&tags_of(&api)).beyond(&self.keep).is_empty();
        let output = api.id.context("GetRestApis answered an API without an id")?;
        Ok(are_there.then_some(Found { settings: (), output, owner: Owner::Us }))
    }
}

impl Deletable for StaleEntries {
    async fn delete(&self, found: &Found<Self>, run: &Run) -> Result<()> {
        self.aws.cloud.forget_rest_apis();
        let Some(api) = own_api(&self.aws).await? else { return Ok(()) };
        let there: Tags = tags_of(&api).into_iter().filter(|(k, _)| k.starts_with(tags::INVENTORY)).collect();
        let arn = apigateway_tags::arn(&self.aws.cloud, &format!("restapis/{}", found.output))?;
        apigateway_tags::set(&self.aws.cloud, &arn, &there, &self.aws.inventory_tags(&self.keep), run)
            .await?;
        self.aws.cloud.forget_rest_apis();
        Ok(())
    }
}
