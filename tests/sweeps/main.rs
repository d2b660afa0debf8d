//! Die anywhere, run again: every scenario is struck by every fault at every single call, and the same command then
//! brings it to its end, with one of each thing and the URL and keys as they were.
//!
//! Each test is one cell of a table and prints it, `sweep | scenario | fault | calls | converged`; `scripts/sweep-table.py`
//! runs them and shows the table.

#![allow(clippy::unwrap_used)]

mod call;
mod door;
mod fault;
mod machine;
mod processes;
mod releases_at_once;
mod scenario;
mod seen;
mod served;
mod stacks;
mod strike;
mod sweep;
mod sweeps;
mod turns;
mod two_at_once;
mod watch;

use test_support::{archive, by_hand, functions, old_stack, shell, world};
