//! All that a stack has, in an order in which each needs only earlier ones.

use super::{
    Change, Deletable, Doom, Event, Handle, Id, Kind as _, Needs, Options, Plan, Report, Stop, Wish,
    doomed::Condemned,
    given::LookUp,
    node::{Doomed, GraphNode, Wanted},
    steps::Steps,
    walk::{Step, walk},
    wanted::Wished,
    wish::Output,
};
use anyhow::{Error, Result};
use futures_util::future::join_all;
use std::{collections::BTreeMap, rc::Rc};

/// What is wished, what is to be deleted, and what is only read.
#[derive(Default)]
pub struct Graph {
    nodes: Vec<GraphNode>,
}

impl Graph {
    /// Adds what is wished. `make` is given the way to the outputs of what was added before: by using it, it says what this
    /// one needs.
    ///
    /// Its methods are called through [`Wanted`]; [`Wished`] is where they lead to.
    ///
    /// # Panics
    /// When an id is added twice: a mistake in the program, not in a stack.
    pub fn want<W: Wish>(&mut self, make: impl FnOnce(&mut Needs) -> W) -> Handle<Output<W>> {
        self.want_shared(make).0
    }

    /// As [`Graph::want`], and the wish for others that ask it.
    ///
    /// # Panics
    /// As [`Graph::want`].
    pub fn want_shared<W: Wish>(&mut self, make: impl FnOnce(&mut Needs) -> W) -> (Handle<Output<W>>, Rc<W>) {
        let mut needs = Needs::default();
        let wish = Rc::new(make(&mut needs));
        let handle = self.handle(wish.kind().id());
        let node = Wished::new(handle.id().clone(), wish.clone(), needs, handle.clone());
        self.nodes.push(GraphNode::Wanted(Box::new(node)));
        (handle, wish)
    }

    /// Adds what is to be deleted: after everything wished is there, or by [`Graph::destroy`].
    ///
    /// # Panics
    /// As [`Graph::want`].
    pub fn doom<K: Deletable>(&mut self, doom: Doom<K>) -> Handle<K::Output> {
        let handle = self.handle(doom.id.clone());
        self.nodes.push(GraphNode::Doomed(Box::new(Condemned::new(doom, handle.clone()))));
        handle
    }

