//! From a stack to its graph.
//!
//! [`StackGraph::observed`] and [`StackGraph::doomed`] are the way in: for all but `destroy`, and for `destroy`. `wish` adds what
//! the stack file wants, the one place that knows all kinds; `leftovers` finds what is no longer in the stack file, whatever its
//! kind.

mod alerts;
mod canary;
mod door;
mod earlier;
mod ending;
mod leftovers;
mod live_stack;
mod pipeline;
mod release;
mod releases;
mod remarks;
mod rotation;
mod stacks;
mod wish;

use crate::{
    aws::StackAws,
    docker::SecretValue,
    engine::{Graph, Handle},
    resources::{
        AlarmState, AliasOutput, ApiKeyOutput, BudgetOutput, Dooms, FunctionOutput, RestApiOutput,
        StageOutput, TopicOutput,
    },
    stack::Stack,
};
pub use canary::Came;
pub use door::{Door, Moved};
pub use ending::ended_functions;
pub use live_stack::LiveStack;
pub use releases::releases;
#[cfg(feature = "testing")]
pub use rotation::KeyUse;
pub use rotation::Rotation;
pub(crate) use stacks::stacks;
use std::collections::BTreeMap;

/// What a command line adds to the stack file.
#[derive(Debug, Clone, Default)]
#[expect(clippy::struct_excessive_bools, reason = "these are flags")]
pub struct Wishes {
    pub rebuild: bool,
    pub redeploy: bool,
    /// `--adopt api=<id>`, `key=<id>`, `plan=<id>`.
    pub adopt: BTreeMap<String, String>,
    /// New versions are tried before anybody gets them, as their functions' `release.smoke` says.
    pub smoke: bool,
    /// Percent of the calls that new versions get first, whatever the file says.
    pub canary: Option<u32>,
    /// `--again`: also what `rollback` took back is released.
    pub again: bool,
    /// When this run began, in seconds since 1970: functions that move together say the same.
    pub at: i64,
    /// What git says that the stack's folder is at.
    pub commit: Option<String>,
    /// Values of build secrets, by function and secret id.
    pub secrets: BTreeMap<String, BTreeMap<String, SecretValue>>,
}

pub struct StackGraph<'a> {
    graph: Graph,
    stack: &'a Stack,
    aws: StackAws,
    dooms: Dooms,
    /// What clients need to know of: where it is wished, or to be destroyed.
    pub api: Handle<RestApiOutput>,
    pub stage: Option<Handle<StageOutput>>,
    pub keys: Vec<Handle<ApiKeyOutput>>,
    pub functions: Vec<Handle<FunctionOutput>>,
    pub aliases: Vec<Handle<AliasOutput>>,
    topic: Option<Handle<TopicOutput>>,
    alarms: Vec<Handle<AlarmState>>,
    budget: Option<Handle<BudgetOutput>>,
    /// What may be this stack under another name or in another region; where it is made anew.
    pub earlier: Vec<String>,
}

impl<'a> StackGraph<'a> {
    /// With its REST API alone: the anchor of all the rest.
    fn of(stack: &'a Stack, aws: StackAws, graph: Graph, api: Handle<RestApiOutput>) -> Self {
        Self {
            graph,
            stack,
            aws,
            dooms: Dooms::default(),
            api,
            stage: None,
            keys: Vec::new(),
            functions: Vec::new(),
            aliases: Vec::new(),
            topic: None,
            alarms: Vec::new(),
            budget: None,
            earlier: Vec::new(),
        }
    }
}
