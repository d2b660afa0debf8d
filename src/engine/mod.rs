//! Observe, plan, apply: the part that knows neither AWS nor a screen.
//!
//! A [`Resource`] says how one kind of thing is observed, what is wished of it, and how it is made, changed and
//! deleted. A [`Graph`] holds them in an order in which each needs only earlier ones. [`Graph::observe`] reads
//! everything at once, [`Graph::plan`] is pure, [`Graph::apply`] and [`Graph::destroy`] run what was planned, as
//! parallel as the needs allow.

mod change;
mod event;
mod graph;
mod handle;
mod id;
mod node;
mod resource;
mod stop;
mod walk;

pub use change::{Change, Field, SECRET, UNKNOWN, masked};
pub use event::{Event, Run};
pub use graph::{Graph, Options, Plan, Planned, Report};
pub use handle::Handle;
pub use id::Id;
pub use resource::{Applied, Live, NeedsReplacement, Owner, Resource};
pub use stop::{Interrupted, Stop};

#[cfg(test)]
mod tests;
