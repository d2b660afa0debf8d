//! Lines for people, among what moves.

use super::text::StyledText;
use crate::engine::{Event, Id};

/// What happens, on stderr.
pub(super) trait Lines {
    fn event(&self, event: &Event);
    /// A line of its own, among the events.
    fn line(&self, text: &StyledText);
    /// Something that is no resource begins to move.
    fn live(&self, _id: &Id, _doing: &str) {}
    /// Nothing moves any more: what is on the screen stays.
    fn settle(&self) {}
}
