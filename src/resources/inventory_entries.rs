//! The inventory's leftovers: entries of what left the stack file, taken away after the last of it is gone.

use super::{
    StackAws, apigateway_tags,
    rest_api::{own_api, tags_of},
};
use crate::{
    aws::tags,
    engine::{Applied, Id, Live, Owner, Resource, Run},
    stack::Inventory,
};
use anyhow::{Context as _, Result};

/// Retired last: its deletion shortens the inventory to what the file names.
pub struct InventoryEntries {
    pub aws: StackAws,
    pub id: Id,
    /// What the stack file names, and what this version can't retire.
    pub keep: Inventory,
}

impl Resource for InventoryEntries {
    type Props = ();
    type Output = String;

    fn id(&self) -> Id {
        self.id.clone()
    }

    fn wish(&self, _: Option<&Live<Self>>) -> Result<()> {
        Ok(())
    }

    async fn observe(&self) -> Result<Option<Live<Self>>> {
        let Some(api) = own_api(&self.aws).await? else { return Ok(None) };
        let more = !self.aws.inventory(&tags_of(&api)).beyond(&self.keep).is_empty();
        let id = api.id.context("GetRestApis answered an API without an id")?;
        Ok(more.then_some(Live { props: (), output: id, owner: Owner::Us }))
    }

    async fn create(&self, (): &(), _: &Run) -> Result<String> {
        anyhow::bail!("inventory entries are written with the REST API")
    }

    async fn update(&self, have: &Live<Self>, (): &(), _: &Run) -> Result<Applied<String>> {
        Ok(Applied::in_place(have.output.clone()))
    }

    async fn delete(&self, have: &Live<Self>, run: &Run) -> Result<()> {
        self.aws.cloud.forget_lists();
        let Some(api) = own_api(&self.aws).await? else { return Ok(()) };
        let there: tags::Tags =
            tags_of(&api).into_iter().filter(|(k, _)| k.starts_with(tags::INVENTORY)).collect();
        let arn = apigateway_tags::arn(&self.aws, &format!("restapis/{}", have.output))?;
        apigateway_tags::set(&self.aws, &arn, &there, &self.aws.inventory_tags(&self.keep), run).await?;
        self.aws.cloud.forget_lists();
        Ok(())
    }
}
