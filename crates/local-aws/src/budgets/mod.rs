//! AWS Budgets: how much an account means to spend, and whom to tell before it does. What was spent is what the calls of functions
//! and APIs cost by `prices.json`.
//!
//! The service is global: its budgets are the account's, whichever region a request is signed for.

mod alert;
mod amount;
mod budget;
mod cost;
mod definition;
mod errors;
mod input;
mod mails;
mod model;
mod notifications;
mod page;
mod permissions;
mod prices;
pub(crate) mod spending;
pub(crate) mod state;
mod subscribers;
mod tags;
mod time_period;

#[cfg(test)]
mod tests;

use crate::{
    error_words::ErrorWords,
    permission::Permission,
    service::{Operation, Protocol, Service},
};

pub(crate) static SERVICE: Service = Service {
    name: "budgets",
    signing_name: "budgets",
    protocol: Protocol::Json,
    body_limit: 1024 * 1024,
    operations: OPERATIONS,
    permissions: permissions::needed,
    permission_to_tag: |_, _, budget| Permission::new("budgets:TagResource", budget),
    tags_of: |account, _, arn| account.budgets.tags_of(arn),
    // AWS says that there are some, and not how many.
    request_quotas: |_, _| Vec::new(),
    words: ErrorWords {
        internal: (
            "InternalErrorException",
            "An error on the server occurred during the processing of your request. Try again later.",
        ),
        ..ErrorWords::JSON
    },
};

const OPERATIONS: &[Operation] = &[
    Operation::named("CreateBudget", budget::create),
    Operation::named("DescribeBudget", budget::describe),
    Operation::named("DescribeBudgets", budget::list),
    Operation::named("UpdateBudget", budget::update),
    Operation::named("DeleteBudget", budget::delete),
    Operation::named("CreateNotification", notifications::create),
    Operation::named("DescribeNotificationsForBudget", notifications::list),
    Operation::named("UpdateNotification", notifications::update),
    Operation::named("DeleteNotification", notifications::delete),
    Operation::named("CreateSubscriber", subscribers::create),
    Operation::named("DescribeSubscribersForNotification", subscribers::list),
    Operation::named("UpdateSubscriber", subscribers::update),
    Operation::named("DeleteSubscriber", subscribers::delete),
    Operation::named("TagResource", tags::tag),
    Operation::named("UntagResource", tags::untag),
    Operation::named("ListTagsForResource", tags::list),
];
