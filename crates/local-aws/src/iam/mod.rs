//! IAM: roles and their policies. Global: one per account.

use crate::operation::Operation;
use serde::Serialize;

pub const OPERATIONS: &[Operation] = &[];

#[derive(Debug, Default, Serialize)]
pub struct Iam {}
