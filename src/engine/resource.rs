//! A kind of thing: how it is observed, wished, made, changed and deleted.

use super::{Id, Run};
use anyhow::Result;
use serde::Serialize;
use std::fmt;

/// One thing in AWS that a stack owns. A new resource type is one new implementation.
///
/// Every operation must be safe to repeat: a run can stop anywhere and be started again. "Already there and ours" and
/// "already gone" are success.
#[allow(async_fn_in_trait, reason = "futures stay on one thread; nothing here is Send")]
pub trait Resource: 'static {
    /// The settings we manage, in canonical form: what AWS reports and what is wished look the same.
    type Props: Serialize;
    /// What dependents may use: ARNs, ids.
    type Output: Clone + 'static;

    fn id(&self) -> Id;

    /// What AWS calls it, for a person who looks for it there; with the id where AWS has one besides the name. Empty: its
    /// [`Id`] says it all.
    fn aws_name(&self, _have: Option<&Live<Self>>) -> String {
        String::new()
    }

    /// Made before this one. Called again once everything is observed.
    fn needs(&self) -> Vec<Id> {
        Vec::new()
    }

    /// Made once these are there (see [`Run::there`]), though they may not be done: nothing that they give is used.
    fn follows(&self) -> Vec<Id> {
        Vec::new()
    }

    /// What must outlive this one when both are deleted. Like `needs`, it names only what was added before.
    fn deleted_before(&self) -> Vec<Id> {
        Vec::new()
    }

    /// What this one, as it is, can't work without: kept by a `destroy` that keeps this one.
    fn works_with(&self, _have: &Live<Self>) -> Vec<Id> {
        Vec::new()
    }

    /// The wish. Outputs of `needs` that are not known yet are [`super::UNKNOWN`]. What is there already decides
    /// where the file leaves a choice (an adopted resource keeps its mark).
    fn wish(&self, have: Option<&Live<Self>>) -> Result<Self::Props>;

    /// Reads everything in `Props`, by names, tags and shared lists; never through another resource's output.
    async fn observe(&self) -> Result<Option<Live<Self>>>;

    /// Why this change needs `--replace`, in a sentence that says what is lost; `None`: it needs no such consent.
    fn replaces(&self, _have: &Live<Self>, _want: &Self::Props) -> Option<String> {
        None
    }

    /// Why this can't be made or changed, whatever is agreed to.
    fn refuses(&self, _have: Option<&Live<Self>>, _want: &Self::Props) -> Option<String> {
        None
    }

    /// Why AWS would not let it be deleted, where that shows before: `destroy` says it before it deletes anything.
    fn undeletable(&self, _have: &Live<Self>) -> Option<String> {
        None
    }

    /// Why deleting what is no longer in the stack file needs `--replace`.
    fn retiring_replaces(&self, _have: &Live<Self>) -> Option<String> {
        None
    }

    /// What goes with it when it is deleted and can't be made again: "the log lines in it".
    fn loses(&self, _have: &Live<Self>) -> Option<String> {
        None
    }

    /// Kept by `destroy` because the file says so (`retain`).
    fn retained(&self) -> bool {
        false
    }

    async fn create(&self, want: &Self::Props, run: &Run) -> Result<Self::Output>;

    async fn update(&self, have: &Live<Self>, want: &Self::Props, run: &Run)
    -> Result<Applied<Self::Output>>;

    /// Makes it anew, where [`Resource::update`] ended in [`NeedsReplacement`] and the person agrees to that.
    async fn replace(
        &self,
        have: &Live<Self>,
        want: &Self::Props,
        run: &Run,
    ) -> Result<Applied<Self::Output>> {
        self.update(have, want, run).await
    }

    async fn delete(&self, have: &Live<Self>, run: &Run) -> Result<()>;
}

/// An update that AWS refused in place: only deleting and making anew is left, which takes `--replace`. The text says
/// why, and what is lost.
#[derive(Debug)]
pub struct NeedsReplacement(pub String);

impl fmt::Display for NeedsReplacement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}; --replace agrees to that", self.0)
    }
}

impl std::error::Error for NeedsReplacement {}

/// One thing as it is.
pub struct Live<R: Resource + ?Sized> {
    pub props: R::Props,
    pub output: R::Output,
    pub owner: Owner,
}

/// Whose it is, by tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Owner {
    /// This stack made it.
    Us,
    /// It was there before; `--adopt` gave it to this stack.
    Adopted,
    /// Not ours. The text names it: "role egyptian-art-analyzer (arn:…)".
    Other(String),
    /// AWS made it by itself, for something of ours or of ours once: taken without asking, kept by `destroy`.
    Unclaimed,
    /// Not ours, and a bare `--adopt` can't make it so.
    Barred { what: String, why: String },
}

impl Owner {
    /// What it is, where it is not ours.
    pub fn foreign(&self) -> Option<&str> {
        match self {
            Self::Us | Self::Adopted | Self::Unclaimed => None,
            Self::Other(what) | Self::Barred { what, .. } => Some(what),
        }
    }

    /// Why this stack may not have it without (or even with) `--adopt`.
    pub fn refusal(&self, adopt: bool) -> Option<String> {
        match self {
            Self::Other(what) if !adopt => {
                Some(format!("{what} is there already and is not this stack's; --adopt takes it over"))
            }
            Self::Barred { what, why } => Some(format!("{what}: not this stack's; {why}")),
            _ => None,
        }
    }
}

/// What an update came to.
pub struct Applied<O> {
    pub output: O,
    /// It was deleted and made anew: dependents must look again.
    pub replaced: bool,
}

impl<O> Applied<O> {
    pub fn in_place(output: O) -> Self {
        Self { output, replaced: false }
    }
    pub fn replaced(output: O) -> Self {
        Self { output, replaced: true }
    }
}
