//! ECR's control plane: repositories, their policies, images.

use crate::operation::Operation;
use serde::Serialize;

pub const OPERATIONS: &[Operation] = &[];

#[derive(Debug, Default, Serialize)]
pub struct Ecr {}
