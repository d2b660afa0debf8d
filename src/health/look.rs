//! What is asked of whom.

use super::span::Span;
use crate::{
    aws::{Cloud, StackAws},
    engine::{Id, Run},
    stack::Stack,
};
use anyhow::Result;
use std::{collections::BTreeMap, rc::Rc};

/// A look at a stack over a span of time.
pub(super) struct Look<'a> {
    pub stack: &'a Stack,
    pub aws: StackAws,
    pub span: Span,
    pub run: Run,
}

impl<'a> Look<'a> {
    pub(super) fn at(stack: &'a Stack, cloud: &Rc<Cloud>, span: Span) -> Self {
        let aws = StackAws::of(stack, cloud, BTreeMap::new());
        Self { stack, aws, span, run: cloud.looking_at(&Id::only("metrics")) }
    }

    /// The metrics of an API go by its name.
    pub(super) async fn other_apis(&self) -> Result<Vec<String>> {
        let all = self.aws.cloud.rest_apis().await?;
        let name = &self.stack.api.name;
        let others = all.iter().filter(|api| api.name() == Some(name)).count().saturating_sub(1);
        Ok((others > 0).then(|| one_name(name)).into_iter().collect())
    }
}

fn one_name(name: &str) -> String {
    format!(
        "another REST API of the region is named {name} too, and AWS counts by the name: the API's numbers are of both. \
         `api.name` gives this one a name of its own"
    )
}
