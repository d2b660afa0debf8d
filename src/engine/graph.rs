//! All resources of a stack, in an order in which each needs only earlier ones.

use super::{
    Change, Event, Handle, Id, Interrupted, Owner, Resource, Run, Stop,
    node::{Node, Typed, Verdict},
    walk::{Ended, Step, There, walk},
};
use anyhow::{Error, Result};
use futures_util::future::join_all;
use serde::Serialize;
use serde_json::Value;
use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
    rc::Rc,
};

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

/// The resources, those that are wished and those that are no longer in the stack file.
#[derive(Default)]
pub struct Graph {
    nodes: Vec<Rc<dyn Node>>,
    retired: BTreeSet<Id>,
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
    #[serde(skip_serializing_if = "String::is_empty")]
    pub called: String,
    #[serde(flatten)]
    pub change: Change,
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

impl Graph {
    /// Adds what is wished.
    ///
    /// # Panics
    /// When it names a need that is not in yet, or an id twice: a mistake in the program, not in a stack.
    pub fn add<R: Resource>(&mut self, resource: R) -> Handle<R::Output> {
        let id = resource.id();
        assert!(!self.contains(&id), "{id} is in the graph already");
        for need in resource.needs().iter().chain(&resource.follows()).chain(&resource.deleted_before()) {
            assert!(self.contains(need), "{id} names {need}, which is not in the graph yet");
        }
        let handle = Handle::new(id);
        self.nodes.push(Rc::new(Typed::new(resource, handle.clone())));
        handle
    }

    /// Adds what is no longer in the stack file: it is deleted after everything wished is there.
    ///
    /// # Panics
    /// As [`Graph::add`].
    pub fn retire<R: Resource>(&mut self, resource: R) -> Handle<R::Output> {
        self.retired.insert(resource.id());
        self.add(resource)
    }

    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    pub fn contains(&self, id: &Id) -> bool {
        self.nodes.iter().any(|n| n.id() == *id)
    }

    /// Reads everything that was not read yet, at once.
    ///
    /// # Errors
    /// Every resource that could not be read, each said once.
    pub async fn observe(&self) -> Result<()> {
        let unread = self.nodes.iter().filter(|n| !n.is_observed());
        let looks = join_all(unread.map(|n| async { (n.id(), n.observe().await) })).await;
        // Resources share lookups, so several may fail of the same.
        let mut errors: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (id, look) in looks {
            if let Err(error) = look {
                errors.entry(format!("{error:#}")).or_default().push(id.to_string());
            }
        }
        let texts: Vec<_> =
            errors.iter().map(|(error, ids)| format!("reading {}: {error}", ids.join(", "))).collect();
        if texts.is_empty() { Ok(()) } else { Err(Error::msg(texts.join("\n"))) }
    }

    /// What `up` would do.
    ///
    /// # Errors
    /// When a wish can't be written down.
    pub fn plan(&self, options: &Options) -> Result<Plan> {
        // What is no longer in the stack file and gone already is no news.
        let there =
            |n: &&Rc<dyn Node>| !self.retired.contains(&n.id()) || n.retirement(options).owner.is_some();
        let kept = self.kept(options);
        let items = self.nodes.iter().filter(there).map(|node| {
            let id = node.id();
            if self.retired.contains(&id) {
                return Ok(Planned::retired(id, node.retirement(options), &kept));
            }
            Ok(Planned::new(id, node.verdict(options)?))
        });
        Ok(Plan { items: items.collect::<Result<_>>()? })
    }

    /// Every field that a plan could show, by resource: what is compared, of what is there and of what is wished.
    ///
    /// # Errors
    /// As [`Graph::plan`].
    pub fn fields(&self) -> Result<BTreeMap<Id, BTreeSet<String>>> {
        self.nodes.iter().map(|node| Ok((node.id(), node.fields()?))).collect()
    }

    /// What `destroy` would do, in the order in which it would.
    pub fn plan_destroy(&self, options: &Options) -> Plan {
        let kept = self.kept(options);
        let items = self.nodes.iter().rev().map(|node| {
            // The whole stack goes: nothing takes anything's place.
            let verdict = node.retirement(options);
            let refused = node.undeletable().filter(|_| verdict.change == Change::Delete);
            Planned::retired(node.id(), Verdict { refused, ..verdict }, &kept)
        });
        Plan { items: items.collect() }
    }

    /// Makes everything that is wished as it is wished, then deletes what is no longer in the stack file.
    pub async fn apply(&self, options: &Options, sink: Rc<dyn Fn(Event)>, stop: &Stop) -> Report {
        let run = Walk::new(self, options, sink, stop);
        let wished = self.nodes.iter().filter(|n| !self.retired.contains(&n.id()));
        let step = |n: &Rc<dyn Node>| Step { id: n.id(), waits: n.needs(), follows: n.follows() };
        let steps = wished.map(step).collect();
        walk(steps, |id, there| run.apply(id, there), |id, cause| run.skip(id, cause)).await;
        if run.report.borrow().is_complete() {
            self.delete(&run, |n| self.retired.contains(&n.id())).await;
        }
        run.report.into_inner()
    }

