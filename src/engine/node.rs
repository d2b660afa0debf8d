//! A resource with its types hidden, and what is known of it in this run.

use super::{
    Applied, Change, Handle, Id, Live, NeedsReplacement, Owner, Resource, Run, change, graph::Options,
};
use anyhow::{Result, bail};
use futures_util::{FutureExt, future::LocalBoxFuture};
use serde_json::Value;
use std::{cell::RefCell, collections::BTreeSet, rc::Rc, time::Duration};
use tokio::time::Instant;

/// Older observations are made again before something is written because of them (a prompt, a long build).
const FRESH: Duration = Duration::from_secs(60);

/// What is planned for one node.
#[derive(Default)]
pub(super) struct Verdict {
    /// What AWS calls it.
    pub called: String,
    pub change: Change,
    pub owner: Option<Owner>,
    /// Why it can't be done without a further word.
    pub refused: Option<String>,
    /// What it is made with, where it is made; secrets masked.
    pub settings: Option<Value>,
    /// What goes with it, where it is deleted.
    pub loses: Option<String>,
}

/// What came of one node.
pub(super) struct Acted {
    pub change: Change,
    pub replaced: bool,
}

pub(super) trait Node {
    fn id(&self) -> Id;
    fn needs(&self) -> Vec<Id>;
    fn follows(&self) -> Vec<Id>;
    fn deleted_before(&self) -> Vec<Id>;
    /// Empty where there is nothing.
    fn works_with(&self) -> Vec<Id>;
    fn is_observed(&self) -> bool;
    fn observe(&self) -> LocalBoxFuture<'_, Result<()>>;
    fn verdict(&self, options: &Options) -> Result<Verdict>;
    /// What a plan could show of it.
    fn fields(&self) -> Result<BTreeSet<String>>;
    /// What deleting it means: `Keep` where there is nothing.
    fn retirement(&self, options: &Options) -> Verdict;
    /// Why AWS would not let it be deleted.
    fn undeletable(&self) -> Option<String>;
    /// `look_again`: something it needs was replaced.
    fn apply<'a>(
        &'a self,
        look_again: bool,
        options: &'a Options,
        run: &'a Run,
    ) -> LocalBoxFuture<'a, Result<Acted>>;
    fn delete<'a>(&'a self, options: &'a Options, run: &'a Run) -> LocalBoxFuture<'a, Result<()>>;
}

/// What is, what is wished, and the difference.
type Compared<R> = (Option<Rc<Live<R>>>, <R as Resource>::Props, Change);

pub(super) struct Typed<R: Resource> {
    resource: R,
    live: RefCell<Option<Rc<Live<R>>>>,
    observed: RefCell<Option<Instant>>,
    output: Handle<R::Output>,
}

impl<R: Resource> Typed<R> {
    pub fn new(resource: R, output: Handle<R::Output>) -> Self {
        Self { resource, live: RefCell::default(), observed: RefCell::default(), output }
    }

    fn live(&self) -> Option<Rc<Live<R>>> {
        self.live.borrow().clone()
    }

    async fn look(&self) -> Result<()> {
        let live = self.resource.observe().await?;
        self.output.set(live.as_ref().map(|l| l.output.clone()));
        *self.live.borrow_mut() = live.map(Rc::new);
        *self.observed.borrow_mut() = Some(Instant::now());
        Ok(())
    }

    /// Why it may not be made or changed without a further word, or not at all.
    fn refusal(&self, live: Option<&Live<R>>, want: &R::Props, options: &Options) -> Option<String> {
        let replaces = || self.resource.replaces(live?, want).filter(|_| !options.replace);
        let owner = live.and_then(|l| l.owner.refusal(options.adopt));
        owner
            .or_else(|| self.resource.refuses(live, want))
            .or_else(|| replaces().map(|why| NeedsReplacement(why).to_string()))
    }

    fn stale(&self) -> bool {
        self.observed.borrow().is_none_or(|at| at.elapsed() > FRESH)
    }

    fn compare(&self) -> Result<Compared<R>> {
        let live = self.live();
        let want = self.resource.wish(live.as_deref())?;
        let change = Change::between(live.as_deref().map(|l| &l.props), &want)?;
        Ok((live, want, change))
    }

    /// Compares, and looks again first where acting on an old look could do harm.
    async fn compare_fresh(&self, look_again: bool) -> Result<Compared<R>> {
        if look_again {
            self.look().await?;
        }
        let compared = self.compare()?;
        if compared.2.is_keep() || !self.stale() {
            return Ok(compared);
        }
        self.look().await?;
        self.compare()
    }

