//! Something wished: compared with what is there, and made or changed where it differs.

use super::{
    Applied, Change, Found, Handle, Id, Kind, Needs, NeedsReplacement, Options, Owner, Planned, Run, Wish,
    change,
    node::{Acted, Look, Wanted},
    sight::Sight,
    wish::{Output, Settings},
};
use anyhow::{Result, bail};
use futures_util::{FutureExt, future::LocalBoxFuture};
use std::{cell::Cell, rc::Rc};

pub(super) struct Wished<W: Wish> {
    id: Id,
    wish: Rc<W>,
    needs: Needs,
    sight: Sight<W::Kind>,
    acted: Cell<bool>,
}

/// What is, what is wished, and the difference.
struct Compared<W: Wish> {
    found: Option<Rc<Found<W::Kind>>>,
    want: Settings<W>,
    change: Change,
}

impl<W: Wish> Wished<W> {
    pub(super) fn new(id: Id, wish: Rc<W>, needs: Needs, output: Handle<Output<W>>) -> Self {
        Self { id, wish, needs, sight: Sight::new(output), acted: Cell::new(false) }
    }

    fn compare(&self) -> Result<Compared<W>> {
        let found = self.sight.found();
        let want = self.wish.settings(found.as_deref())?;
        let change = if self.wish.is_wished(found.as_deref()) {
            Change::between(found.as_deref().map(|f| &f.settings), &want)?
        } else {
            Change::Keep
        };
        Ok(Compared { found, want, change })
    }

    /// Compares, and looks again first where acting on an old look could do harm.
    async fn compare_fresh(&self, look_again: bool) -> Result<Compared<W>> {
        if look_again {
            self.look().await?;
        }
        let compared = self.compare()?;
        if compared.change.is_keep() || !self.sight.is_old() {
            return Ok(compared);
        }
        self.look().await?;
        self.compare()
    }

    /// Why it may not be made or changed without a further word, or not at all.
    fn refusal(&self, compared: &Compared<W>, options: &Options) -> Option<String> {
        let (found, want) = (compared.found.as_deref(), &compared.want);
        let replaces = || self.wish.replaces(found?, want).filter(|_| !options.replace);
        let owner = found.and_then(|f| f.owner.refusal(options.adopt));
        owner
            .or_else(|| self.wish.refuses(found, want))
            .or_else(|| replaces().map(|why| NeedsReplacement(why).to_string()))
    }

    async fn update(
        &self,
        found: &Found<W::Kind>,
        want: &Settings<W>,
        options: &Options,
        run: &Run,
    ) -> Result<Applied<Output<W>>> {
        match self.wish.update(found, want, run).await {
            Err(error) if options.replace && error.is::<NeedsReplacement>() => {
                self.wish.replace(found, want, run).await
            }
            applied => applied,
        }
    }

    async fn act(&self, look_again: bool, options: &Options, run: &Run) -> Result<Acted> {
        let compared = self.compare_fresh(look_again).await?;
        // A look after the plan may find what nobody agreed to.
        if let Some(why) = self.refusal(&compared, options) {
            bail!(why);
        }
        let Compared { found, want, change } = compared;
        if change.is_keep() {
            return Ok(Acted { change, replaced: false });
        }
        run.started(&change);
        let applied = match &found {
            Some(found) => self.update(found, &want, options, run).await?,
            None => Applied::in_place(self.wish.create(&want, run).await?),
        };
        self.acted.set(true);
        self.sight.output.set(Some(applied.output));
        Ok(Acted { change, replaced: applied.replaced })
    }
}

impl<W: Wish> Look for Wished<W> {
    fn id(&self) -> &Id {
        &self.id
    }

    fn is_known(&self) -> bool {
        self.sight.is_known()
    }

    fn look(&self) -> LocalBoxFuture<'_, Result<()>> {
        self.sight.take(self.wish.kind().find()).boxed_local()
    }
}

impl<W: Wish> Wanted for Wished<W> {
    fn made_before(&self) -> Vec<Id> {
        let mut ids = self.needs.made_before.clone();
        if self.sight.found().is_some() {
            ids.extend(self.needs.changed_after.iter().cloned());
        }
        ids
    }

    fn there_before(&self) -> Vec<Id> {
        self.needs.there_before.clone()
    }

    fn is_wished(&self) -> bool {
        self.wish.is_wished(self.sight.found().as_deref())
    }

    fn planned(&self, options: &Options) -> Result<Option<Planned>> {
        if !self.is_wished() && self.sight.found().is_none() {
            return Ok(None);
        }
        let compared = self.compare()?;
        let refused = self.refusal(&compared, options);
        let Compared { found, want, change } = compared;
        let settings = found.is_none().then(|| serde_json::to_value(&want)).transpose()?;
        let owner = found.as_ref().map(|f| &f.owner);
        Ok(Some(Planned {
            aws_name: self.wish.kind().aws_name(found.as_deref()),
            standing: found.as_ref().and_then(|f| self.wish.kind().standing(f)),
            adopted: owner == Some(&Owner::Adopted),
            foreign: owner.and_then(Owner::foreign).map(str::to_owned),
            refused,
            settings: settings.map(|s| change::masked(&s)),
            words: W::Kind::WORDS,
            links: W::Kind::LINKS,
            notable: self.wish.notable(&change),
            ..Planned::new(self.id.clone(), change)
        }))
    }

    #[cfg(feature = "testing")]
    fn fields(&self) -> Result<std::collections::BTreeSet<String>> {
        let found = self.sight.found();
        let mut all = change::paths(&self.wish.settings(found.as_deref())?)?;
        if let Some(found) = found {
            all.extend(change::paths(&found.settings)?);
        }
        Ok(all)
    }

    fn prepare(&self) -> LocalBoxFuture<'_, Result<()>> {
        self.wish.prepare().boxed_local()
    }

    fn apply<'a>(
        &'a self,
        look_again: bool,
        options: &'a Options,
        run: &'a Run,
    ) -> LocalBoxFuture<'a, Result<Acted>> {
        self.act(look_again, options, run).boxed_local()
    }

    fn has_acted(&self) -> bool {
        self.acted.get()
    }

    fn tidy<'a>(&'a self, run: &'a Run) -> LocalBoxFuture<'a, Result<()>> {
        self.wish.tidy(run).boxed_local()
    }
}
