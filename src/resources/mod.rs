//! The kinds of things a stack has in AWS, one file a kind, or a folder where reading, calling and changing fill one each.
//!
//! To add a kind: write its file (what identifies it, [`crate::engine::Kind`], and what the stack file wishes of it,
//! [`crate::engine::Wish`]), put it into [`KINDS`], and add it in `stack_graph`'s `wish`. Nothing else knows kinds.

mod answers;
mod api_key;
mod apigateway_tags;
mod build_inputs;
pub mod chains;
mod definition;
mod ecr_login;
mod function;
mod grant;
mod image;
mod leftovers;
mod log_group;
mod manifest;
mod old_images;
mod permission;
mod pinned_image;
mod repository;
pub mod resource_policy;
mod rest_api;
mod role;
mod stack_aws;
mod stage;
mod stale_entries;
mod stall_guard;
mod twin;
mod usage_plan;
mod variant;

pub use api_key::{ApiKey, ApiKeyOutput};
pub use definition::{Definition, DefinitionWish, Document};
pub use function::{
    AccountConcurrency, Function, FunctionOutput, FunctionWish, KeptStatements, RestoredStatements,
};
pub use image::{Image, ImageOutput, ImageWish, Source};
pub use leftovers::{Dooms, Leftovers};
pub use log_group::{LogGroup, LogGroupWish, name_of as log_group_name};
pub use old_images::OldImages;
pub use permission::{Permission, PermissionWish};
pub use pinned_image::PinnedImage;
pub use repository::{Repository, RepositoryOutput};
pub use rest_api::{RestApi, RestApiOutput, RestApiWish, own_api, own_apis, tags_of};
pub use role::{Role, RoleOutput, RoleWish};
pub use stack_aws::{StackAws, inventory_of};
pub use stage::{Stage, StageOutput, StageWish, checked_mark, mark_checked};
pub use stale_entries::StaleEntries;
pub(crate) use twin::doom as doom_twins;
pub use usage_plan::{UsagePlan, UsagePlanWish};

use leftovers::Of;

/// Every kind that inventories name, each after those that outlive it.
pub const KINDS: &[&dyn Leftovers] = &[
    &Of::<Role>::KIND,
    &Of::<Repository>::KIND,
    &Of::<LogGroup>::KIND,
    &Of::<Function>::KIND,
    &Of::<Permission>::KIND,
    &Of::<KeptStatements>::KIND,
    &Of::<ApiKey>::KIND,
    &Of::<Stage>::KIND,
    &Of::<UsagePlan>::KIND,
];

/// What `--adopt <word>=<id>` can choose.
pub const CHOSEN_BY_ID: [&str; 3] = [RestApi::WORD, ApiKey::WORD, UsagePlan::WORD];
