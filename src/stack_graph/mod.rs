//! From a stack to its graph.
//!
//! [`StackGraph::observed`] and [`StackGraph::doomed`] are the way in: for all but `destroy`, and for `destroy`. `wish` adds what
//! the stack file wants, the one place that knows all kinds; `leftovers` finds what is no longer in the stack file, whatever its
//! kind.

mod door;
mod earlier;
mod ending;
mod leftovers;
mod pipeline;
mod remarks;
mod rotation;
mod stacks;
mod wish;

use crate::{
    aws::StackAws,
    docker::SecretValue,
    engine::{Graph, Handle},
    resources::{ApiKeyOutput, Dooms, FunctionOutput, RestApiOutput, StageOutput},
    stack::Stack,
};
pub use door::{Door, Moved};
pub use ending::ended_functions;
#[cfg(feature = "testing")]
pub use rotation::KeyUse;
pub use rotation::Rotation;
pub(crate) use stacks::stacks;
use std::collections::BTreeMap;

/// What a command line adds to the stack file.
#[derive(Debug, Clone, Default)]
pub struct Wishes {
    pub rebuild: bool,
    pub redeploy: bool,
    /// `--adopt api=<id>`, `key=<id>`, `plan=<id>`.
    pub adopt: BTreeMap<String, String>,
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
            earlier: Vec::new(),
        }
    }
}
