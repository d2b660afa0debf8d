//! A place in the graph, with its types hidden: see [`super::wanted`], [`super::doomed`] and [`super::given`].

use super::{Change, Id, Options, Planned, Run};
use anyhow::Result;
use futures_util::future::LocalBoxFuture;

/// What every place can do: say who it is and look.
pub(super) trait Look {
    fn id(&self) -> &Id;
    fn is_known(&self) -> bool;
    fn look(&self) -> LocalBoxFuture<'_, Result<()>>;
}

/// Something wished.
pub(super) trait Wanted: Look {
    fn made_before(&self) -> Vec<Id>;
    fn there_before(&self) -> Vec<Id>;
    fn is_wished(&self) -> bool;
    /// `None`: nothing is wished, and nothing is there.
    ///
    /// # Errors
    /// When a wish can't be written down.
    fn planned(&self, options: &Options) -> Result<Option<Planned>>;
    /// What a plan could show of it.
    #[cfg(feature = "testing")]
    fn fields(&self) -> Result<std::collections::BTreeSet<String>>;
    fn prepare(&self) -> LocalBoxFuture<'_, Result<()>>;
    /// `look_again`: something it needs was replaced.
    fn apply<'a>(
        &'a self,
        look_again: bool,
        options: &'a Options,
        run: &'a Run,
    ) -> LocalBoxFuture<'a, Result<Acted>>;
    /// Whether it was made or changed.
    fn has_acted(&self) -> bool;
    fn tidy<'a>(&'a self, run: &'a Run) -> LocalBoxFuture<'a, Result<()>>;
}

/// Something to be deleted.
pub(super) trait Doomed: Look {
    fn goes_before(&self) -> &[Id];
    /// `None`: nothing is there.
    fn planned(&self, options: &Options) -> Option<Planned>;
    fn address(&self) -> Option<String>;
    fn works_with(&self) -> Vec<String>;
    fn delete<'a>(&'a self, options: &'a Options, run: &'a Run) -> LocalBoxFuture<'a, Result<()>>;
}

/// Something that is only read.
pub(super) trait Given: Look {
    /// `None`: nobody wants to see it.
    fn planned(&self) -> Option<Planned>;
}

/// What came of one wish.
pub(super) struct Acted {
    pub change: Change,
    pub replaced: bool,
}

pub(super) enum GraphNode {
    Wanted(Box<dyn Wanted>),
    Doomed(Box<dyn Doomed>),
    Given(Box<dyn Given>),
}

impl GraphNode {
    pub(super) fn look(&self) -> &dyn Look {
        match self {
            Self::Wanted(it) => &**it,
            Self::Doomed(it) => &**it,
            Self::Given(it) => &**it,
        }
    }

    pub(super) fn id(&self) -> &Id {
        self.look().id()
    }

    pub(super) fn wanted(&self) -> Option<&dyn Wanted> {
        if let Self::Wanted(it) = self { Some(&**it) } else { None }
    }

    pub(super) fn doomed(&self) -> Option<&dyn Doomed> {
        if let Self::Doomed(it) = self { Some(&**it) } else { None }
    }
}
