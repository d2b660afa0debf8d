//! Somebody else's role, by ARN: used, never touched.

use super::RoleOutput;
use crate::engine::{Applied, Id, Live, Owner, Resource, Run};
use anyhow::Result;

/// Somebody else's role, by ARN: used, never touched.
pub struct ExistingRole {
    pub id: Id,
    pub arn: String,
}

impl Resource for ExistingRole {
    type Props = ();
    type Output = RoleOutput;

    fn id(&self) -> Id {
        self.id.clone()
    }

    fn aws_name(&self, _: Option<&Live<Self>>) -> String {
        self.arn.clone()
    }

    fn wish(&self, _: Option<&Live<Self>>) -> Result<()> {
        Ok(())
    }

    fn retained(&self) -> bool {
        true
    }

    async fn observe(&self) -> Result<Option<Live<Self>>> {
        Ok(Some(Live {
            props: (),
            output: RoleOutput { arn: self.arn.clone(), created: None },
            owner: Owner::Us,
        }))
    }

    async fn create(&self, (): &(), _: &Run) -> Result<RoleOutput> {
        Ok(RoleOutput { arn: self.arn.clone(), created: None })
    }

    async fn update(&self, have: &Live<Self>, (): &(), _: &Run) -> Result<Applied<RoleOutput>> {
        Ok(Applied::in_place(have.output.clone()))
    }

    async fn delete(&self, _: &Live<Self>, _: &Run) -> Result<()> {
        Ok(())
    }
}
