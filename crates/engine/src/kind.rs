//! A kind of thing in AWS: what identifies one, which is enough to find it and to delete it.

use super::{Id, Link, Run, Words};
use anyhow::Result;
use serde::Serialize;

/// One thing that a stack has, or may have. What the stack file wishes of it is a [`super::Wish`].
#[allow(async_fn_in_trait, reason = "futures stay on one thread; nothing here is Send")]
pub trait Kind: 'static {
    /// "role"
    const NAME: &'static str;
    /// What differences in its fields mean to a person.
    const WORDS: &'static [Words] = &[];
    /// Its places in the chains that a call goes along.
    const LINKS: &'static [Link] = &[];

    /// What is managed of it, in canonical form: what AWS reports and what is wished look the same.
    type Settings: Serialize;
    /// What dependents may use: ARNs, ids.
    type Output: Clone + 'static;

    /// In the stack file; empty for the kinds of which a stack has one.
    #[expect(clippy::unnecessary_literal_bound, reason = "other kinds give their own")]
    fn key(&self) -> &str {
        ""
    }

    fn id(&self) -> Id {
        Id::of(Self::NAME, self.key())
    }

    /// What AWS calls it, for a person who looks for it there; with the id where AWS has one besides the name. Empty: its
    /// [`Id`] says it all.
    fn aws_name(&self, _found: Option<&Found<Self>>) -> String {
        String::new()
    }

    /// How it stands, where that is more than its settings say: "2 of 3 containers are ready".
    fn standing(&self, _found: &Found<Self>) -> Option<String> {
        None
    }

    /// Reads everything in `Settings`, by names, tags and shared lists; never through another thing's output.
    async fn find(&self) -> Result<Option<Found<Self>>>;
}

/// A kind that is deleted by itself. Others go with what they are part of.
#[allow(async_fn_in_trait, reason = "futures stay on one thread; nothing here is Send")]
pub trait Deletable: Kind {
    /// As [`Kind::find`], with what matters only to who wants to delete it.
    async fn find_doomed(&self) -> Result<Option<Found<Self>>> {
        self.find().await
    }

    /// Why AWS would not let it be deleted, where that shows before.
    fn undeletable(&self, _found: &Found<Self>) -> Option<String> {
        None
    }

    /// What goes with it and can't be made again: "all log lines in it".
    fn loses(&self, _found: &Found<Self>) -> Option<String> {
        None
    }

    /// Why deleting it needs `--replace` where another of its kind comes at the same time.
    fn replaced(&self, _found: &Found<Self>) -> Option<String> {
        None
    }

    /// Kept because the stack file says so (`retain`).
    fn retained(&self) -> bool {
        false
    }

    /// How things that work with it name it: its ARN, its URI.
    fn address(&self, _found: &Found<Self>) -> Option<String> {
        None
    }

    /// The addresses of what it can't work without: kept where it is kept itself.
    fn works_with(&self, _found: &Found<Self>) -> Vec<String> {
        Vec::new()
    }

    /// Safe to repeat: "already gone" is success.
    async fn delete(&self, found: &Found<Self>, run: &Run) -> Result<()>;
}

/// One thing as it is.
pub struct Found<K: Kind + ?Sized> {
    pub settings: K::Settings,
    pub output: K::Output,
    pub owner: Owner,
}

impl<K: Kind> Found<K> {
    /// Its settings, where it was there before the stack or is not the stack's at all: what the file doesn't name stays.
    pub fn adopted(&self) -> Option<&K::Settings> {
        (self.owner != Owner::Us).then_some(&self.settings)
    }
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
    /// Whether it is this stack's, made or adopted.
    pub fn is_us(&self) -> bool {
        matches!(self, Self::Us | Self::Adopted)
    }

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
