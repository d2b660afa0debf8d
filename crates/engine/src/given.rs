//! Something that is only read: what others own and this stack uses, and facts that a wish depends on.

use super::{
    Change, Handle, Id, Planned,
    node::{Given, Look},
};
use anyhow::Result;
use futures_util::{FutureExt, future::LocalBoxFuture};
use std::cell::RefCell;

/// One read, made when everything is observed.
pub(super) struct LookUp<O> {
    id: Id,
    /// What AWS calls it; `None`: nobody wants to see it in a plan.
    shown: Option<String>,
    read: RefCell<Option<LocalBoxFuture<'static, Result<O>>>>,
    output: Handle<O>,
}

impl<O: Clone + 'static> LookUp<O> {
    pub(super) fn new(
        shown: Option<String>,
        read: impl Future<Output = Result<O>> + 'static,
        output: Handle<O>,
    ) -> Self {
        Self { id: output.id().clone(), shown, read: RefCell::new(Some(read.boxed_local())), output }
    }
}

impl<O: Clone + 'static> Look for LookUp<O> {
    fn id(&self) -> &Id {
        &self.id
    }

    fn is_known(&self) -> bool {
        self.read.borrow().is_none()
    }

    fn look(&self) -> LocalBoxFuture<'_, Result<()>> {
        let read = self.read.take();
        async move {
            if let Some(read) = read {
                self.output.set(Some(read.await?));
            }
            Ok(())
        }
        .boxed_local()
    }
}

impl<O: Clone + 'static> Given for LookUp<O> {
    fn planned(&self) -> Option<Planned> {
        let aws_name = self.shown.clone()?;
        Some(Planned { aws_name, ..Planned::new(self.id.clone(), Change::Keep) })
    }
}
