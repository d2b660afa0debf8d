//! The contract: what the outside must see of a stack, derived from its file alone.
//!
//! [`rows`] turns a stack into promises: a request, and what must come back. [`judge`] holds an answer against one.
//! [`ContractRun`] asks all of them, through whatever carries a request ([`Carrier`]): real HTTP for `verify` and `up`, the
//! local AWS's router for the tests of its gateway. One derivation, two users.

mod answerer;
mod carrier;
mod cause;
mod check;
mod derive;
mod finding;
mod fix;
mod judge;
#[cfg(feature = "testing")]
mod misbehaviour;
mod preflight;
mod row;
mod shut_out;
mod smoke;
mod turns;
mod waking;

pub use carrier::Carrier;
pub(crate) use cause::{cause, failure};
pub use check::{ContractRun, Grace};
pub use derive::rows;
pub use finding::{Finding, Verdict};
#[cfg(feature = "testing")]
pub use judge::judge;
#[cfg(feature = "testing")]
pub use misbehaviour::{Misbehaviour, misbehaviours};
pub(crate) use row::Load;
pub use row::{Ask, Row, RowNeed, SentKey};
pub use shut_out::by_web_acl;
pub(crate) use smoke::{Answered, NotPassed, SmokeCheck, smoke_checks};
