//! What must hold together for a call to arrive, and breaks without an error anywhere.

use crate::engine::Chain;

pub(crate) const KEY: Chain = Chain("key → plan → stage");
pub(crate) const FUNCTION: Chain = Chain("function → version → alias → permission → API");
pub(crate) const DEFINITION: Chain = Chain("live deployment → definition");
