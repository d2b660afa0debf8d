//! After an `up`: the old images of the repositories that it pushed to.

use super::StackGraph;
use crate::{
    engine::{Change, Event, Handle, Id, Plan, Run, Stop},
    resources::{ImageOutput, Pruning, RepositoryOutput},
    stack::{self, ImageSource},
};
use anyhow::{Error, Result};
use std::{collections::BTreeSet, rc::Rc};

/// An image that the stack pushes, and where it goes.
pub(super) struct Pushed<'a> {
    /// The first function that runs it.
    pub of: &'a stack::Function,
    pub repository: Handle<RepositoryOutput>,
    pub image: Handle<ImageOutput>,
}

impl Pushed<'_> {
    /// Whether a function runs this image.
    pub fn is_of(&self, function: &stack::Function) -> bool {
        self.of.image.repository == function.image.repository && self.of.has_the_image_of(function)
    }

    fn is_built(&self) -> bool {
        matches!(self.of.image.source, ImageSource::Context(_))
    }
}

impl StackGraph<'_> {
    /// Whether the plan needs Docker.
    pub fn builds(&self, plan: &Plan) -> bool {
        self.pushed.iter().any(|it| it.is_built() && is_pushed(plan, &it.image.id()))
    }

    /// Deletes own images beyond the newest `keep` that nothing uses; gives the repositories where that failed.
    pub async fn prune(&self, plan: &Plan, sink: Rc<dyn Fn(Event)>, stop: &Stop) -> Vec<(String, Error)> {
        let (mut done, mut failed) = (BTreeSet::new(), Vec::new());
        for it in self.pushed.iter().filter(|it| is_pushed(plan, &it.image.id())) {
            // One that was made in this run has nothing old.
            let is_new = plan.change_of(&it.repository.id()) == Some(&Change::Create);
            if is_new || !done.insert(it.repository.id()) {
                continue;
            }
            let run = Run::new(it.image.id(), sink.clone(), stop.clone());
            if let Err(error) = self.prune_one(plan, it, &run).await {
                failed.push((it.of.image.repository.clone(), error));
            }
        }
        failed
    }

    async fn prune_one(&self, plan: &Plan, it: &Pushed<'_>, run: &Run) -> Result<()> {
        let (repository, id) = (&it.of.image.repository, it.repository.id());
        let images = self.stack.functions.values().map(|f| &f.image);
        let sharing = images.filter(|i| i.is_pushed() && i.repository == *repository);
        // Functions that share a repository keep their own number each.
        let keep = sharing.map(|i| i.keep as usize).sum();
        let made = plan.items.iter().any(|i| i.id == id && !i.adopted && i.foreign.is_none());
        Pruning { cloud: &self.aws.cloud, repository, keep, made }.run(run).await
    }
}

fn is_pushed(plan: &Plan, image: &Id) -> bool {
    plan.change_of(image).is_some_and(|change| matches!(change, Change::Create | Change::Update(_)))
}
