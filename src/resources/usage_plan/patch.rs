//! A difference as UpdateUsagePlan's patch operations: all in one call, because AWS grants one in 20 s (`docs/aws.md` 9).

use super::Settings;
use crate::aws::patch;
use aws_sdk_apigateway::types::PatchOperation;

const STAGES: &str = "/apiStages";

/// Detaches stages (`api:stage`).
pub(super) fn without<'a>(stages: impl Iterator<Item = &'a String>) -> impl Iterator<Item = PatchOperation> {
    stages.map(|stage| patch::remove_from(STAGES, stage))
}

pub(super) fn operations(have: &Settings, want: &Settings) -> Vec<PatchOperation> {
    let new = want.stages.difference(&have.stages).map(|stage| patch::add_to(STAGES, stage));
    let mut all: Vec<_> = new.chain(without(have.stages.difference(&want.stages))).collect();
    all.extend(patch::changed("/name", &have.name, &want.name));
    all.extend(patch::changed("/description", &have.description, &want.description));
    all.extend(throttle_operations(have, want));
    all.extend(quota_operations(have, want));
    all
}

fn throttle_operations(have: &Settings, want: &Settings) -> Vec<PatchOperation> {
    match (want.rate, want.burst) {
        _ if (have.rate, have.burst) == (want.rate, want.burst) => Vec::new(),
        (Some(rate), Some(burst)) => {
            vec![patch::replace("/throttle/rateLimit", rate), patch::replace("/throttle/burstLimit", burst)]
        }
        _ => vec![patch::remove("/throttle")],
    }
}

fn quota_operations(have: &Settings, want: &Settings) -> Vec<PatchOperation> {
    let same = have.quota == want.quota && have.quota_offset == want.quota_offset;
    match want.quota.as_ref().and_then(|q| q.split_once('/')) {
        _ if same => Vec::new(),
        Some((limit, period)) => vec![
            patch::replace("/quota/limit", limit),
            patch::replace("/quota/period", period.to_uppercase()),
            patch::replace("/quota/offset", want.quota_offset),
        ],
        None => vec![patch::remove("/quota")],
    }
}
