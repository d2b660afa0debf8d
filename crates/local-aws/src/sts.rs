//! STS: who is calling.

use crate::operation::Operation;

pub const OPERATIONS: &[Operation] = &[];
