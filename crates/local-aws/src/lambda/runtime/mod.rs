//! The data plane of Lambda: warm containers, each with its own Runtime API.
//!
//! An invocation takes an idle [`Instance`] from its function's [`fleet`], or waits until one is started or becomes
//! free; gives it the event through the container's [`RuntimeApi`]; and brings the instance back. Nothing on that way
//! polls, touches a file or asks the engine.

mod credentials;
mod fault;
mod fleet;
mod instance;
mod journal;
mod launch;
mod pool;
mod report;
mod runtime_api;
mod sandbox;

pub use fault::{Entrypoint, Exit, Fault};
pub use instance::Instance;
pub use journal::{End, Entry};
pub use pool::{Failure, Pool};
pub use report::Report;
pub use runtime_api::{Answer, Ended, Event, RuntimeApi};
pub use sandbox::{ImageRef, Sandbox};
