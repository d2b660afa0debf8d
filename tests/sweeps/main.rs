//! Die anywhere, run again: every scenario is struck by every fault at every single call, and the same command then
//! brings it to its end, with one of each thing and the URL and keys as they were.
//!
//! Each test is one cell of a table and prints it, `sweep | scenario | fault | calls | converged`; `scripts/sweep-table.py`
//! runs them and shows the table.

#![allow(clippy::unwrap_used)]

mod archive;
#[path = "../lifecycle/by_hand.rs"]
mod by_hand;
mod call;
mod fault;
mod processes;
mod scenario;
mod seen;
#[path = "../cli/shell.rs"]
#[allow(dead_code, reason = "the tests of the command line use more of it")]
mod shell;
mod stacks;
mod strike;
mod sweep;
mod sweeps;
mod two_at_once;
mod watch;
#[path = "../lifecycle/world.rs"]
mod world;
