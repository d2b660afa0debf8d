//! What the REST API serves, as one document: routes, proxy integrations, OPTIONS mocks, gateway responses.
//!
//! It is written with one `PutRestApi(mode=overwrite)` and read with one `GetResources(embed=methods)` and one
//! `GetGatewayResponses`, whatever the number of routes; both sides are brought into the same canonical form
//! ([`canonical`]) and compared field by field.

mod authorizers;
mod canonical;
mod cors;
mod document;
mod openapi;
mod read;
mod wish;

pub use canonical::Canonical;
pub use document::Document;

use super::{RestApiOutput, StackAws, rest_api::anchor};
use crate::engine::{Applied, Handle, Id, Live, Owner, Resource, Run};
use anyhow::{Context as _, Result};
use std::rc::Rc;

pub struct Definition {
    pub aws: StackAws,
    pub id: Id,
    pub document: Rc<Document>,
    pub rest_api: Handle<RestApiOutput>,
}

#[derive(Debug, Clone)]
pub struct DefinitionOutput {
    /// The API was there before the stack.
    adopted: bool,
}

impl Definition {
    async fn put(&self, wish: &Canonical, run: &Run) -> Result<()> {
        let api = self.rest_api.ready()?;
        self.document.put(&api.id, wish, &api.kept, run).await?;
        self.aws.cloud.forget_lists();
        Ok(())
    }
}

impl Resource for Definition {
    type Props = Canonical;
    type Output = DefinitionOutput;

    fn id(&self) -> Id {
        self.id.clone()
    }

    fn needs(&self) -> Vec<Id> {
        vec![self.rest_api.id()]
    }

    fn deleted_before(&self) -> Vec<Id> {
        vec![self.rest_api.id()]
    }

    fn wish(&self, have: Option<&Live<Self>>) -> Result<Canonical> {
        let mut wish = self.document.canonical()?;
        if let Some(adopted) = have.filter(|h| h.output.adopted) {
            wish.keep(&adopted.props);
        }
        Ok(wish)
    }

    /// It goes with its API.
    fn retained(&self) -> bool {
        true
    }

    async fn observe(&self) -> Result<Option<Live<Self>>> {
        let run = self.aws.cloud.looking_at(&self.id);
        let Some((api, owner)) = anchor(&self.aws).await? else { return Ok(None) };
        let id = api.id().context("GetRestApis answered an API without an id")?;
        let there = self.document.observed(id, api.binary_media_types(), api.api_key_source(), &run);
        let strange = async {
            let is_strange = matches!(owner, Owner::Other(_));
            if is_strange { self.document.strange_parts(id, &run).await } else { Ok(Default::default()) }
        };
        let (there, strange) = tokio::join!(there, strange);
        let (models, validators) = strange?;
        let props = Canonical { models, validators, ..there? };
        let output = DefinitionOutput { adopted: owner != Owner::Us };
        Ok(Some(Live { props, output, owner: Owner::Us }))
    }

    async fn create(&self, want: &Canonical, run: &Run) -> Result<DefinitionOutput> {
        if !self.rest_api.ready()?.defined {
            self.put(want, run).await?;
        }
        Ok(DefinitionOutput { adopted: false })
    }

    async fn update(
        &self,
        have: &Live<Self>,
        want: &Canonical,
        run: &Run,
    ) -> Result<Applied<DefinitionOutput>> {
        self.put(want, run).await?;
        Ok(Applied::in_place(have.output.clone()))
    }

    async fn delete(&self, _: &Live<Self>, _: &Run) -> Result<()> {
        Ok(())
    }
}
