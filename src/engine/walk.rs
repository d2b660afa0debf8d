//! The runner: one small function for both directions.

use super::Id;
use futures_util::{
    FutureExt,
    future::{LocalBoxFuture, Shared, join_all},
};
use std::{collections::BTreeMap, future::Future};

/// How one step ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ended {
    Well,
    /// It failed, or it was skipped because of another.
    Badly,
}

/// Runs `steps` (id, what it waits for) at once, each as soon as what it waits for has ended well; `run` does one, and
/// `skip` is told of one that can't start and of the id it would have waited for. The rest finishes all the same.
pub(super) async fn walk<'a, F>(
    steps: Vec<(Id, Vec<Id>)>,
    run: impl Fn(Id) -> F + 'a,
    skip: impl Fn(Id, &Id) + 'a,
) where
    F: Future<Output = Ended> + 'a,
{
    let (run, skip) = (&run, &skip);
    let mut futures: BTreeMap<Id, Shared<LocalBoxFuture<'_, Ended>>> = BTreeMap::new();
    let mut in_order = Vec::new();
    for (id, waits) in steps {
        // What is not part of this walk has nothing to do and is no reason to wait.
        let waits: Vec<_> = waits.iter().filter_map(|w| Some((w.clone(), futures.get(w)?.clone()))).collect();
        let step = {
            let id = id.clone();
            async move {
                let ended = join_all(waits.iter().map(|(_, f)| f.clone())).await;
                match waits.iter().zip(ended).find(|(_, e)| *e == Ended::Badly) {
                    Some(((cause, _), _)) => {
                        skip(id, cause);
                        Ended::Badly
                    }
                    None => run(id).await,
                }
            }
        };
        let step = step.boxed_local().shared();
        futures.insert(id, step.clone());
        in_order.push(step);
    }
    join_all(in_order).await;
}
