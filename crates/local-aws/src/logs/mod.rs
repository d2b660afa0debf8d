//! CloudWatch Logs: groups, streams, events.

use crate::operation::Operation;
use serde::Serialize;

pub const OPERATIONS: &[Operation] = &[];

#[derive(Debug, Default, Serialize)]
pub struct Logs {}