    /// Deletes everything that is ours.
    pub async fn destroy(&self, options: &Options, sink: Rc<dyn Fn(Event)>, stop: &Stop) -> Report {
        let run = Walk::new(self, options, sink, stop);
        self.delete(&run, |_| true).await;
        run.report.into_inner()
    }

    async fn delete(&self, run: &Walk<'_>, which: impl Fn(&dyn Node) -> bool) {
        let kept = self.kept(run.options);
        let goes = |n: &&Rc<dyn Node>| {
            !kept.contains_key(&n.id()) && n.retirement(run.options).change == Change::Delete
        };
        let nodes: Vec<_> = self.nodes.iter().rev().filter(|n| which(n.as_ref())).filter(goes).collect();
        let waits =
            |id: &Id| nodes.iter().filter(|n| n.deleted_before().contains(id)).map(|n| n.id()).collect();
        let step = |id: Id| Step { waits: waits(&id), follows: Vec::new(), id };
        let steps = nodes.iter().map(|n| step(n.id())).collect();
        walk(steps, |id, _| run.delete(id), |id, cause| run.skip(id, cause)).await;
    }

    /// What is not deleted, and what it is kept for: a thing that stays goes on working.
    fn kept(&self, options: &Options) -> BTreeMap<Id, Id> {
        let stays = |n: &&Rc<dyn Node>| {
            let verdict = n.retirement(options);
            verdict.owner.is_some() && verdict.change.is_keep()
        };
        let staying = self.nodes.iter().filter(stays);
        staying.flat_map(|n| n.works_with().into_iter().map(|id| (id, n.id()))).collect()
    }

    fn node(&self, id: &Id) -> Option<&Rc<dyn Node>> {
        self.nodes.iter().find(|n| n.id() == *id)
    }
}

impl Planned {
    fn new(id: Id, verdict: Verdict) -> Self {
        let Verdict { called, change, owner, refused, settings, loses } = verdict;
        let foreign = owner.as_ref().and_then(Owner::foreign).map(str::to_owned);
        let adopted = owner == Some(Owner::Adopted);
        Self { id, called, change, adopted, kept_for: None, loses, foreign, refused, settings }
    }

    /// Of what is to go, unless something that stays works with it.
    fn retired(id: Id, verdict: Verdict, kept: &BTreeMap<Id, Id>) -> Self {
        let kept_for = kept.get(&id).filter(|_| verdict.change == Change::Delete).cloned();
        let planned = Self::new(id, verdict);
        match kept_for {
            Some(_) => Self { change: Change::Keep, refused: None, loses: None, kept_for, ..planned },
            None => planned,
        }
    }
}

/// One run over a graph, and what has come of it so far.
struct Walk<'a> {
    graph: &'a Graph,
    options: &'a Options,
    sink: Rc<dyn Fn(Event)>,
    stop: &'a Stop,
    replaced: RefCell<BTreeSet<Id>>,
    report: RefCell<Report>,
}

impl<'a> Walk<'a> {
    fn new(graph: &'a Graph, options: &'a Options, sink: Rc<dyn Fn(Event)>, stop: &'a Stop) -> Self {
        Self { graph, options, sink, stop, replaced: RefCell::default(), report: RefCell::default() }
    }

    fn looking_at(&self, id: &Id) -> Run {
        Run::new(id.clone(), self.sink.clone(), self.stop.clone())
    }

    async fn apply(&self, id: Id, there: There) -> Ended {
        let run = self.looking_at(&id).with(there);
        let Some(node) = self.graph.node(&id) else { return Ended::Badly };
        let look_again = node.needs().iter().any(|n| self.replaced.borrow().contains(n));
        let result = match self.stop.check() {
            Ok(()) => node.apply(look_again, self.options, &run).await,
            Err(interrupted) => Err(interrupted.into()),
        };
        if result.as_ref().is_ok_and(|acted| acted.replaced) {
            self.replaced.borrow_mut().insert(id.clone());
        }
        self.ended(id, result.map(|acted| acted.change))
    }

    async fn delete(&self, id: Id) -> Ended {
        let run = self.looking_at(&id);
        let Some(node) = self.graph.node(&id) else { return Ended::Badly };
        let result = match self.stop.check() {
            Ok(()) => node.delete(self.options, &run).await,
            Err(interrupted) => Err(interrupted.into()),
        };
        self.ended(id, result.map(|()| Change::Delete))
    }

    fn ended(&self, id: Id, result: Result<Change>) -> Ended {
        let mut report = self.report.borrow_mut();
        match result {
            Ok(change) => {
                (self.sink)(Event::Done { id: id.clone(), change: change.clone() });
                report.done.push((id, change));
                return Ended::Well;
            }
            Err(error) if error.is::<Interrupted>() => {
                (self.sink)(Event::Skipped { id: id.clone(), because: "interrupted".to_owned() });
                report.interrupted = true;
                report.skipped.push(id);
            }
            Err(error) => {
                (self.sink)(Event::Failed { id: id.clone(), error: format!("{error:#}") });
                report.failed.push((id, error));
            }
        }
        Ended::Badly
    }

    fn skip(&self, id: Id, cause: &Id) {
        (self.sink)(Event::Skipped { id: id.clone(), because: format!("it waits for {cause}") });
        self.report.borrow_mut().skipped.push(id);
    }
}
