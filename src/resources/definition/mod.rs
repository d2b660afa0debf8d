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

pub(super) use canonical::Canonical;
pub(crate) use document::Document;

use super::{RestApiOutput, chains, rest_api::anchor};
use crate::engine::{Applied, Breaks, Change, Found, Kind, Link, Need, Notable, Owner, Run, Wish};
use anyhow::{Context as _, Result};
use std::rc::Rc;

pub(crate) struct Definition {
    pub document: Rc<Document>,
}

/// What the stack file wishes of it.
pub(crate) struct DefinitionWish {
    pub definition: Definition,
    pub rest_api: Need<RestApiOutput>,
}

impl DefinitionWish {
    async fn put(&self, wish: &Canonical, run: &Run) -> Result<()> {
        let (document, api) = (&self.definition.document, self.rest_api.ready()?);
        document.put(&api.id, wish, &api.kept, run).await?;
        document.aws.cloud.forget_rest_apis();
        Ok(())
    }
}

/// It goes with its REST API.
impl Kind for Definition {
    const NAME: &'static str = "definition";
    const LINKS: &'static [Link] = &[Link::first(chains::DEFINITION, Breaks::Always)];
    type Settings = Canonical;
    type Output = ();

    async fn find(&self) -> Result<Option<Found<Self>>> {
        let document = &self.document;
        let run = document.aws.cloud.looking_at(&self.id());
        let Some((api, owner)) = anchor(&document.aws).await? else { return Ok(None) };
        let id = api.id().context("GetRestApis answered an API without an id")?;
        let there = document.observed(id, api.binary_media_types(), api.api_key_source(), &run);
        let strange = async {
            let is_strange = matches!(owner, Owner::Other(_));
            if is_strange { document.strange_parts(id, &run).await } else { Ok(Default::default()) }
        };
        let (there, strange) = tokio::join!(there, strange);
        let (models, validators) = strange?;
        let settings = Canonical { models, validators, is_adopted: owner != Owner::Us, ..there? };
        Ok(Some(Found { settings, output: (), owner: Owner::Us }))
    }
}

impl Wish for DefinitionWish {
    type Kind = Definition;

    fn kind(&self) -> &Definition {
        &self.definition
    }

    fn settings(&self, found: Option<&Found<Definition>>) -> Result<Canonical> {
        let mut wish = self.definition.document.canonical()?;
        if let Some(adopted) = found.filter(|f| f.settings.is_adopted) {
            wish.keep(&adopted.settings);
        }
        Ok(wish)
    }

    fn notable(&self, change: &Change) -> Vec<Notable> {
        let open = if change.touches("routes") { self.definition.document.open_routes() } else { Vec::new() };
        let value = open.join(", ");
        if open.is_empty() { Vec::new() } else { vec![Notable { what: "anybody may call", value }] }
    }

    async fn create(&self, want: &Canonical, run: &Run) -> Result<()> {
        if self.rest_api.ready()?.defined { Ok(()) } else { self.put(want, run).await }
    }

    async fn update(&self, _: &Found<Definition>, want: &Canonical, run: &Run) -> Result<Applied<()>> {
        self.put(want, run).await?;
        Ok(Applied::in_place(()))
    }
}
