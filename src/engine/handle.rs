//! What a dependent holds of the resource it needs: its id now, its output once it is there.

use super::Id;
use std::{cell::RefCell, rc::Rc};

/// Given by [`super::Graph::add`], so a need can only name what was added before.
pub struct Handle<O> {
    id: Id,
    output: Rc<RefCell<Option<O>>>,
}

impl<O: Clone> Handle<O> {
    pub(super) fn new(id: Id) -> Self {
        Self { id, output: Rc::default() }
    }

    /// A need that will never have an output, for what is only to be deleted; `id` stands in for it.
    pub fn missing(id: Id) -> Self {
        Self::new(id)
    }

    pub fn id(&self) -> Id {
        self.id.clone()
    }

    /// `None`: it is not there yet.
    pub fn get(&self) -> Option<O> {
        self.output.borrow().clone()
    }

    /// Inside create, update and delete, where everything that is needed has been made.
    ///
    /// # Errors
    /// When it has not, which is a mistake in `needs`.
    pub fn ready(&self) -> anyhow::Result<O> {
        self.get().ok_or_else(|| anyhow::anyhow!("{} is not there yet", self.id))
    }

    pub(super) fn set(&self, output: Option<O>) {
        *self.output.borrow_mut() = output;
    }
}

impl<O> Clone for Handle<O> {
    fn clone(&self) -> Self {
        Self { id: self.id.clone(), output: self.output.clone() }
    }
}
