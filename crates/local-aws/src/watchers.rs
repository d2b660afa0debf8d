//! What AWS watches by itself: alarms and budgets. Nothing runs for it; whoever looks brings it up to date.

use crate::{budgets, cloudwatch, config::Config, world::World};
use jiff::Timestamp;

/// Every alarm and every budget of every account is as it is now, and what they have to tell is told.
pub(crate) fn catch_up(world: &mut World, now: Timestamp, config: &Config) {
    let regions = |(id, account): (&String, &crate::world::Account)| {
        account.regions.keys().map(|region| (id.clone(), region.clone())).collect::<Vec<_>>()
    };
    let places: Vec<(String, String)> = world.accounts.iter().flat_map(regions).collect();
    for (account, region) in places {
        cloudwatch::evaluation::catch_up(world, &account, &region, now, config);
    }
    let accounts: Vec<String> = world.accounts.keys().cloned().collect();
    for account in accounts {
        budgets::spending::catch_up(world, &account, now, config);
    }
}
