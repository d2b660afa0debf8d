//! The data plane of Lambda: warm containers, each with its own Runtime API.
//!
//! An invocation takes an idle [`Instance`] from its function's [`fleet`], or waits until one is started or becomes
//! free; gives it the event through the container's [`RuntimeApi`]; and brings the instance back. Nothing on that way
//! polls, touches a file or asks the engine.

mod admission;
mod aws_api;
mod credentials;
mod execution;
mod fault;
mod fleet;
mod initialization;
mod instance;
mod journal;
mod launch;
mod no_instance;
mod pool;
mod prepare;
mod record;
mod report;
mod runtime_api;
mod target;
mod whole_body;

pub(crate) use aws_api::AwsApi;
pub(crate) use execution::{answer, run};
pub(crate) use fault::{Entrypoint, Exit};
pub(crate) use pool::Pool;
pub(crate) use runtime_api::{Ended, RuntimeApi};
