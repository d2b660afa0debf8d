//! From a stack file to a graph that knows what is there: the one way, which the commands go and the tests prove.

use super::{StackGraph, Wishes};
use crate::{
    aws::Cloud,
    docker::Docker,
    engine::{Event, Options, Plan, Report, Stop},
    stack::Stack,
};
use anyhow::{Error, Result, bail};
use std::{pin::pin, rc::Rc};

impl<'a> StackGraph<'a> {
    /// Everything that is wished, and everything that is no longer in the stack file, as it is now.
    ///
    /// # Errors
    /// Credentials that AWS refuses, another account than the file's, what can't be read.
    pub async fn observed(
        stack: &'a Stack,
        cloud: &Rc<Cloud>,
        docker: Rc<dyn Docker>,
        wishes: Wishes,
    ) -> Result<Self> {
        let mut this = Self::wished(stack, cloud, docker, wishes)?;
        let earlier = as_caller(stack, cloud, this.look()).await?;
        this.earlier = earlier;
        if this.retire_leftovers().await? {
            this.graph.observe().await?;
        }
        Ok(this)
    }

    /// Reads what is wished; gives what the stack may have been before.
    async fn look(&self) -> Result<Vec<String>> {
        let (observed, earlier) = tokio::join!(self.graph.observe(), self.find_earlier());
        observed?;
        earlier
    }

    /// Everything that the stack has, to be destroyed, as it is now.
    ///
    /// # Errors
    /// As [`Self::observed`].
    pub async fn doomed(stack: &'a Stack, cloud: &Rc<Cloud>) -> Result<Self> {
        let mut this = Self::named(stack, cloud);
        as_caller(stack, cloud, this.look_for_all()).await?;
        Ok(this)
    }

    async fn look_for_all(&mut self) -> Result<()> {
        self.graph.observe().await?;
        if self.doom_leftovers().await? {
            self.graph.observe().await?;
        }
        Ok(())
    }

    /// What `up` would do.
    ///
    /// # Errors
    /// When a wish can't be written down.
    pub fn plan(&self, options: &Options) -> Result<Plan> {
        self.graph.plan(options)
    }

    /// Asks for what the changes need (Docker, where one is a build), before the first of them.
    ///
    /// # Errors
    /// What is missing.
    pub async fn prepare(&self, plan: &Plan) -> Result<()> {
        self.graph.prepare(plan).await
    }

    /// Makes everything as it is wished, then deletes what is no longer in the stack file.
    pub fn apply(
        &self,
        options: &Options,
        sink: Rc<dyn Fn(Event)>,
        stop: &Stop,
    ) -> impl Future<Output = Report> {
        self.graph.apply(options, sink, stop)
    }

    /// Tidies up after what was made or changed; gives what could not be done.
    pub async fn tidy(&self, sink: Rc<dyn Fn(Event)>, stop: &Stop) -> Vec<Error> {
        self.graph.tidy(sink, stop).await
    }

    /// Every field that a plan could show, by resource.
    ///
    /// # Errors
    /// As [`Self::plan`].
    #[cfg(feature = "testing")]
    pub fn fields(
        &self,
    ) -> Result<std::collections::BTreeMap<crate::engine::Id, std::collections::BTreeSet<String>>> {
        self.graph.fields()
    }

    /// What `destroy` would do, in the order in which it would.
    pub fn plan_destroy(&self, options: &Options) -> Plan {
        self.graph.plan_destroy(options)
    }

    /// Deletes everything that is the stack's.
    pub fn destroy(
        &self,
        options: &Options,
        sink: Rc<dyn Fn(Event)>,
        stop: &Stop,
    ) -> impl Future<Output = Report> {
        self.graph.destroy(options, sink, stop)
    }
}

/// What `look` reads, if the caller is who it should be. Without credentials, or without a network, every read fails of
/// the same: that is said once, and at once.
pub(super) async fn as_caller<T>(
    stack: &Stack,
    cloud: &Cloud,
    look: impl Future<Output = Result<T>>,
) -> Result<T> {
    let caller = async {
        cloud.identify().await?;
        guard(stack, cloud)
    };
    let (mut caller, mut look) = (pin!(caller), pin!(look));
    tokio::select! {
        biased;
        known = &mut caller => {
            known?;
            look.await
        }
        seen = &mut look => {
            caller.await?;
            seen
        }
    }
}

/// Refuses the wrong account before the first change.
///
/// # Errors
/// It is the wrong one; before the caller is known.
fn guard(stack: &Stack, cloud: &Cloud) -> Result<()> {
    let me = cloud.identity()?;
    if let Some(account) = stack.account.as_ref().filter(|a| **a != me.account) {
        bail!(
            "these credentials belong to account {}, and the stack file says `account: \"{account}\"`; \
             choose other credentials (--profile, AWS_PROFILE) or correct the file",
            me.account
        );
    }
    Ok(())
}
