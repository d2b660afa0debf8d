//! After an `up`: the old images of the repositories that it pushed to.

use super::StackGraph;
use crate::{
    engine::{Change, Event, Id, Plan, Reporter, Stop},
    resources::Pruning,
    stack::ImageSource,
};
use anyhow::{Error, Result};
use std::{collections::BTreeSet, rc::Rc};

/// An image that the stack pushes.
pub(super) struct Pushed {
    pub id: Id,
    pub repository: Id,
    /// In ECR.
    pub repository_name: String,
    /// It is built here, by Docker.
    pub built: bool,
}

impl StackGraph<'_> {
    /// Whether the plan needs Docker.
    pub fn builds(&self, plan: &Plan) -> bool {
        self.pushed.iter().any(|image| image.built && is_pushed(plan, &image.id))
    }

    /// Deletes own images beyond the newest `keep` that nothing uses; gives the repositories where that failed.
    pub async fn prune(&self, plan: &Plan, sink: Rc<dyn Fn(Event)>, stop: &Stop) -> Vec<(String, Error)> {
        let (mut done, mut failed) = (BTreeSet::new(), Vec::new());
        for image in self.pushed.iter().filter(|image| is_pushed(plan, &image.id)) {
            // One that was made in this run has nothing old.
            let is_new = plan.change_of(&image.repository) == Some(&Change::Create);
            if is_new || !done.insert(&image.repository_name) {
                continue;
            }
            let to = Reporter::new(image.id.clone(), sink.clone(), stop.clone());
            if let Err(error) = self.prune_one(plan, image, &to).await {
                failed.push((image.repository_name.clone(), error));
            }
        }
        failed
    }

    async fn prune_one(&self, plan: &Plan, image: &Pushed, to: &Reporter) -> Result<()> {
        let repository = &image.repository_name;
        let images = self.stack.functions.values().map(|f| &f.image);
        let sharing =
            images.filter(|i| !matches!(i.source, ImageSource::Uri(_)) && i.repository == *repository);
        // Functions that share a repository keep their own number each.
        let keep = sharing.map(|i| i.keep as usize).sum();
        let made = plan.items.iter().any(|i| i.id == image.repository && !i.adopted && i.foreign.is_none());
        Pruning { cloud: &self.at.cloud, repository, keep, made }.run(to).await
    }
}

fn is_pushed(plan: &Plan, image: &Id) -> bool {
    plan.change_of(image).is_some_and(|change| matches!(change, Change::Create | Change::Update(_)))
}
