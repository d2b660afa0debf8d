//! All services. A new one is a folder with a [`Service`], its state in [`world`](crate::world), and a line here.

use crate::{apigateway, ecr, iam, lambda, logs, service::Service, sts, world::Account};
use std::collections::BTreeMap;

pub static ALL: [&Service; 6] =
    [&sts::SERVICE, &iam::SERVICE, &ecr::SERVICE, &logs::SERVICE, &lambda::SERVICE, &apigateway::SERVICE];

/// The service of a name in a SigV4 credential scope.
pub fn named(name: &str) -> Option<&'static Service> {
    ALL.into_iter().find(|service| service.name == name)
}

/// The tags of the resource of an account that an ARN in a region names.
pub fn tags_of(account: &Account, region: &str, arn: &str) -> Option<BTreeMap<String, String>> {
    let service = named(arn.split(':').nth(2)?)?;
    (service.tags_of)(account, region, arn)
}
