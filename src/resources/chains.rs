//! What must hold together for a call to arrive, and breaks without an error anywhere.

use crate::engine::Chain;

pub const KEY: Chain = Chain("key → plan → stage");
pub const FUNCTION: Chain = Chain("function → permission → API");
pub const DEFINITION: Chain = Chain("live deployment → definition");
