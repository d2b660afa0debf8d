//! Creates that AWS does not key by a name (CreateRestApi, CreateApiKey, CreateUsagePlan): sent twice, they make two.
//!
//! There is no lock. A lost reply is looked for by tag before it is sent again, and after each create the list is read
//! once more, until it shows what was made: one winner, by a rule that every run applies alike; the loser deletes only
//! what it made itself. What a list hid for longer, the next `up` heals.

use super::{
    call::{Patience, wait_at_most, wait_until},
    failure::{Class, is_class},
};
use crate::engine::Run;
use anyhow::Result;

/// One kind of such things. `Item` is what a list shows of one.
#[allow(async_fn_in_trait, reason = "futures stay on one thread")]
pub(crate) trait Unkeyed {
    type Item;

    /// All of ours (by tag), best first: the one that is wired, else the oldest, else the lowest id. Read anew. `mine`
    /// is known to be ours: there is no need to look closer at it. A lagging list may lack it.
    async fn ours(&self, mine: Option<&Self::Item>) -> Result<Vec<Self::Item>>;

    /// Sends the create once.
    async fn create(&self) -> Result<Self::Item>;

    /// What belongs to a new one and can be done while the list is read again. A failure of class `AlreadyThere` says
    /// that another run's has it.
    async fn complete(&self, _: &Self::Item) -> Result<()> {
        Ok(())
    }

    async fn delete(&self, item: &Self::Item) -> Result<()>;

    fn same(a: &Self::Item, b: &Self::Item) -> bool;
}

/// Creates one, or finds the one that is there.
///
/// # Errors
/// As the create.
pub(crate) async fn create_unkeyed<U: Unkeyed>(kind: &U, run: &Run) -> Result<U::Item> {
    for _ in 0..3 {
        match kind.create().await {
            Ok(mine) => return settle(kind, mine, run).await,
            Err(e) if is_class(&e, Class::Ambiguous) => {
                run.note(format!("no clear answer ({e}): checking whether it was made anyway"));
                if let Some(found) = after_a_lost_reply(kind, run).await? {
                    return Ok(found);
                }
            }
            Err(e) => return Err(e),
        }
    }
    settle(kind, kind.create().await?, run).await
}

async fn after_a_lost_reply<U: Unkeyed>(kind: &U, run: &Run) -> Result<Option<U::Item>> {
    let ask = || async {
        let found = kind.ours(None).await?.into_iter().next();
        Ok(found.ok_or_else(|| "not there yet".to_owned()))
    };
    let listed = wait_at_most(run, Patience::LOST, "AWS's list to show whether it was made", ask).await?;
    let Ok(found) = listed else { return Ok(None) };
    kind.complete(&found).await?;
    Ok(Some(found))
}

/// Mine, or the winner where another run made one too.
async fn settle<U: Unkeyed>(kind: &U, mine: U::Item, run: &Run) -> Result<U::Item> {
    let (alone, completed) = tokio::join!(is_alone(kind, &mine, run), kind.complete(&mine));
    match completed {
        Ok(()) if alone? => Ok(mine),
        Err(e) if !is_contested(&e) => Err(e),
        _ => contest(kind, mine, run).await,
    }
}

/// Whether no other run made one. A list that shows mine shows what is older too, so that of two runs at once one at
/// least sees the other's. One that lags for longer than that hides a twin, which the next `up` finds.
async fn is_alone<U: Unkeyed>(kind: &U, mine: &U::Item, run: &Run) -> Result<bool> {
    let ask = || async {
        let ours = kind.ours(Some(mine)).await?;
        let is_listed = ours.iter().any(|one| U::same(one, mine));
        Ok(if is_listed { Ok(ours.len() == 1) } else { Err("not there yet".to_owned()) })
    };
    Ok(wait_at_most(run, Patience::LISTED, "AWS's list to show what was just made", ask)
        .await?
        .unwrap_or(true))
}

/// Two runs made one each: the best stays, and each run deletes only its own.
async fn contest<U: Unkeyed>(kind: &U, mine: U::Item, run: &Run) -> Result<U::Item> {
    let ask = || async {
        let best = kind.ours(None).await?.into_iter().next();
        if let Some(other) = best.filter(|best| !U::same(best, &mine)) {
            return Ok(Ok(Some(other)));
        }
        match kind.complete(&mine).await {
            Err(e) if is_contested(&e) => Ok(Err(format!("{e:#}"))),
            completed => completed.map(|()| Ok(None)),
        }
    };
    let Some(winner) =
        wait_until(run, Patience::WRITERS, "another run that makes the same to give way", ask).await?
    else {
        return Ok(mine);
    };
    run.note("another run made the same at the same time: its one stays, this one is deleted");
    kind.delete(&mine).await?;
    kind.complete(&winner).await?;
    Ok(winner)
}

fn is_contested(error: &anyhow::Error) -> bool {
    is_class(error, Class::AlreadyThere)
}
