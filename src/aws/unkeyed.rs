//! Creates that AWS does not key by a name (CreateRestApi, CreateApiKey, CreateUsagePlan): sent twice, they make two.
//!
//! There is no lock. A lost reply is looked for by tag before it is sent again, and after each create the list is read
//! once more: one winner, by a rule that every run applies alike; the loser deletes only what it made itself. What a
//! lagging list hid, the next `up` heals.

use super::failure::{Class, failure_of};
use crate::engine::Reporter;
use anyhow::Result;
use std::time::Duration;

/// One kind of such things. `Item` is what a list shows of one.
#[allow(async_fn_in_trait, reason = "futures stay on one thread")]
pub trait Unkeyed {
    type Item;

    /// All of ours (by tag), best first: the one that is wired, else the oldest, else the lowest id. Read anew. `mine`
    /// is known to be ours: there is no need to look closer at it.
    async fn ours(&self, mine: Option<&Self::Item>) -> Result<Vec<Self::Item>>;

    /// Sends the create once.
    async fn create(&self) -> Result<Self::Item>;

    /// What belongs to a new one and can be done while the list is read again.
    async fn complete(&self, _: &Self::Item) -> Result<()> {
        Ok(())
    }

    async fn delete(&self, item: &Self::Item) -> Result<()>;

    fn same(a: &Self::Item, b: &Self::Item) -> bool;
}

/// How long a list may lag behind a create whose reply was lost (assumed: no source gives a bound).
const LAG: Duration = Duration::from_secs(5);

/// Creates one, or finds the one that is there.
///
/// # Errors
/// As the create.
pub async fn create_unkeyed<U: Unkeyed>(kind: &U, to: &Reporter) -> Result<U::Item> {
    for _ in 0..3 {
        match kind.create().await {
            Ok(mine) => return one_of(kind, mine, to).await,
            Err(e) if failure_of(&e).is_some_and(|f| f.class() == Class::Ambiguous) => {
                to.note(format!("no clear answer; looking whether it was made all the same ({e})"));
                if let Some(found) = after_a_lost_reply(kind, to).await? {
                    return Ok(found);
                }
            }
            Err(e) => return Err(e),
        }
    }
    one_of(kind, kind.create().await?, to).await
}

async fn after_a_lost_reply<U: Unkeyed>(kind: &U, to: &Reporter) -> Result<Option<U::Item>> {
    let mut found = kind.ours(None).await?.into_iter().next();
    if found.is_none() {
        to.stop.sleep(LAG).await?;
        found = kind.ours(None).await?.into_iter().next();
    }
    if let Some(found) = &found {
        kind.complete(found).await?;
    }
    Ok(found)
}

/// The winner among what is there now. A list that doesn't show ours yet lags: then ours stays.
async fn one_of<U: Unkeyed>(kind: &U, mine: U::Item, to: &Reporter) -> Result<U::Item> {
    let (ours, completed) = tokio::join!(kind.ours(Some(&mine)), kind.complete(&mine));
    let winner = ours?.into_iter().next();
    let Some(winner) = winner.filter(|w| !U::same(w, &mine)) else {
        completed?;
        return Ok(mine);
    };
    to.note("another run made the same at the same time; keeping that one");
    kind.delete(&mine).await?;
    kind.complete(&winner).await?;
    Ok(winner)
}
