//! What the tests share: a world to live in (a local AWS in this process), a shell with the binary, stacks, and what
//! people made before they came here.

#![allow(clippy::unwrap_used)]
#![allow(clippy::missing_panics_doc, clippy::missing_errors_doc, reason = "a test ends by panicking")]
#![allow(clippy::new_without_default, reason = "a world or a shell is made where a test says so")]

pub mod archive;
pub mod by_hand;
pub mod functions;
pub mod old_stack;
mod releases;
pub mod shell;
pub mod stacks;
pub mod world;
