//! What is in AWS under this stack's tags and no longer (or never) in its file, whatever its kind.

use super::StackGraph;
use crate::{
    aws::{Cloud, StackAws},
    engine::{Doom, Graph},
    resources::{Dooms, KINDS, RestApi, StaleEntries, doom_twins, own_apis, tags_of},
    stack::{Entry, Inventory, Stack},
};
use anyhow::Result;
use std::{collections::BTreeMap, rc::Rc};

impl<'a> StackGraph<'a> {
    /// A graph of everything that the file names, to be destroyed; what only AWS knows of comes with
    /// [`Self::doom_leftovers`].
    pub(super) fn named(stack: &'a Stack, cloud: &Rc<Cloud>) -> Self {
        let aws = StackAws::of(stack, cloud, BTreeMap::new());
        let mut graph = Graph::default();
        let api = graph.doom(Doom::of(RestApi { aws: aws.clone() }));
        let dooms = Dooms::before(api.id());
        let mut this = Self { dooms, ..Self::of(stack, aws, graph, api) };
        this.doom(&this.sought(), &Inventory::default(), &Inventory::default());
        this
    }

    /// Adds what is no longer in the stack file, and twins; whether there is any. Costs nothing where there is none: it looks
    /// at lists that were read before.
    ///
    /// # Errors
    /// As the lists.
    pub(super) async fn retire_leftovers(&mut self) -> Result<bool> {
        let before = self.graph.size();
        let (listed, there) = self.there().await?;
        let wished = self.in_file();
        self.stale_entries(&listed, &wished);
        // A thing that comes with one that goes may be the same under another name.
        let come = wished.iter().filter(|e| !there.names(&e.kind, &e.name)).cloned().collect();
        self.doom(&there.beyond(&wished), &wished, &come);
        self.twins().await?;
        Ok(self.graph.size() > before)
    }

    /// Adds what only AWS knows of, and twins; whether there is any.
    ///
    /// # Errors
    /// As the lists.
    pub(super) async fn doom_leftovers(&mut self) -> Result<bool> {
        let before = self.graph.size();
        let (_, there) = self.there().await?;
        let known = self.sought();
        self.doom(&there.beyond(&known), &known, &Inventory::default());
        self.twins().await?;
        Ok(self.graph.size() > before)
    }

    /// The inventory is shortened after the last of what it named is gone.
    fn stale_entries(&mut self, listed: &Inventory, wished: &Inventory) {
        let known = listed.of_kinds(&known_entries());
        if known.beyond(wished).is_empty() {
            return;
        }
        let keep = self.aws.file.inventory.union(&listed.beyond(&known));
        let stale = self.graph.doom(Doom::of(StaleEntries { aws: self.aws.clone(), keep }));
        self.dooms = Dooms::before(stale.id());
    }

    fn doom(&mut self, gone: &Inventory, known: &Inventory, come: &Inventory) {
        self.dooms.add(KINDS, &self.aws, gone, known, come, &mut self.graph);
    }

    /// Everything that the file names, whether or not the inventory lists it.
    fn in_file(&self) -> Inventory {
        let unlisted = KINDS.iter().filter_map(|kind| kind.in_file(&self.aws));
        self.aws.file.inventory.union(&unlisted.collect())
    }

    /// The same, and what a stack may have besides.
    fn sought(&self) -> Inventory {
        let sought = KINDS.iter().filter(|kind| kind.is_sought());
        self.in_file().union(&sought.map(|kind| Entry::new(kind.entry(), "", "")).collect())
    }

    /// What AWS has of the stack: what the inventory lists, and that with all the rest.
    async fn there(&self) -> Result<(Inventory, Inventory)> {
        let apis = own_apis(&self.aws).await?;
        let listed = apis.first().map(|api| self.aws.inventory(&tags_of(api))).unwrap_or_default();
        let mut there = listed.clone();
        for kind in KINDS {
            there = there.union(&kind.unlisted(&self.aws).await?.into_iter().collect());
        }
        Ok((listed, there))
    }

    async fn twins(&mut self) -> Result<()> {
        doom_twins(RestApi { aws: self.aws.clone() }, &[], &mut Dooms::default(), &mut self.graph).await?;
        for kind in KINDS {
            kind.doom_twins(&self.aws, &mut self.dooms, &mut self.graph).await?;
        }
        Ok(())
    }
}

/// Entries of other kinds are a newer version's, which knows what to do about them.
fn known_entries() -> Vec<&'static str> {
    KINDS.iter().map(|kind| kind.entry()).collect()
}
