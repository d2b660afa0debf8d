//! What the stack file wishes of one thing, and how AWS is brought there.

use super::{Change, Found, Kind, Notable, Run};
use anyhow::Result;
use std::fmt;

/// The settings of a wish's kind.
pub type Settings<W> = <<W as Wish>::Kind as Kind>::Settings;

/// What dependents get of it.
pub type Output<W> = <<W as Wish>::Kind as Kind>::Output;

/// What the stack file adds to a [`Kind`].
///
/// Every operation must be safe to repeat: a run can stop anywhere and be started again. "Already there and ours" is
/// success. Outputs of what it needs come by [`super::Need`]s, which the graph hands out.
#[allow(async_fn_in_trait, reason = "futures stay on one thread; nothing here is Send")]
pub trait Wish: 'static {
    type Kind: Kind;

    fn kind(&self) -> &Self::Kind;

    /// Outputs that are not known yet are [`super::UNKNOWN`]. What is there already decides where the file leaves a
    /// choice (an adopted thing keeps its mark).
    ///
    /// # Errors
    /// Before the caller's account is known, where a setting names it.
    fn settings(&self, found: Option<&Found<Self::Kind>>) -> Result<Settings<Self>>;

    /// Whether anything is wished at all. What a run that died left is only put right where it is there.
    fn is_wished(&self, _found: Option<&Found<Self::Kind>>) -> bool {
        true
    }

    /// Why this change needs `--replace`, in a sentence that says what is lost; `None`: it needs no such consent.
    fn replaces(&self, _found: &Found<Self::Kind>, _want: &Settings<Self>) -> Option<String> {
        None
    }

    /// Why this can't be made or changed, whatever is agreed to.
    fn refuses(&self, _found: Option<&Found<Self::Kind>>, _want: &Settings<Self>) -> Option<String> {
        None
    }

    /// What nobody should agree to unseen: rights that are given, doors that are open, files from elsewhere.
    fn notable(&self, _change: &Change) -> Vec<Notable> {
        Vec::new()
    }

    /// Asked before anything is changed of all that will change: what is missing is better told then than in the middle.
    async fn prepare(&self) -> Result<()> {
        Ok(())
    }

    async fn create(&self, want: &Settings<Self>, run: &Run) -> Result<Output<Self>>;

    async fn update(
        &self,
        found: &Found<Self::Kind>,
        want: &Settings<Self>,
        run: &Run,
    ) -> Result<Applied<Output<Self>>>;

    /// Makes it anew, where [`Wish::update`] ended in [`NeedsReplacement`] and the person agrees to that.
    async fn replace(
        &self,
        found: &Found<Self::Kind>,
        want: &Settings<Self>,
        run: &Run,
    ) -> Result<Applied<Output<Self>>> {
        self.update(found, want, run).await
    }

    /// Asked of all that was changed, once what was deployed is known to work. That it fails is no failure of the run.
    async fn tidy(&self, _run: &Run) -> Result<()> {
        Ok(())
    }
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
