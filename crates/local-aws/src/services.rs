//! All services. A new one is a folder with a [`Service`], its state in [`world`](crate::world), and a line here.

use crate::{
    apigateway, budgets, cloudwatch, ecr, freetier, iam, lambda, logs, service::Service, sns, sts,
    world::Account,
};
use std::collections::BTreeMap;

pub(crate) static ALL: [&Service; 10] = [
    &sts::SERVICE,
    &iam::SERVICE,
    &ecr::SERVICE,
    &logs::SERVICE,
    &lambda::SERVICE,
    &apigateway::SERVICE,
    &budgets::SERVICE,
    &cloudwatch::SERVICE,
    &sns::SERVICE,
    &freetier::SERVICE,
];

/// The service of a name in ARNs.
pub(crate) fn named(name: &str) -> Option<&'static Service> {
    ALL.into_iter().find(|service| service.name == name)
}

/// The service of a name in a SigV4 credential scope.
pub(crate) fn signed_for(name: &str) -> Option<&'static Service> {
    ALL.into_iter().find(|service| service.signing_name == name)
}

/// The tags of the resource of an account that an ARN in a region names.
pub(crate) fn tags_of(account: &Account, region: &str, arn: &str) -> Option<BTreeMap<String, String>> {
    let service = named(arn.split(':').nth(2)?)?;
    (service.tags_of)(account, region, arn)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::ALL;
    use std::{env, fs};

    const README: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/README.md");
    const START: &str = "lets write it -->\n";
    const END: &str = "<!-- operations end -->";

    /// A row a service.
    fn table() -> String {
        let rows = ALL.iter().map(|service| {
            let mut names: Vec<String> = service.operations.iter().map(|o| format!("`{}`", o.name)).collect();
            names.sort();
            format!("| {} | {} | {} |\n", service.name, names.len(), names.join(" "))
        });
        "| service | operations | |\n|---|---|---|\n".to_owned() + &rows.collect::<String>()
    }

    #[test]
    fn the_readme_lists_every_operation() {
        let readme = fs::read_to_string(README).unwrap();
        let (before, rest) = readme.split_once(START).unwrap();
        let (listed, after) = rest.split_once(END).unwrap();
        if env::var_os("UPDATE_README").is_some() {
            fs::write(README, format!("{before}{START}{}{END}{after}", table())).unwrap();
        } else {
            assert_eq!(
                listed,
                table(),
                "set UPDATE_README=1 and run this test once more to write the table anew"
            );
        }
    }

    #[test]
    fn no_service_and_no_operation_is_there_twice() {
        let mut names: Vec<&str> = ALL.iter().map(|service| service.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), ALL.len());
        for service in ALL {
            let mut names: Vec<&str> = service.operations.iter().map(|operation| operation.name).collect();
            names.sort_unstable();
            names.dedup();
            assert_eq!(names.len(), service.operations.len(), "{}", service.name);
        }
    }
}
