//! How long a function's log is kept.

use crate::{
    node::Node,
    shape::{Field, Shape},
    unit::Unit,
    written::WithDefault,
};

pub(crate) const LOG_RETENTION: WithDefault<u32> = Field::new(
    "log_retention",
    Shape::Choice(DAYS),
    "Days that log events are kept, or `never` to delete any.",
)
.in_unit(Unit::Days)
.shown()
.or_whole(30);

/// What CloudWatch Logs can keep log events for, and our word for not deleting any.
const DAYS: &[&str] = &[
    "1", "3", "5", "7", "14", "30", "60", "90", "120", "150", "180", "365", "400", "545", "731", "1096",
    "1827", "2192", "2557", "2922", "3288", "3653", NEVER,
];
const NEVER: &str = "never";

/// Days; `None`: never expire.
pub(crate) fn read(function: &Node) -> Option<u32> {
    let is_never = LOG_RETENTION.field.text(function).is_some_and(|days| days == NEVER);
    (!is_never).then(|| LOG_RETENTION.read(function))
}
