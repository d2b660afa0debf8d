//! Observe, plan, apply: the part that knows neither AWS nor a screen.
//!
//! A [`Kind`] says what identifies one thing, and how it is found and deleted; a [`Wish`] adds what the stack file wants of it,
//! and how it is made and changed. A [`Graph`] holds wishes and what is to go, in an order in which each needs only earlier
//! ones. [`Graph::observe`] reads everything at once, [`Graph::plan`] is pure, [`Graph::apply`] and [`Graph::destroy`] run what
//! was planned, as parallel as the needs allow.

// What tests reach is public for them alone.
#![cfg_attr(not(feature = "testing"), allow(unreachable_pub))]

mod change;
mod doomed;
mod event;
mod given;
mod graph;
mod handle;
mod id;
mod kind;
mod node;
mod plan;
mod sight;
mod steps;
mod stop;
mod walk;
mod wanted;
mod wish;
mod words;

pub use change::{Change, Field};
pub use change::{SECRET, UNKNOWN, revealed};
pub use doomed::Doom;
pub use event::{Event, Run};
pub use graph::Graph;
pub use handle::{Handle, Need, Needs};
pub use id::Id;
pub use kind::{Deletable, Found, Kind, Owner};
pub use plan::Planned;
pub use plan::{Options, Plan, Report};
pub use stop::{Interrupted, Stop};
pub use wish::{Applied, NeedsReplacement, Output, Settings, Wish};
pub use words::*;

#[cfg(test)]
mod tests;
