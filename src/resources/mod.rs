//! The kinds of things a stack has in AWS, one file a kind, or a folder where reading, calling and changing fill one each.
//!
//! To add a kind: write its file (what identifies it, [`crate::engine::Kind`], and what the stack file wishes of it,
//! [`crate::engine::Wish`]), put it into [`KINDS`], and add it in `stack_graph`'s `wish`. Nothing else knows kinds.

mod alarm;
mod alias;
mod api_key;
mod budget;
pub(crate) mod chains;
mod definition;
mod function;
mod image;
mod leftovers;
mod log_group;
mod permission;
mod provisioned_concurrency;
mod repository;
mod rest_api;
mod role;
mod stage;
mod stale_entries;
mod statements;
mod topic;
mod twin;
mod usage_plan;
mod version;

pub use alarm::AlarmState;
pub(crate) use alarm::{Alarm, AlarmWish};
pub(crate) use alias::{
    Alias, AliasOutput, AliasTarget, AliasWish, ErrorRates, Failed, Held, LIVE, Live, Record, Release,
    ReleaseWish, Why, back, ensure_shares, move_alias, move_as, promoted,
};
pub use alias::{FunctionReleases, ListedVersion, VersionChange, VersionStanding};
pub(crate) use api_key::{ApiKey, ApiKeyOutput, ApiKeyWish, Rotated, own_keys};
pub(crate) use budget::{Budget, BudgetOutput, BudgetWish};
pub(crate) use definition::{Definition, DefinitionWish, Document};
pub(crate) use function::{
    AccountConcurrency, Function, FunctionOutput, FunctionWish, KeptStatements, NotStarted,
    RestoredStatements, reservable,
};
pub(crate) use image::{Image, ImageOutput, ImageWish, Source};
pub(crate) use leftovers::{Dooms, Leftovers};
pub(crate) use log_group::{LogGroup, LogGroupWish, name_of as log_group_name};
pub(crate) use permission::{Permission, PermissionWish};
pub(crate) use provisioned_concurrency::{ProvisionedConcurrency, ProvisionedConcurrencyWish};
pub(crate) use repository::{Repository, RepositoryOutput};
pub(crate) use rest_api::{RestApi, RestApiOutput, RestApiWish, own_api, own_apis, tags_of};
pub(crate) use role::{Role, RoleOutput, RoleWish};
pub(crate) use stage::{Stage, StageOutput, StageWish, checked_mark, mark_checked};
pub(crate) use stale_entries::StaleEntries;
pub(crate) use statements::foreign_statements;
pub(crate) use topic::{Topic, TopicOutput, TopicWish};
pub(crate) use twin::doom as doom_twins;
pub(crate) use usage_plan::{UsagePlan, UsagePlanWish};
pub(crate) use version::{SmokeFailed, Version, VersionOutput, VersionWish};

use leftovers::Of;

/// Every kind that inventories name, each after those that outlive it.
pub(crate) const KINDS: &[&dyn Leftovers] = &[
    &Of::<Role>::KIND,
    &Of::<Repository>::KIND,
    &Of::<LogGroup>::KIND,
    &Of::<Function>::KIND,
    &Of::<Permission>::KIND,
    &Of::<KeptStatements>::KIND,
    &Of::<ProvisionedConcurrency>::KIND,
    &Of::<ApiKey>::KIND,
    &Of::<Stage>::KIND,
    &Of::<UsagePlan>::KIND,
    &Of::<Topic>::KIND,
    &Of::<Alarm>::KIND,
    &Of::<Budget>::KIND,
];

/// What `--adopt <word>=<id>` can choose.
pub(crate) const CHOSEN_BY_ID: [&str; 3] = [RestApi::WORD, ApiKey::WORD, UsagePlan::WORD];
