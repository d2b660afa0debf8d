//! What a run would do, and what it came to.

use super::{Change, Id, Link, Notable, Words};
use anyhow::Error;
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// What a person agreed to.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options {
    /// Take over what is there under our names but not ours.
    pub adopt: bool,
    /// Accept what is lost when something is replaced.
    pub replace: bool,
    /// `destroy` deletes adopted things too.
    pub include_adopted: bool,
}

/// What an apply would do, in the order of the graph; nothing was done yet.
#[derive(Debug, Clone, Serialize)]
pub struct Plan {
    pub items: Vec<Planned>,
}

#[derive(Debug, Clone, Serialize)]
pub struct Planned {
    pub id: Id,
    /// What AWS calls it, where its id does not say that.
    #[serde(rename = "called", skip_serializing_if = "String::is_empty")]
    pub aws_name: String,
    #[serde(flatten)]
    pub change: Change,
    /// How it stands, where its kind says it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub standing: Option<String>,
    /// It was there before this stack and `destroy` keeps it.
    pub adopted: bool,
    /// It is ours and stays, because this one stays and works with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kept_for: Option<Id>,
    /// What goes with it, where it is deleted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub loses: Option<String>,
    /// It is there, under our name, and not ours.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub foreign: Option<String>,
    /// Why this can't be done without a further word from the person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refused: Option<String>,
    /// What it is to be made with; secrets masked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub settings: Option<Value>,
    /// What differences mean, as its kind says.
    #[serde(skip)]
    pub words: &'static [Words],
    /// Its kind's places in the chains that a call goes along.
    #[serde(skip)]
    pub links: &'static [Link],
    /// What nobody should agree to unseen.
    #[serde(skip)]
    pub notable: Vec<Notable>,
}

impl Planned {
    pub(super) fn new(id: Id, change: Change) -> Self {
        Self {
            id,
            aws_name: String::new(),
            change,
            standing: None,
            adopted: false,
            kept_for: None,
            loses: None,
            foreign: None,
            refused: None,
            settings: None,
            words: &[],
            links: &[],
            notable: Vec::new(),
        }
    }

    /// Of what is to go, unless something that stays works with it.
    pub(super) fn unless_kept(self, kept: &BTreeMap<Id, Id>) -> Self {
        match kept.get(&self.id).filter(|_| self.change == Change::Delete).cloned() {
            kept_for @ Some(_) => Self { change: Change::Keep, refused: None, loses: None, kept_for, ..self },
            None => self,
        }
    }
}

impl Plan {
    pub fn has_changes(&self) -> bool {
        self.items.iter().any(|i| !i.change.is_keep())
    }

    pub fn refusals(&self) -> impl Iterator<Item = (&Id, &str)> {
        self.items.iter().filter_map(|i| Some((&i.id, i.refused.as_deref()?)))
    }

    /// What is there under the stack's names after a `destroy`, though nobody asked to keep it.
    pub fn left(&self) -> impl Iterator<Item = &Planned> {
        self.items.iter().filter(|i| i.foreign.is_some() || i.kept_for.is_some())
    }

    pub fn change_of(&self, id: &Id) -> Option<&Change> {
        self.items.iter().find(|i| i.id == *id).map(|i| &i.change)
    }

    /// Whether this is made or changed.
    pub(super) fn changes(&self, id: &Id) -> bool {
        matches!(self.change_of(id), Some(Change::Create | Change::Update(_)))
    }
}

/// What an apply or a destroy came to.
#[derive(Debug, Default)]
pub struct Report {
    pub done: Vec<(Id, Change)>,
    pub failed: Vec<(Id, Error)>,
    /// Not started, because of a failure elsewhere or an interruption.
    pub skipped: Vec<Id>,
    pub interrupted: bool,
}

impl Report {
    pub fn is_complete(&self) -> bool {
        self.failed.is_empty() && self.skipped.is_empty() && !self.interrupted
    }
}
