//! Who may be called at once: functions with executions of their own get no more calls than they may run.

use super::row::Row;
use std::collections::BTreeMap;
use tokio::sync::{Semaphore, SemaphorePermit};

/// One turn for each execution that a function has reserved: a call beyond them is refused by Lambda, which says nothing
/// about the contract.
pub(super) struct Turns(BTreeMap<String, Semaphore>);

impl Turns {
    pub(super) fn of(rows: &[Row]) -> Self {
        let reserved = rows.iter().flat_map(|row| &row.reserved);
        // One that has reserved none can't be called at all, which its row shows.
        Self(reserved.map(|(name, most)| (name.clone(), Semaphore::new((*most).max(1) as usize))).collect())
    }

    /// Waits until each function that `row` may run has a free execution. They are taken in the order of their names, so
    /// that no two rows wait for each other.
    pub(super) async fn take(&self, row: &Row) -> Vec<SemaphorePermit<'_>> {
        let mut taken = Vec::new();
        for turn in row.reserved.keys().filter_map(|name| self.0.get(name)) {
            // None is ever closed.
            taken.extend(turn.acquire().await);
        }
        taken
    }
}
