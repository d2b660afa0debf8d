//! How what happens is shown.

use super::outcome::Outcome;
use crate::{
    Exit,
    engine::{Event, Id},
};

/// One reader of what happens and of what comes of it.
pub(super) trait View {
    fn event(&self, event: &Event);
    fn show(&self, outcome: Outcome<'_>);
    /// Whether there is somebody who can answer a question.
    fn can_ask(&self) -> bool;
    /// Something that is no resource begins to move.
    fn live(&self, _id: &Id, _doing: &str) {}
    /// Nothing moves any more: what is on the screen stays.
    fn settle(&self) {}
    /// What was shown is to be replaced.
    fn clear(&self) {}
    /// Nothing follows.
    fn end(&self, _exit: Exit) {}
}
