//! The stack file: what a person writes in `stack.yaml`, read into types with every default filled in.
//!
//! Reading never stops at the first mistake: the text becomes a tree that knows its places, our own reader walks it
//! and reports all it finds at once ([`StackError`]).

mod types;

pub use types::*;
