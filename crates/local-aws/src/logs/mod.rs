//! CloudWatch Logs: groups, streams, events.

mod budget;
mod errors;
mod events;
mod filter_events;
mod filter_pattern;
mod groups;
mod input;
mod json_filter;
mod permissions;
mod retention_policy;
pub(crate) mod state;
mod streams;
mod tags;

#[cfg(test)]
mod tests;

use crate::{
    error_words::ErrorWords,
    permission::Permission,
    request_quotas::RequestQuota,
    service::{Operation, Protocol, Service},
};

pub(crate) static SERVICE: Service = Service {
    name: "logs",
    signing_name: "logs",
    protocol: Protocol::Json,
    // A batch of events of 1 MB, as texts in JSON.
    body_limit: 10 * 1024 * 1024,
    operations: OPERATIONS,
    permissions: permissions::needed,
    permission_to_tag: |_, _, resource| Permission::new("logs:TagResource", resource),
    tags_of: |account, region, arn| account.regions.get(region)?.logs.tags_of(arn),
    request_quotas: |operation, _| match operation {
        "DescribeLogStreams" => vec![RequestQuota::a_second(operation, 25.0)],
        _ => Vec::new(),
    },
    words: ErrorWords::JSON,
};

const OPERATIONS: &[Operation] = &[
    Operation::named("CreateLogGroup", groups::create),
    Operation::named("DeleteLogGroup", groups::delete),
    Operation::named("DescribeLogGroups", groups::describe),
    Operation::named("PutLogGroupDeletionProtection", groups::put_deletion_protection),
    Operation::named("PutAccountPolicy", retention_policy::put),
    Operation::named("DeleteAccountPolicy", retention_policy::delete),
    Operation::named("PutRetentionPolicy", groups::put_retention),
    Operation::named("DeleteRetentionPolicy", groups::delete_retention),
    Operation::named("TagResource", tags::tag),
    Operation::named("UntagResource", tags::untag),
    Operation::named("ListTagsForResource", tags::list),
    Operation::named("CreateLogStream", streams::create),
    Operation::named("DeleteLogStream", streams::delete),
    Operation::named("DescribeLogStreams", streams::describe),
    Operation::named("PutLogEvents", events::put),
    Operation::named("GetLogEvents", events::get),
    Operation::named("FilterLogEvents", filter_events::filter),
];