    async fn update(
        &self,
        live: &Live<R>,
        want: &R::Props,
        options: &Options,
        run: &Run,
    ) -> Result<Applied<R::Output>> {
        match self.resource.update(live, want, run).await {
            Err(error) if options.replace && error.is::<NeedsReplacement>() => {
                self.resource.replace(live, want, run).await
            }
            applied => applied,
        }
    }

    async fn act(&self, look_again: bool, options: &Options, run: &Run) -> Result<Acted> {
        let (live, want, change) = self.compare_fresh(look_again).await?;
        // A look after the plan may find what nobody agreed to.
        if let Some(why) = self.refusal(live.as_deref(), &want, options) {
            bail!(why);
        }
        let (output, replaced) = match (&live, &change) {
            (Some(live), Change::Update(_)) => {
                run.started(&change);
                let applied = self.update(live, &want, options, run).await?;
                (applied.output, applied.replaced)
            }
            (Some(live), _) => (live.output.clone(), false),
            (None, _) => {
                run.started(&change);
                (self.resource.create(&want, run).await?, false)
            }
        };
        self.output.set(Some(output));
        Ok(Acted { change, replaced })
    }
}

impl<R: Resource> Node for Typed<R> {
    fn id(&self) -> Id {
        self.resource.id()
    }

    fn needs(&self) -> Vec<Id> {
        self.resource.needs()
    }

    fn follows(&self) -> Vec<Id> {
        self.resource.follows()
    }

    fn deleted_before(&self) -> Vec<Id> {
        self.resource.deleted_before()
    }

    fn works_with(&self) -> Vec<Id> {
        self.live().map(|live| self.resource.works_with(&live)).unwrap_or_default()
    }

    fn is_observed(&self) -> bool {
        self.observed.borrow().is_some()
    }

    fn observe(&self) -> LocalBoxFuture<'_, Result<()>> {
        self.look().boxed_local()
    }

    fn verdict(&self, options: &Options) -> Result<Verdict> {
        let (live, want, change) = self.compare()?;
        let called = self.resource.aws_name(live.as_deref());
        let owner = live.as_ref().map(|l| l.owner.clone());
        let settings = live.is_none().then(|| serde_json::to_value(&want)).transpose()?;
        let refused = self.refusal(live.as_deref(), &want, options);
        let settings = settings.map(|s| change::masked(&s));
        Ok(Verdict { called, change, owner, refused, settings, loses: None })
    }

    fn fields(&self) -> Result<BTreeSet<String>> {
        let live = self.live();
        let mut all = change::paths(&self.resource.wish(live.as_deref())?)?;
        if let Some(live) = live {
            all.extend(change::paths(&live.props)?);
        }
        Ok(all)
    }

    fn retirement(&self, options: &Options) -> Verdict {
        let Some(live) = self.live() else {
            return Verdict::default();
        };
        let called = self.resource.aws_name(Some(&live));
        let refused = self.resource.retiring_replaces(&live).filter(|_| !options.replace);
        let refused = refused.map(|why| NeedsReplacement(why).to_string());
        let keep = match live.owner {
            Owner::Us => self.resource.retained(),
            Owner::Adopted => !options.include_adopted,
            Owner::Other(_) | Owner::Unclaimed | Owner::Barred { .. } => true,
        };
        let change = if keep { Change::Keep } else { Change::Delete };
        let refused = if keep { None } else { self.resource.undeletable(&live).or(refused) };
        let loses = self.resource.loses(&live).filter(|_| !keep);
        Verdict { called, change, owner: Some(live.owner.clone()), refused, settings: None, loses }
    }

    fn undeletable(&self) -> Option<String> {
        self.resource.undeletable(&*self.live()?)
    }

    fn apply<'a>(
        &'a self,
        look_again: bool,
        options: &'a Options,
        run: &'a Run,
    ) -> LocalBoxFuture<'a, Result<Acted>> {
        self.act(look_again, options, run).boxed_local()
    }

    fn delete<'a>(&'a self, options: &'a Options, run: &'a Run) -> LocalBoxFuture<'a, Result<()>> {
        async move {
            if self.stale() {
                self.look().await?;
            }
            // By now it may be gone, or somebody else's.
            let Some(live) = self.live().filter(|_| self.retirement(options).change == Change::Delete) else {
                return Ok(());
            };
            run.started(&Change::Delete);
            self.resource.delete(&live, run).await?;
            self.output.set(None);
            *self.live.borrow_mut() = None;
            Ok(())
        }
        .boxed_local()
    }
}
