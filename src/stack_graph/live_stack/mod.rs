//! What is live of a stack's functions, to be moved back or on: what `rollback` and `promote` do.

mod promote;
mod rollback;

use super::pipeline::as_caller;
use crate::{
    aws::{Cloud, StackAws, ordered},
    engine::{Event, Id, Owner, Run, Stop},
    resources::{LIVE, Live, Record},
    stack::{Function, Stack},
};
use anyhow::{Result, bail};
use futures_util::future::try_join_all;
use std::rc::Rc;

/// The functions of a stack that are there, with what is live of each.
pub struct LiveStack<'a> {
    aws: StackAws,
    functions: Vec<LiveFunction<'a>>,
    /// One function was named.
    is_one: bool,
    events: Rc<dyn Fn(Event)>,
    stop: Stop,
}

struct LiveFunction<'a> {
    function: &'a Function,
    live: Live,
    record: Record,
}

impl<'a> LiveStack<'a> {
    /// All of the stack's functions that are deployed, or the one of this key: one level of calls. `None`: there is none.
    ///
    /// # Errors
    /// Credentials that AWS refuses, another account than the file's; a function or an alias of somebody else's; as the calls.
    pub async fn find(
        stack: &'a Stack,
        cloud: &Rc<Cloud>,
        key: Option<&str>,
        events: Rc<dyn Fn(Event)>,
        stop: &Stop,
    ) -> Result<Option<Self>> {
        let aws = StackAws::of(stack, cloud, Default::default());
        let chosen = stack.functions.values().filter(|it| key.is_none_or(|key| key == it.key));
        let all = try_join_all(chosen.map(|function| read(&aws, function)));
        let functions: Vec<_> = as_caller(stack, cloud, all).await?.into_iter().flatten().collect();
        let is_there = !functions.is_empty();
        let this = Self { aws, functions, is_one: key.is_some(), events, stop: stop.clone() };
        Ok(is_there.then_some(this))
    }

    /// Says of what is done to a function, and ends with Ctrl-C.
    fn run(&self, function: &Function) -> Run {
        Run::new(Id::of("alias", &function.key), self.events.clone(), self.stop.clone())
    }
}

async fn read<'a>(aws: &StackAws, function: &'a Function) -> Result<Option<LiveFunction<'a>>> {
    let name = &function.name;
    let (there, live) = tokio::join!(aws.cloud.function(name, None), Live::of_alias(aws, name));
    let (there, Some(live)) = (there?, live?) else { return Ok(None) };
    let Some(there) = there.as_ref() else { return Ok(None) };
    let owner = aws.ownership.owner(&ordered(there.tags()), || format!("the function {name}"));
    if let Owner::Other(what) | Owner::Barred { what, .. } = owner {
        bail!("{what} is not this stack's");
    }
    let Some(record) = live.record.clone() else {
        bail!("the alias {LIVE} of {name} is not this stack's; `up --adopt` takes it over");
    };
    Ok(Some(LiveFunction { function, live, record }))
}
