//! The kinds of things a stack has in AWS, one file a kind, or a folder where reading, calling and changing fill one each.
//!
//! To add a kind: write its file (a struct with its wish and [`Resource`] for it), name it here, and add it in
//! `stack_graph`. Nothing else knows kinds.

mod api_key;
mod apigateway_tags;
mod definition;
mod ecr_login;
mod existing_role;
mod function;
mod grant;
mod image;
mod inventory_entries;
mod log_group;
mod manifest;
mod permission;
mod pinned_image;
mod repository;
pub mod resource_policy;
mod rest_api;
mod role;
mod stage;
mod stall_guard;
mod trust;
mod unused_images;
mod usage_plan;
mod variant;

pub use api_key::{ApiKey, ApiKeyOutput};
pub use definition::{Definition, DefinitionOutput, Document};
pub use existing_role::ExistingRole;
pub use function::{Function, FunctionOutput};
pub use image::{Image, ImageOutput, Source};
pub use inventory_entries::InventoryEntries;
pub use log_group::LogGroup;
pub use permission::Permission;
pub use pinned_image::{ForeignRepository, PinnedImage};
pub use repository::{Repository, RepositoryOutput};
use rest_api::Anchor;
pub use rest_api::{Kept, Mapping, RestApi, RestApiOutput, Which, mappings, own_api, own_apis, tags_of};
pub use role::{Role, RoleOutput};
pub use stage::{Stage, StageOutput, checked_mark, mark_checked, own_stages};
pub use unused_images::Pruning;
pub use usage_plan::{UsagePlan, UsagePlanOutput};

use crate::{
    aws::{
        Class, Cloud, Patience, failure_of,
        tags::{self, Ownership},
        wait_at_most,
    },
    engine::{Change, Owner, Resource, Run},
    stack::{DefaultNames, Inventory, Stack},
};
use anyhow::{Error, Result, bail};
use serde_json::Value;
use std::rc::Rc;

/// What every resource holds: the clients, and whose things are whose.
#[derive(Clone)]
pub struct StackAws {
    pub cloud: Rc<Cloud>,
    pub ownership: Ownership,
    pub anchor: Rc<Anchor>,
}

impl StackAws {
    /// `adopt`: the id that `--adopt api=<id>` chose.
    pub fn of(stack: &Stack, cloud: &Rc<Cloud>, adopt: Option<String>) -> Self {
        let ownership =
            Ownership { stack: stack.name.clone(), region: cloud.region.clone(), extra: stack.tags.clone() };
        let anchor = Anchor { name: stack.api.name.clone(), adopt };
        Self { cloud: cloud.clone(), ownership, anchor: Rc::new(anchor) }
    }

    fn default_names(&self) -> DefaultNames<'_> {
        DefaultNames { stack: &self.ownership.stack, region: &self.ownership.region }
    }

    /// What the stack has, by the tags of its REST API.
    pub fn inventory(&self, of: &tags::Tags) -> Inventory {
        let values = of.iter().filter(|(key, _)| key.starts_with(tags::INVENTORY)).map(|(_, value)| value);
        Inventory::read(values, self.default_names())
    }

    /// The tags that say so.
    pub fn inventory_tags(&self, inventory: &Inventory) -> tags::Tags {
        let values = inventory.values(self.default_names()).into_iter().enumerate();
        values.map(|(n, value)| (format!("{}:{n}", tags::INVENTORY), value)).collect()
    }
}

/// What any stack has, by all tags of its REST API.
pub fn inventory_of(all: &tags::Tags) -> Inventory {
    let tag = |key: &str| all.get(key).map_or("", String::as_str);
    let names = DefaultNames { stack: tag(tags::STACK), region: tag(tags::REGION) };
    let values = all.iter().filter(|(key, _)| key.starts_with(tags::INVENTORY)).map(|(_, value)| value);
    Inventory::read(values, names)
}

/// A create that found its name taken: ours after a lost reply (or another run's) is finished, anybody else's refused.
async fn finish_existing<R: Resource>(
    aws: &StackAws,
    kind: &R,
    error: Error,
    want: &R::Props,
    run: &Run,
) -> Result<R::Output> {
    if failure_of(&error).is_none_or(|f| f.class() != Class::AlreadyThere) {
        return Err(error);
    }
    let look = || async {
        aws.cloud.forget_lists();
        Ok(kind.observe().await?.ok_or_else(|| "AWS says that it is there, and does not show it".to_owned()))
    };
    let Ok(live) = wait_at_most(run, Patience::LISTED, "AWS to show what is there", look).await? else {
        return Err(error);
    };
    if let Some(why) = live.owner.refusal(false) {
        bail!(why);
    }
    // The plan did not show it, so nobody has agreed to it.
    if let Some(why) = kind.replaces(&live, want) {
        bail!("{why}; it was not to be seen when this run looked: run the same command again");
    }
    match Change::between(Some(&live.props), want)? {
        Change::Keep => Ok(live.output),
        _ => Ok(Box::pin(kind.update(&live, want, run)).await?.output),
    }
}

/// Several of one name, none of them ours: nobody but the person can choose. `kind` is the word behind `--adopt`.
fn ambiguous(what: &str, name: &str, kind: &str, ids: &[&str]) -> Option<Owner> {
    (ids.len() > 1).then(|| Owner::Barred {
        what: format!("the {} {what} named {name} ({})", ids.len(), ids.join(", ")),
        why: format!("--adopt {kind}=<id> chooses one"),
    })
}

/// A delete that finds nothing has nothing to do.
fn ignore_not_found<T>(result: Result<T>) -> Result<()> {
    match result {
        Err(e) if failure_of(&e).is_none_or(|f| f.class() != Class::NotFound) => Err(e),
        _ => Ok(()),
    }
}

/// A policy document as AWS keeps it: JSON text, percent-encoded by IAM.
fn parse_policy(text: &str) -> Value {
    let decoded = percent_encoding::percent_decode_str(text).decode_utf8_lossy();
    // A document that is no JSON differs from every wish, and that is what should show.
    serde_json::from_str(&decoded).unwrap_or_else(|_| Value::String(decoded.into_owned()))
}
