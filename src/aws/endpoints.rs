//! Addresses that are called instead of AWS's own.

use aws_config::SdkConfig;
use aws_types::service_config::ServiceConfigKey;
use std::collections::BTreeSet;

/// The services that are called, as the SDK's configuration names them.
const SERVICES: [&str; 6] = ["STS", "IAM", "ECR", "Lambda", "API Gateway", "CloudWatch Logs"];

/// The addresses that the environment or the profile gives instead of AWS's own, for all services or for one.
pub(super) fn endpoints(config: &SdkConfig) -> Vec<String> {
    let one = |service| {
        let key =
            ServiceConfigKey::builder().service_id(service).env("AWS_ENDPOINT_URL").profile("endpoint_url");
        config.service_config()?.load_config(key.build().ok()?)
    };
    let all = config.endpoint_url().map(str::to_owned);
    let found: BTreeSet<String> = SERVICES.iter().filter_map(|service| one(service)).chain(all).collect();
    found.into_iter().collect()
}
