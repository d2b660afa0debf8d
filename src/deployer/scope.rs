//! The resources of one stack, as policies name them.

use super::table::{On, Path};
use crate::{
    aws::partition_of,
    ecr::ImageUri,
    engine::Kind as _,
    resources::{LIVE, ProvisionedConcurrency, log_group_name},
    stack::{self, Entry, ImageSource, Role, Stack},
};
use std::collections::BTreeSet;

/// Which stack, and where.
pub struct Scope<'a> {
    pub stack: &'a Stack,
    /// `*`: any.
    pub region: String,
    /// Twelve digits; `*`: any.
    pub account: String,
    /// What is there by other names: `(kind, name)`, as the inventory of the live stack has it.
    pub also: BTreeSet<(String, String)>,
    /// Of the live stack; `None`: they are not known, and stand as `*`.
    pub ids: Option<Ids>,
}

/// Ids that only API Gateway gives.
#[derive(Debug, Clone, Default)]
pub struct Ids {
    pub rest_api: String,
    pub keys: Vec<String>,
    pub usage_plans: Vec<String>,
}

impl Scope<'_> {
    /// ARNs, which may hold `*`; none where the stack has nothing of the kind.
    pub(super) fn resources(&self, on: On) -> Vec<String> {
        match on {
            On::All => all_if(true),
            On::Roles => self.each("role", |name| self.iam(&format!("role/{name}"))),
            On::PassedRoles => self.passed_roles(),
            On::Concurrency => all_if(self.reserves()),
            On::Functions => self.each("function", |name| self.arn("lambda", &format!("function:{name}"))),
            On::Provisioned => self.each(ProvisionedConcurrency::NAME, |name| {
                self.arn("lambda", &format!("function:{name}:{LIVE}"))
            }),
            On::SnapshotImages => self.snapshot_images(),
            On::Versions => self.each("function", |name| self.arn("lambda", &format!("function:{name}:*"))),
            On::LogGroups => self.log_groups(),
            On::AllLogGroups => vec![self.arn("logs", "log-group::log-stream:*")],
            On::Repositories => {
                self.each("repository", |name| self.arn("ecr", &format!("repository/{name}")))
            }
            On::Registry => all_if(!self.names("repository").is_empty()),
            On::ForeignRepositories => self.foreign_repositories(),
            On::Budget => self.each("budget", |name| {
                format!("arn:{}:budgets::{}:budget/{name}", self.partition(), self.account)
            }),
            On::Topic => self.each("topic", |name| self.arn("sns", name)),
            On::Subscriptions => all_if(!self.names("topic").is_empty()),
            On::Alarms => self.each("alarm", |name| self.arn("cloudwatch", &format!("alarm:{name}"))),
            // DescribeAlarms without names is about all of them (`docs/aws.md` 7.2).
            On::AllAlarms if self.names("alarm").is_empty() => Vec::new(),
            On::AllAlarms => vec![self.arn("cloudwatch", "alarm:*")],
            On::Path(path) => self.paths(path),
        }
    }

    /// What the function's role may have attached.
    pub(super) fn attached_policies(&self) -> BTreeSet<String> {
        let managed = self.stack.functions.values().filter_map(|function| match &function.role {
            Role::Managed(role) => Some(role.policies.iter()),
            Role::Existing(_) => None,
        });
        managed.flatten().map(|policy| self.policy_arn(policy)).collect()
    }

    /// The boundary under which the roles are made, where the file names one and the same for all of them.
    pub(super) fn role_boundary(&self) -> Option<&str> {
        let mut boundaries = self.stack.functions.values().filter_map(|function| match &function.role {
            Role::Managed(role) => Some(role.boundary.as_deref()),
            Role::Existing(_) => None,
        });
        let first = boundaries.next()??;
        boundaries.all(|other| other == Some(first)).then_some(first)
    }

    fn policy_arn(&self, policy: &str) -> String {
        if policy.starts_with("arn:") {
            return policy.to_owned();
        }
        format!("arn:{}:iam::aws:policy/{policy}", self.partition())
    }

    fn reserves(&self) -> bool {
        self.stack.functions.values().any(stack::Function::takes_concurrency)
    }

    /// What there is of the stack besides roles and lists, by kind and name: what a later file may no longer name.
    #[cfg(feature = "testing")]
    pub fn entries(&self) -> impl Iterator<Item = (String, String)> {
        let of_file = self.stack.inventory(&self.region);
        let of_file =
            of_file.iter().map(|entry| (entry.kind.clone(), entry.name.clone())).collect::<Vec<_>>();
        of_file.into_iter().chain(self.also.iter().cloned())
    }

    /// The names of a kind in AWS: those of the file, and those that are there besides.
    fn names(&self, kind: &str) -> BTreeSet<String> {
        let inventory = self.stack.inventory(&self.region);
        let of_file =
            inventory.iter().filter(|entry| entry.kind == kind).map(|Entry { name, .. }| name.clone());
        let also = self.also.iter().filter(|(of, _)| of == kind).map(|(_, name)| name.clone());
        of_file.chain(also).collect()
    }

    fn each(&self, kind: &str, arn: impl Fn(&str) -> String) -> Vec<String> {
        self.names(kind).iter().map(|name| arn(name)).collect()
    }

    /// A log group with its streams; tags of it are asked for by its ARN without them.
    fn log_groups(&self) -> Vec<String> {
        let groups =
            self.each("function", |name| self.arn("logs", &format!("log-group:{}", log_group_name(name))));
        groups.into_iter().flat_map(|arn| [format!("{arn}:*"), arn]).collect()
    }

    fn passed_roles(&self) -> Vec<String> {
        let existing = self.stack.functions.values().filter_map(|function| match &function.role {
            Role::Existing(arn) => Some(arn.clone()),
            Role::Managed(_) => None,
        });
        existing.chain(self.resources(On::Roles)).collect::<BTreeSet<_>>().into_iter().collect()
    }

    /// Where the images are of which there are to be snapshots.
    fn snapshot_images(&self) -> Vec<String> {
        let functions = self.stack.functions.values().filter(|function| function.snapstart);
        let arn = |function: &stack::Function| match &function.image.source {
            ImageSource::Uri(uri) => ImageUri::of(uri).ok().map(|uri| self.foreign_repository(&uri)),
            _ => Some(self.arn("ecr", &format!("repository/{}", function.image.repository))),
        };
        functions.filter_map(arn).collect::<BTreeSet<_>>().into_iter().collect()
    }

    fn foreign_repository(&self, ImageUri { account, region, repository, .. }: &ImageUri<'_>) -> String {
        format!("arn:{}:ecr:{region}:{account}:repository/{repository}", self.partition())
    }

    fn foreign_repositories(&self) -> Vec<String> {
        let images = self.stack.functions.values().filter_map(|function| match &function.image.source {
            ImageSource::Uri(uri) => ImageUri::of(uri).ok(),
            _ => None,
        });
        images.map(|uri| self.foreign_repository(&uri)).collect::<BTreeSet<_>>().into_iter().collect()
    }

    fn paths(&self, path: Path) -> Vec<String> {
        let below = |list: &str, ids: Option<&[String]>| match ids {
            None => vec![format!("/{list}/*")],
            Some(ids) => {
                ids.iter().flat_map(|id| [format!("/{list}/{id}"), format!("/{list}/{id}/*")]).collect()
            }
        };
        let ids = self.ids.as_ref();
        let paths = match path {
            Path::RestApis => vec!["/restapis".to_owned()],
            Path::RestApi => below("restapis", ids.map(|ids| std::slice::from_ref(&ids.rest_api))),
            Path::ApiKeys => vec!["/apikeys".to_owned()],
            Path::ApiKey => below("apikeys", ids.map(|ids| ids.keys.as_slice())),
            Path::UsagePlans => vec!["/usageplans".to_owned()],
            Path::UsagePlan => below("usageplans", ids.map(|ids| ids.usage_plans.as_slice())),
            Path::DomainNames => vec!["/domainnames".to_owned()],
            Path::BasePathMappings => vec!["/domainnames/*/basepathmappings".to_owned()],
            Path::Tags => vec!["/tags/*".to_owned()],
        };
        paths
            .iter()
            .map(|path| format!("arn:{}:apigateway:{}::{path}", self.partition(), self.region))
            .collect()
    }

    fn partition(&self) -> &'static str {
        partition_of(&self.region)
    }

    pub(super) fn arn(&self, service: &str, rest: &str) -> String {
        format!("arn:{}:{service}:{}:{}:{rest}", self.partition(), self.region, self.account)
    }

    pub(super) fn iam(&self, rest: &str) -> String {
        format!("arn:{}:iam::{}:{rest}", self.partition(), self.account)
    }
}

