//! Lambda's control plane, and in [`runtime`] what runs the functions.

pub mod containers;
pub mod invoke;
pub mod runtime;

use crate::operation::Operation;
use serde::Serialize;

pub const OPERATIONS: &[Operation] = &[];

#[derive(Debug, Default, Serialize)]
pub struct Lambda {}
