//! Something to be deleted: what is no longer in the stack file, or all of a stack that is destroyed.

use super::{
    Change, Deletable, Found, Handle, Id, Kind, NeedsReplacement, Options, Owner, Planned, Run,
    node::{Doomed, Look},
    sight::Sight,
};
use anyhow::Result;
use futures_util::{FutureExt, future::LocalBoxFuture};

/// A thing that goes, and what its going depends on.
pub struct Doom<K> {
    pub kind: K,
    /// The kind's own, or another where something wished has that.
    pub id: Id,
    /// What outlives it.
    pub goes_before: Vec<Id>,
    /// Another of its kind comes: nobody may have meant to lose this one.
    pub replaced: bool,
}

impl<K: Kind> Doom<K> {
    /// Nothing outlives it, and nothing takes its place.
    pub fn of(kind: K) -> Self {
        Self { id: kind.id(), kind, goes_before: Vec::new(), replaced: false }
    }
}

pub(super) struct Condemned<K: Deletable> {
    doom: Doom<K>,
    sight: Sight<K>,
}

impl<K: Deletable> Condemned<K> {
    pub(super) fn new(doom: Doom<K>, output: Handle<K::Output>) -> Self {
        Self { doom, sight: Sight::new(output) }
    }

    fn stays(&self, found: &Found<K>, options: &Options) -> bool {
        match found.owner {
            Owner::Us => self.doom.kind.retained(),
            Owner::Adopted => !options.include_adopted,
            Owner::Other(_) | Owner::Unclaimed | Owner::Barred { .. } => true,
        }
    }

    /// Why deleting it needs `--replace`.
    fn replaces(&self, found: &Found<K>, options: &Options) -> Option<String> {
        let why = self.doom.kind.replaced(found).filter(|_| self.doom.replaced && !options.replace)?;
        Some(NeedsReplacement(why).to_string())
    }
}

impl<K: Deletable> Look for Condemned<K> {
    fn id(&self) -> &Id {
        &self.doom.id
    }

    fn is_known(&self) -> bool {
        self.sight.is_known()
    }

    fn look(&self) -> LocalBoxFuture<'_, Result<()>> {
        self.sight.take(self.doom.kind.find_doomed()).boxed_local()
    }
}

impl<K: Deletable> Doomed for Condemned<K> {
    fn goes_before(&self) -> &[Id] {
        &self.doom.goes_before
    }

    fn planned(&self, options: &Options) -> Option<Planned> {
        let found = self.sight.found()?;
        let kind = &self.doom.kind;
        let stays = self.stays(&found, options);
        let change = if stays { Change::Keep } else { Change::Delete };
        let refused = || kind.undeletable(&found).or_else(|| self.replaces(&found, options));
        Some(Planned {
            aws_name: kind.aws_name(Some(&found)),
            adopted: found.owner == Owner::Adopted,
            foreign: found.owner.foreign().map(str::to_owned),
            loses: kind.loses(&found).filter(|_| !stays),
            refused: if stays { None } else { refused() },
            links: K::LINKS,
            ..Planned::new(self.doom.id.clone(), change)
        })
    }

    fn address(&self) -> Option<String> {
        self.doom.kind.address(&*self.sight.found()?)
    }

    fn works_with(&self) -> Vec<String> {
        self.sight.found().map(|found| self.doom.kind.works_with(&found)).unwrap_or_default()
    }

    fn delete<'a>(&'a self, options: &'a Options, run: &'a Run) -> LocalBoxFuture<'a, Result<()>> {
        async move {
            if self.sight.is_old() {
                self.look().await?;
            }
            // By now it may be gone, or somebody else's.
            let Some(found) = self.sight.found().filter(|found| !self.stays(found, options)) else {
                return Ok(());
            };
            run.started(&Change::Delete);
            self.doom.kind.delete(&found, run).await?;
            self.sight.clear();
            Ok(())
        }
        .boxed_local()
    }
}
