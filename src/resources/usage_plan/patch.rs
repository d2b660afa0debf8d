//! A difference as UpdateUsagePlan's patch operations: all in one call, because AWS grants one in 20 s (`docs/aws.md` 9).

use super::Settings;
use aws_sdk_apigateway::types::{Op, PatchOperation};

pub(super) fn operation(op: Op, path: &str, value: Option<String>) -> PatchOperation {
    PatchOperation::builder().op(op).path(path).set_value(value).build()
}

pub(super) fn operations(have: &Settings, want: &Settings) -> Vec<PatchOperation> {
    let mut all = Vec::new();
    for stage in want.stages.difference(&have.stages) {
        all.push(operation(Op::Add, "/apiStages", Some(stage.clone())));
    }
    for stage in have.stages.difference(&want.stages) {
        all.push(operation(Op::Remove, "/apiStages", Some(stage.clone())));
    }
    if have.name != want.name {
        all.push(operation(Op::Replace, "/name", Some(want.name.clone())));
    }
    if have.description != want.description {
        all.push(operation(Op::Replace, "/description", Some(want.description.clone())));
    }
    all.extend(throttle_operations(have, want));
    all.extend(quota_operations(have, want));
    all
}

fn throttle_operations(have: &Settings, want: &Settings) -> Vec<PatchOperation> {
    match (want.rate, want.burst) {
        _ if (have.rate, have.burst) == (want.rate, want.burst) => Vec::new(),
        (Some(rate), Some(burst)) => vec![
            operation(Op::Replace, "/throttle/rateLimit", Some(rate.to_string())),
            operation(Op::Replace, "/throttle/burstLimit", Some(burst.to_string())),
        ],
        _ => vec![operation(Op::Remove, "/throttle", None)],
    }
}

fn quota_operations(have: &Settings, want: &Settings) -> Vec<PatchOperation> {
    let same = have.quota == want.quota && have.quota_offset == want.quota_offset;
    match want.quota.as_ref().and_then(|q| q.split_once('/')) {
        _ if same => Vec::new(),
        Some((limit, period)) => vec![
            operation(Op::Replace, "/quota/limit", Some(limit.to_owned())),
            operation(Op::Replace, "/quota/period", Some(period.to_uppercase())),
            operation(Op::Replace, "/quota/offset", Some(want.quota_offset.to_string())),
        ],
        None => vec![operation(Op::Remove, "/quota", None)],
    }
}
