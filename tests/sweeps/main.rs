//! Die anywhere, run again: every scenario is struck by every fault at every single call, and the same command then
//! brings it to its end, with one of each thing and the URL and keys as they were.
//!
//! Each test prints one line, `sweep | scenario | fault | calls | states | converged`; `scripts/sweep-table` makes a
//! table of them.

#![allow(clippy::unwrap_used)]

mod fault;
mod scenario;
mod seen;
mod stacks;
mod sweep;
mod sweeps;
#[path = "../lifecycle/world.rs"]
mod world;
