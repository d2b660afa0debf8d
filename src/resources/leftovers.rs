//! How what is no longer in the stack file is found again, whatever its kind, and in which order all of it goes.

use crate::{
    aws::StackAws,
    engine::{Deletable, Doom, Graph, Id},
    stack::{Entry, Inventory},
};
use anyhow::Result;
use futures_util::{FutureExt, future::LocalBoxFuture};
use std::{collections::BTreeSet, marker::PhantomData};

/// A kind that can be made from the inventory's entries alone.
#[allow(async_fn_in_trait, reason = "futures stay on one thread")]
pub(super) trait Listed: Deletable + Sized {
    /// The entries that say that there is one: its own, or those of the kind that it comes with.
    const ENTRY: &'static str = Self::NAME;
    /// Kinds that outlive it where they are of the same entry, or of the whole stack. They stand before it in
    /// [`super::KINDS`].
    const OUTLIVED_BY: &'static [&'static str] = &[];
    /// A `destroy` looks for one even where no entry names it.
    const IS_SOUGHT: bool = false;

    fn of(aws: &StackAws, entry: &Entry) -> Self;

    /// What the stack file names that no inventory lists.
    fn in_file(_aws: &StackAws) -> Option<Entry> {
        None
    }

    /// What AWS shows of the stack that no inventory lists.
    ///
    /// # Errors
    /// As the calls.
    async fn unlisted(_aws: &StackAws) -> Result<Vec<Entry>> {
        Ok(Vec::new())
    }

    /// Adds what two runs at once made twice: all but the best one go. Costs nothing where there is nothing: it looks at
    /// lists that were read before.
    ///
    /// # Errors
    /// As the calls.
    async fn doom_twins(_aws: &StackAws, _dooms: &mut Dooms, _graph: &mut Graph) -> Result<()> {
        Ok(())
    }
}

/// A [`Listed`] kind with its type hidden.
pub(crate) trait Leftovers {
    fn entry(&self) -> &'static str;
    fn is_sought(&self) -> bool;
    fn in_file(&self, aws: &StackAws) -> Option<Entry>;
    fn unlisted<'a>(&'a self, aws: &'a StackAws) -> LocalBoxFuture<'a, Result<Vec<Entry>>>;
    /// Adds the one thing that all of `entries` name.
    fn doom(&self, aws: &StackAws, entries: &[&Entry], replaced: bool, dooms: &mut Dooms, graph: &mut Graph);
    fn doom_twins<'a>(
        &'a self,
        aws: &'a StackAws,
        dooms: &'a mut Dooms,
        graph: &'a mut Graph,
    ) -> LocalBoxFuture<'a, Result<()>>;
}

/// A kind in the list of all kinds.
pub(super) struct Of<K>(PhantomData<K>);

impl<K> Of<K> {
    pub(super) const KIND: Self = Self(PhantomData);
}

impl<K: Listed> Leftovers for Of<K> {
    fn entry(&self) -> &'static str {
        K::ENTRY
    }

    fn is_sought(&self) -> bool {
        K::IS_SOUGHT
    }

    fn in_file(&self, aws: &StackAws) -> Option<Entry> {
        K::in_file(aws)
    }

    fn unlisted<'a>(&'a self, aws: &'a StackAws) -> LocalBoxFuture<'a, Result<Vec<Entry>>> {
        K::unlisted(aws).boxed_local()
    }

    fn doom(&self, aws: &StackAws, entries: &[&Entry], replaced: bool, dooms: &mut Dooms, graph: &mut Graph) {
        let Some(first) = entries.first() else { return };
        let kind = K::of(aws, first);
        let named = || Id::of(K::NAME, &format!("{} ({})", first.key, first.name));
        // The key may have another thing of this kind in the stack file.
        let id = if graph.contains(&kind.id()) { named() } else { kind.id() };
        let keys = entries.iter().map(|entry| entry.key.clone()).collect();
        let goes_before = dooms.outliving(K::OUTLIVED_BY, &keys);
        dooms.placed.push(Placed { kind: K::NAME, keys, id: id.clone() });
        graph.doom(Doom { kind, id, goes_before, replaced });
    }

    fn doom_twins<'a>(
        &'a self,
        aws: &'a StackAws,
        dooms: &'a mut Dooms,
        graph: &'a mut Graph,
    ) -> LocalBoxFuture<'a, Result<()>> {
        K::doom_twins(aws, dooms, graph).boxed_local()
    }
}

/// All that goes, so far.
#[derive(Default)]
pub(crate) struct Dooms {
    /// What everything else goes before: the REST API, or the inventory's stale entries.
    anchor: Option<Id>,
    placed: Vec<Placed>,
}

struct Placed {
    kind: &'static str,
    /// In the stack file.
    keys: BTreeSet<String>,
    id: Id,
}

impl Dooms {
    pub(crate) fn before(anchor: &Id) -> Self {
        Self { anchor: Some(anchor.clone()), placed: Vec::new() }
    }

    /// Of `kinds`, what belongs to one of `keys`, or to the whole stack; and the anchor.
    pub(super) fn outliving(&self, kinds: &[&str], keys: &BTreeSet<String>) -> Vec<Id> {
        let shares = |p: &&Placed| p.kind_is_in(kinds) && (keys.contains("") || !p.keys.is_disjoint(keys));
        let ids = self.placed.iter().filter(shares).map(|p| p.id.clone());
        ids.chain(self.anchor.clone()).collect()
    }

    /// Adds what of `gone` has no name that `known` has too. A thing that comes in the place of another is in `come`.
    pub(crate) fn add(
        &mut self,
        kinds: &[&dyn Leftovers],
        aws: &StackAws,
        gone: &Inventory,
        known: &Inventory,
        come: &Inventory,
        graph: &mut Graph,
    ) {
        for kind in kinds {
            let replaced = come.of_kind(kind.entry()).next().is_some();
            let unknown = gone.of_kind(kind.entry()).filter(|e| !known.names(kind.entry(), &e.name));
            for entries in by_name(unknown) {
                kind.doom(aws, &entries, replaced, self, graph);
            }
        }
    }
}

impl Placed {
    fn kind_is_in(&self, kinds: &[&str]) -> bool {
        kinds.contains(&self.kind)
    }
}

/// One thing may be named by several entries.
fn by_name<'a>(entries: impl Iterator<Item = &'a Entry>) -> Vec<Vec<&'a Entry>> {
    let mut groups: Vec<Vec<&Entry>> = Vec::new();
    for entry in entries {
        match groups.iter_mut().find(|group| group.iter().any(|same| same.name == entry.name)) {
            Some(group) => group.push(entry),
            None => groups.push(vec![entry]),
        }
    }
    groups
}