/// What can't be narrowed, where it is needed.
fn all_if(needed: bool) -> Vec<String> {
    needed.then(|| "*".to_owned()).into_iter().collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::{On, Scope};
    use crate::stack::{self, Values};
    use std::{collections::BTreeSet, path::Path};

    #[track_caller]
    fn foreign(uri: &str) -> Vec<String> {
        let text = format!(
            "stack: shop\nfunctions: {{f: {{image: {{uri: {uri}}}}}}}\napi: {{routes: {{GET /: f}}, auth: none}}\n"
        );
        let stack = stack::read(&text, "stack.yaml", Path::new("/"), Values::NotNeeded, &|_| None).unwrap();
        let (region, account) = ("eu-west-1".to_owned(), "111111111111".to_owned());
        let scope = Scope { stack: &stack, region, account, also: BTreeSet::new(), ids: None };
        scope.resources(On::ForeignRepositories)
    }

    #[test]
    fn an_image_of_others_is_known_by_either_host_of_ecr() {
        let arn = "arn:aws:ecr:eu-west-1:123456789012:repository/team/app";
        assert_eq!(foreign("123456789012.dkr.ecr.eu-west-1.amazonaws.com/team/app:1"), [arn]);
        assert_eq!(foreign("123456789012.dkr-ecr.eu-west-1.on.aws/team/app:1"), [arn]);
    }
}
