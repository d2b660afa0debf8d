//! What will go wrong, before it does: asks, and changes nothing.
//!
//! Everything is asked at once. What the caller may not ask is a line too, which names the right that is missing; so half the
//! rights tell half of it.

mod account;
mod advice;
mod base_image;
mod caller;
mod doors;
mod engine;
mod mails;
mod rights;

use crate::{
    aws::{Cloud, StackAws},
    engine::{Id, Run},
    stack::Stack,
};
pub use advice::{Advice, Outlook};
pub(crate) use engine::of_engine;
use std::{collections::BTreeMap, rc::Rc};

/// A look at one account and region, and at a stack there if there is a stack file.
pub struct Checkup<'a> {
    stack: Option<&'a Stack>,
    cloud: Rc<Cloud>,
    run: Run,
}

impl<'a> Checkup<'a> {
    pub fn new(stack: Option<&'a Stack>, cloud: &Rc<Cloud>) -> Self {
        Self { stack, cloud: cloud.clone(), run: cloud.looking_at(&Id::only("doctor")) }
    }

    /// What AWS tells. Without an answer to who is calling there is nothing more to ask.
    pub async fn of_aws(&self) -> Vec<Advice> {
        if let Err(error) = self.cloud.identify().await {
            return vec![Advice::failing("credentials", &error)];
        }
        let (caller, root, plan, concurrency, rights, doors, bases, mails) = tokio::join!(
            self.caller(),
            self.root_user(),
            self.plan(),
            self.concurrency(),
            self.rights(),
            self.doors(),
            self.base_images(),
            self.mails(),
        );
        let asked = [
            ("credentials", caller),
            ("root user", root),
            ("account", plan),
            ("concurrency", concurrency),
            ("rights", rights),
            ("open doors", doors),
            ("base images", bases),
            ("mails", mails),
        ];
        asked.into_iter().flat_map(|(about, answer)| advice::told(about, answer)).collect()
    }

    fn stack_aws(&self) -> Option<(&'a Stack, StackAws)> {
        let stack = self.stack?;
        Some((stack, StackAws::of(stack, &self.cloud, BTreeMap::new())))
    }
}