    /// Adds what others own and this stack uses.
    ///
    /// # Panics
    /// As [`Graph::want`].
    pub fn given<O: Clone + 'static>(
        &mut self,
        id: Id,
        aws_name: String,
        read: impl Future<Output = Result<O>> + 'static,
    ) -> Handle<O> {
        self.read(id, Some(aws_name), read)
    }

    /// Adds a fact that a wish depends on; no plan shows it.
    ///
    /// # Panics
    /// As [`Graph::want`].
    pub fn look_up<O: Clone + 'static>(
        &mut self,
        id: Id,
        read: impl Future<Output = Result<O>> + 'static,
    ) -> Handle<O> {
        self.read(id, None, read)
    }

    fn read<O: Clone + 'static>(
        &mut self,
        id: Id,
        shown: Option<String>,
        read: impl Future<Output = Result<O>> + 'static,
    ) -> Handle<O> {
        let handle = self.handle(id);
        self.nodes.push(GraphNode::Given(Box::new(LookUp::new(shown, read, handle.clone()))));
        handle
    }

    fn handle<O: Clone>(&self, id: Id) -> Handle<O> {
        assert!(!self.contains(&id), "{id} is in the graph already");
        Handle::new(id)
    }

    /// How many things are wished, used and to go.
    pub fn size(&self) -> usize {
        self.nodes.len()
    }

    pub fn contains(&self, id: &Id) -> bool {
        self.nodes.iter().any(|n| n.id() == id)
    }

    /// Reads everything that was not read yet, at once.
    ///
    /// # Errors
    /// Everything that could not be read, each reason said once.
    pub async fn observe(&self) -> Result<()> {
        let unread = self.nodes.iter().map(GraphNode::look).filter(|n| !n.is_known());
        let looks = join_all(unread.map(|n| async { (n.id(), n.look().await) })).await;
        // They share lookups, so several may fail of the same.
        let mut errors: BTreeMap<String, Vec<&str>> = BTreeMap::new();
        for (id, look) in looks {
            if let Err(error) = look {
                errors.entry(format!("{error:#}")).or_default().push(id.as_str());
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
        let kept = self.kept(options);
        let planned = self.nodes.iter().map(|node| {
            Ok(match node {
                GraphNode::Wanted(it) => it.planned(options)?,
                GraphNode::Given(it) => it.planned(),
                GraphNode::Doomed(it) => it.planned(options).map(|p| p.unless_kept(&kept)),
            })
        });
        Ok(Plan { items: planned.filter_map(Result::transpose).collect::<Result<_>>()? })
    }

    /// What `destroy` would do, in the order in which it would.
    pub fn plan_destroy(&self, options: &Options) -> Plan {
        let kept = self.kept(options);
        let planned = self.doomed().rev().filter_map(|it| it.planned(options));
        Plan { items: planned.map(|p| p.unless_kept(&kept)).collect() }
    }

    /// Asks for what the changes of a plan need, before the first of them.
    ///
    /// # Errors
    /// The first that is missing.
    pub async fn prepare(&self, plan: &Plan) -> Result<()> {
        for it in self.wanted().filter(|it| plan.changes(it.id())) {
            it.prepare().await?;
        }
        Ok(())
    }

    /// Makes everything that is wished as it is wished, then deletes what is no longer in the stack file.
    pub async fn apply(&self, options: &Options, sink: Rc<dyn Fn(Event)>, stop: &Stop) -> Report {
        let steps = Steps::new(options, sink, stop);
        let wished = self.wanted().filter(|it| it.is_wished()).map(|it| Step {
            node: it,
            id: it.id().clone(),
            waits: it.made_before(),
            follows: it.there_before(),
        });
        walk(wished.collect(), |it, there| steps.apply(it, there), |id, cause| steps.skip(id, cause)).await;
        if steps.is_complete() {
            self.delete(&steps).await;
        }
        steps.report()
    }

    /// Deletes everything that is ours.
    pub async fn destroy(&self, options: &Options, sink: Rc<dyn Fn(Event)>, stop: &Stop) -> Report {
        let steps = Steps::new(options, sink, stop);
        self.delete(&steps).await;
        steps.report()
    }

    async fn delete(&self, steps: &Steps<'_>) {
        let kept = self.kept(steps.options);
        let goes = |it: &&dyn Doomed| {
            let planned = it.planned(steps.options);
            planned.is_some_and(|p| p.change == Change::Delete) && !kept.contains_key(it.id())
        };
        let doomed: Vec<_> = self.doomed().rev().filter(goes).collect();
        let waits = |id: &Id| {
            let first = doomed.iter().filter(|it| it.goes_before().contains(id));
            first.map(|it| it.id().clone()).collect()
        };
        let all = doomed.iter().map(|&it| Step {
            node: it,
            id: it.id().clone(),
            waits: waits(it.id()),
            follows: Vec::new(),
        });
        walk(all.collect(), |it, _| steps.delete(it), |id, cause| steps.skip(id, cause)).await;
    }

    /// Tidies up after what was made or changed, what came last first; gives what could not be done.
    pub async fn tidy(&self, sink: Rc<dyn Fn(Event)>, stop: &Stop) -> Vec<Error> {
        let mut failed = Vec::new();
        let acted: Vec<_> = self.wanted().filter(|it| it.has_acted()).collect();
        for it in acted.into_iter().rev() {
            let run = super::Run::new(it.id().clone(), sink.clone(), stop.clone());
            failed.extend(it.tidy(&run).await.err());
        }
        failed
    }

    /// Every field that a plan could show: what is compared, of what is there and of what is wished.
    ///
    /// # Errors
    /// As [`Graph::plan`].
    #[cfg(feature = "testing")]
    pub fn fields(&self) -> Result<BTreeMap<Id, std::collections::BTreeSet<String>>> {
        self.wanted().map(|it| Ok((it.id().clone(), it.fields()?))).collect()
    }

    /// What is not deleted, and what it is kept for: a thing that stays goes on working.
    fn kept(&self, options: &Options) -> BTreeMap<Id, Id> {
        let stays = |it: &&dyn Doomed| it.planned(options).is_some_and(|p| p.change.is_keep());
        let used =
            self.doomed().filter(stays).flat_map(|it| it.works_with().into_iter().map(move |a| (a, it)));
        let used: BTreeMap<String, &dyn Doomed> = used.collect();
        let kept_for = |it: &dyn Doomed| Some((it.id().clone(), used.get(&it.address()?)?.id().clone()));
        self.doomed().filter_map(kept_for).collect()
    }

    fn wanted(&self) -> impl Iterator<Item = &dyn Wanted> {
        self.nodes.iter().filter_map(GraphNode::wanted)
    }

    fn doomed(&self) -> impl DoubleEndedIterator<Item = &dyn Doomed> {
        self.nodes.iter().filter_map(GraphNode::doomed)
    }
}
