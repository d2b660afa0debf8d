//! Where people read a text.

/// A stream, and when its lines come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Channel {
    /// On stdout.
    Result,
    /// On stderr, but not when quiet.
    Progress,
    /// On stderr, among what moves.
    Remark,
    /// On stderr, when nothing moves any more.
    End,
}
