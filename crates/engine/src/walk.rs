//! The runner: one small function for both directions.

use super::Id;
use futures_util::{
    FutureExt,
    future::{Either, LocalBoxFuture, Shared, join_all, select},
};
use std::{collections::BTreeMap, future::Future};
use tokio::sync::oneshot;

/// How one step ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ended {
    Well,
    /// It failed, or it was skipped because of another.
    Badly,
}

/// Told by a step that what it makes is there, though it is not done with it.
pub(super) type There = oneshot::Sender<()>;

/// One step, and what must have ended well before it begins.
pub(super) struct Step<N> {
    pub node: N,
    pub id: Id,
    pub waits: Vec<Id>,
    /// What needs only be there.
    pub follows: Vec<Id>,
}

type Ending<'a> = Shared<LocalBoxFuture<'a, Ended>>;

/// Runs `steps` at once, each as soon as what it waits for has ended well; `run` does one, and `skip` is told of one that
/// can't start and of the id it would have waited for. The rest finishes all the same.
pub(super) async fn walk<'a, N: 'a, F>(
    steps: Vec<Step<N>>,
    run: impl Fn(N, There) -> F + 'a,
    skip: impl Fn(Id, &Id) + 'a,
) where
    F: Future<Output = Ended> + 'a,
{
    let (run, skip) = (&run, &skip);
    let mut ends: BTreeMap<Id, Ending<'_>> = BTreeMap::new();
    let mut theres: BTreeMap<Id, Ending<'_>> = BTreeMap::new();
    let mut in_order = Vec::new();
    for Step { node, id, waits, follows } in steps {
        let waits = [among(&waits, &ends), among(&follows, &theres)].concat();
        let (there, told) = oneshot::channel();
        let step = {
            let id = id.clone();
            async move {
                let ended = join_all(waits.iter().map(|(_, f)| f.clone())).await;
                match waits.iter().zip(ended).find(|(_, e)| *e == Ended::Badly) {
                    Some(((cause, _), _)) => {
                        skip(id, cause);
                        Ended::Badly
                    }
                    None => run(node, there).await,
                }
            }
        };
        let step = step.boxed_local().shared();
        theres.insert(id.clone(), is_there(told, step.clone()).boxed_local().shared());
        ends.insert(id, step.clone());
        in_order.push(step);
    }
    join_all(in_order).await;
}

/// What is not part of this walk has nothing to do and is no reason to wait.
fn among<'f>(ids: &[Id], all: &BTreeMap<Id, Ending<'f>>) -> Vec<(Id, Ending<'f>)> {
    ids.iter().filter_map(|id| Some((id.clone(), all.get(id)?.clone()))).collect()
}

/// When what a step makes is there: it told so, or it has ended.
async fn is_there(told: oneshot::Receiver<()>, step: Ending<'_>) -> Ended {
    match select(told, step).await {
        Either::Left((Ok(()), _)) => Ended::Well,
        Either::Left((Err(_), step)) => step.await,
        Either::Right((ended, _)) => ended,
    }
}
