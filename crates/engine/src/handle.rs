//! How one thing uses what another gives: the graph hands out the output, and remembers who waits for whom.

use super::Id;
use anyhow::{Context as _, Result};
use std::{cell::RefCell, rc::Rc};

/// A thing in the graph, for who builds the graph and for who reads what came of it. Its output goes to another thing
/// as a [`Need`].
pub struct Handle<O> {
    id: Id,
    output: Rc<RefCell<Option<O>>>,
}

impl<O: Clone> Handle<O> {
    pub(super) fn new(id: Id) -> Self {
        Self { id, output: Rc::default() }
    }

    pub fn id(&self) -> &Id {
        &self.id
    }

    /// `None`: it is not there yet.
    pub fn get(&self) -> Option<O> {
        self.output.borrow().clone()
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

/// The output of something that is made before. Only [`Needs::output`] gives one, so that a need can't be forgotten.
pub struct Need<O>(Handle<O>);

impl<O: Clone> Need<O> {
    /// `None`: it is not there yet.
    pub fn get(&self) -> Option<O> {
        self.0.get()
    }

    /// Inside create, update and delete, where everything that is needed has been made.
    ///
    /// # Errors
    /// When it has not, which is a mistake in the program.
    pub fn ready(&self) -> Result<O> {
        self.get().with_context(|| format!("{} is not there yet", self.0.id))
    }
}

/// What must be there before one thing is made: filled while its wish is written.
#[derive(Default)]
pub struct Needs {
    pub(super) made_before: Vec<Id>,
    pub(super) there_before: Vec<Id>,
    pub(super) changed_after: Vec<Id>,
}

impl Needs {
    /// What `of` gives; it is made before.
    pub fn output<O: Clone>(&mut self, of: &Handle<O>) -> Need<O> {
        self.after(of);
        Need(of.clone())
    }

    /// It is made before, though nothing that it gives is used.
    pub fn after<O: Clone>(&mut self, it: &Handle<O>) {
        self.made_before.push(it.id.clone());
    }

    /// It must be there (see [`super::Run::there`]), though it may not be done.
    pub fn follows<O: Clone>(&mut self, it: &Handle<O>) {
        self.there_before.push(it.id.clone());
    }

    /// Where this is there already, it changes only after that one: people use it meanwhile.
    pub fn changes_after<O: Clone>(&mut self, it: &Handle<O>) {
        self.changed_after.push(it.id.clone());
    }
}
