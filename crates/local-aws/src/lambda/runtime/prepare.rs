//! Containers that are started before anybody calls: for a version's snapshot, and for provisioned concurrency.

use super::{
    fault::{Exit, FunctionFault},
    fleet::Fleet,
    initialization::Initialization,
    instance::{FailedLaunch, Instance},
    journal::JournalEntry,
    launch,
    no_instance::NoInstance,
    pool::{Pool, UNRESERVED_CONTAINERS},
};
use crate::lambda::{
    history::{Attempt, FailedAttempt},
    provision::{Progress, ProvisionOrder},
    provisioned,
    sandbox::Sandbox,
    snap_start,
};
use futures_util::future::join_all;
use jiff::Timestamp;
use std::sync::Arc;

impl Pool {
    /// Makes the snapshot of a new version: its init code runs once, in a container that takes the first call. The
    /// version takes calls from then on, or has failed.
    pub(crate) fn snapshot(self: &Arc<Self>, sandbox: Arc<Sandbox>, not_before: Timestamp) {
        let pool = self.clone();
        tokio::spawn(async move {
            let failure = match pool.start_ready(&sandbox, 1, Initialization::SnapStart).await {
                Ok(instances) => pool.keep_snapshot(instances).await,
                Err(why) => Some(failure(&why)),
            };
            let at = pool.shared.clock.now().max(not_before);
            snap_start::finished(&mut pool.shared.world(), &sandbox, at, failure);
        });
    }

    /// Keeps the container that stands for the snapshot; or says why there can be none of it.
    async fn keep_snapshot(self: &Arc<Self>, instances: Vec<Arc<Instance>>) -> Option<FailedAttempt> {
        let mut refused = None;
        for instance in instances {
            if instance.api.restored().is_some() || self.is_labelled(&instance.sandbox).await {
                self.give_back(instance, true);
                continue;
            }
            instance.record(JournalEntry::Line(snap_start::HINT.to_owned()));
            instance.retire();
            refused = Some(snap_start::refused());
        }
        refused
    }

    async fn is_labelled(&self, sandbox: &Sandbox) -> bool {
        match &sandbox.image {
            Some(image) => snap_start::is_allowed(&self.shared, image).await,
            None => false,
        }
    }

    /// Keeps so many containers of a version ready from now on, where there are more cores for them than on a laptop: at
    /// most as many as a function without provisioned concurrency gets. The others count as ready with them.
    pub(crate) fn provision(self: &Arc<Self>, order: ProvisionOrder) {
        let missing = {
            let mut fleets = self.fleets();
            let key = order.sandbox.qualified_arn();
            let fleet = fleets.entry(key).or_insert_with(|| Fleet::new(order.sandbox.clone()));
            fleet.provision(order.count, UNRESERVED_CONTAINERS)
        };
        if order.count == 0 {
            return;
        }
        let pool = self.clone();
        tokio::spawn(async move {
            let progress = match pool.start_ready(&order.sandbox, missing, Initialization::Provisioned).await
            {
                Ok(instances) => {
                    instances.into_iter().for_each(|instance| pool.give_back(instance, true));
                    Progress::ReadyFrom(pool.shared.clock.now().max(order.not_before))
                }
                Err(NoInstance::FunctionFault(_)) => {
                    Progress::Failed("FUNCTION_ERROR_INIT_FAILURE".to_owned())
                }
                Err(NoInstance::Refused(error)) => Progress::Failed(error.message),
            };
            provisioned::finished(&mut pool.shared.world(), &order, progress);
        });
    }

    /// Puts another container in the place of a provisioned one that has ended in an invocation.
    pub(crate) fn replace_provisioned(self: &Arc<Self>, sandbox: &Arc<Sandbox>) {
        if Self::fleet_of(&mut self.fleets(), sandbox).is_none_or(|fleet| fleet.provisioned == 0) {
            return;
        }
        let (pool, sandbox) = (self.clone(), sandbox.clone());
        tokio::spawn(async move {
            // One that does not start is started by the next call, which then tells its caller why.
            if let Ok(instances) = pool.start_ready(&sandbox, 1, Initialization::Provisioned).await {
                instances.into_iter().for_each(|instance| pool.give_back(instance, true));
            }
        });
    }

    fn take_places(&self, sandbox: &Arc<Sandbox>, count: usize, why: Initialization) {
        let mut fleets = self.fleets();
        let fleet = fleets.entry(sandbox.qualified_arn()).or_insert_with(|| Fleet::new(sandbox.clone()));
        fleet.take_places(count, why);
    }

    /// Starts so many containers; all of them or none.
    async fn start_ready(
        self: &Arc<Self>,
        sandbox: &Arc<Sandbox>,
        count: usize,
        why: Initialization,
    ) -> Result<Vec<Arc<Instance>>, NoInstance> {
        self.take_places(sandbox, count, why);
        let start = |_| launch::started(self.launcher(why), sandbox.clone(), self.stopping());
        let mut ready = Vec::new();
        let mut failed = None;
        for result in join_all((0..count).map(start)).await {
            match result {
                Ok(instance) => ready.push(instance),
                Err(why) => failed = Some(why),
            }
        }
        match failed {
            None => Ok(ready),
            Some(why) => {
                ready.iter().for_each(|instance| instance.retire());
                Err(why)
            }
        }
    }
}

/// Why a version fails whose init code does not run through.
fn failure(why: &NoInstance) -> FailedAttempt {
    let (code, reason) = match why {
        NoInstance::FunctionFault(failed) => (code(failed), snap_start::REASON.to_owned()),
        NoInstance::Refused(error) if error.code == "CodeArtifactUserFailedException" => {
            ("ImageDeleted", error.message.clone())
        }
        NoInstance::Refused(error) => ("InternalError", error.message.clone()),
    };
    FailedAttempt { of: Attempt::Creation, code, reason }
}

fn code(failed: &FailedLaunch) -> &'static str {
    match &failed.fault {
        FunctionFault::TimedOut(_) => "FunctionError.InitTimeout",
        FunctionFault::Entrypoint(why) if why.why.contains("permission denied") => {
            "FunctionError.PermissionDenied"
        }
        FunctionFault::Entrypoint(_) => "FunctionError.InvalidEntryPoint",
        FunctionFault::Exited(Exit::OutOfMemory) => "FunctionError.InitResourceExhausted",
        _ => "FunctionError.RuntimeInitError",
    }
}
