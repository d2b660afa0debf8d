//! What is managed of a function, read from AWS and wished by the stack file.

use super::{
    Function,
    lost::Lost,
    readiness::{ACTIVE, is_failed, state, was_active},
};
use crate::{
    aws::tags,
    engine::{Live, Owner, SECRET, UNKNOWN},
    resources::RoleOutput,
    stack,
};
use anyhow::{Context as _, Result};
use aws_sdk_lambda::{
    operation::get_function::GetFunctionOutput,
    types::{Architecture, EphemeralStorage, PackageType, TracingMode},
};
use serde::Serialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;

#[derive(Debug, Serialize)]
pub struct Props {
    /// `Active`, or what is wrong with it in AWS's words.
    pub(super) state: String,
    pub(super) package_type: String,
    pub(super) description: String,
    pub(super) role: String,
    /// `repository@sha256:…`
    pub(super) image: String,
    pub(super) architecture: String,
    pub(super) memory: i32,
    pub(super) timeout: i32,
    pub(super) ephemeral_storage: i32,
    pub(super) reserved_concurrency: Option<i32>,
    pub(super) environment: BTreeMap<String, Value>,
    pub(super) entrypoint: Option<Vec<String>>,
    pub(super) command: Option<Vec<String>>,
    pub(super) working_directory: Option<String>,
    pub(super) tracing: bool,
    pub(super) subnets: Vec<String>,
    pub(super) security_groups: Vec<String>,
    /// Ids of what a run that died while it made the function anew has not added again.
    pub(super) statements_to_restore: Vec<String>,
    pub(super) tags: tags::Tags,
    #[serde(skip)]
    pub(super) was_active: bool,
    #[serde(skip)]
    failed: bool,
    /// Why the variables can't be read.
    #[serde(skip)]
    pub(super) unreadable: Option<String>,
    /// When it was last changed, in seconds since 1970.
    #[serde(skip)]
    saved: Option<i64>,
    /// The role's right to decrypt the variables has to be granted again.
    #[serde(skip)]
    pub(super) renews: bool,
    #[serde(skip)]
    pub(super) lost: Lost,
}

impl Props {
    /// Its creation failed: it takes no change, and nobody can have called it.
    pub(super) fn is_stillborn(&self) -> bool {
        self.failed && !self.was_active
    }

    /// The right to decrypt a function's variables is granted to its role by the role's own id, when they are saved. A role
    /// that is younger than that has not got it, whatever its name (AWS Knowledge Center, "KMS Exception" errors).
    fn lost_its_grant(&self, role: &RoleOutput) -> bool {
        let younger = role.created.zip(self.saved).is_some_and(|(made, saved)| made > saved);
        younger && self.role == role.arn && !self.environment.is_empty()
    }

    /// What UpdateFunctionConfiguration sets, all at once.
    pub(super) fn configuration(&self) -> impl PartialEq + '_ {
        let image = (&self.entrypoint, &self.command, &self.working_directory);
        let network = (&self.subnets, &self.security_groups);
        let size = (self.memory, self.timeout, self.ephemeral_storage);
        (&self.description, &self.role, size, &self.environment, image, self.tracing, network)
    }
}

impl Function {
    /// A value is shown only where the file itself shows it.
    fn shown(&self, key: &str, value: &str) -> Value {
        match self.wish.environment.get(key) {
            Some(text) if !text.secret => value.into(),
            _ => json!({ SECRET: value }),
        }
    }

    pub(super) fn wished(&self, have: Option<&Live<Self>>) -> Result<Props> {
        let f = &self.wish;
        let h = have.map(|h| &h.props);
        let renews = h.zip(self.role.get()).is_some_and(|(h, role)| h.lost_its_grant(&role));
        let unknown = || UNKNOWN.to_owned();
        let vpc = f.vpc.clone();
        let secret = |text: &stack::Text| {
            if text.secret { json!({ SECRET: text.value }) } else { text.value.clone().into() }
        };
        Ok(Props {
            state: ACTIVE.to_owned(),
            package_type: PackageType::Image.as_str().to_owned(),
            description: f.description.clone(),
            role: match self.role.get() {
                Some(role) if renews => format!("{} (recreated since the function was saved)", role.arn),
                Some(role) => role.arn,
                None => unknown(),
            },
            image: self.image_uri().unwrap_or_else(unknown),
            architecture: f.architecture.lambda().to_owned(),
            memory: i32::try_from(f.memory)?,
            timeout: i32::try_from(f.timeout)?,
            ephemeral_storage: i32::try_from(f.ephemeral_storage)?,
            reserved_concurrency: f.reserved_concurrency.map(i32::try_from).transpose()?,
            environment: match h.filter(|h| h.unreadable.is_some()) {
                Some(h) => h.environment.clone(),
                None => f.environment.iter().map(|(k, v)| (k.clone(), secret(v))).collect(),
            },
            entrypoint: f.entrypoint.clone(),
            command: f.command.clone(),
            working_directory: f.working_directory.clone(),
            tracing: f.tracing,
            subnets: sorted(vpc.as_ref().map_or(&[], |v| &v.subnets)),
            security_groups: sorted(vpc.as_ref().map_or(&[], |v| &v.security_groups)),
            statements_to_restore: Vec::new(),
            tags: self.aws.ownership.tags(&self.id, have.map(|h| &h.owner)),
            was_active: true,
            failed: false,
            unreadable: None,
            saved: None,
            renews,
            lost: Lost::default(),
        })
    }

    pub(super) fn read(&self, answer: &GetFunctionOutput, have: &tags::Tags, owner: &Owner) -> Result<Props> {
        let c = answer.configuration().context("GetFunction answered without a configuration")?;
        let image = c.image_config_response().and_then(|r| r.image_config());
        let some = |list: &[String]| (!list.is_empty()).then(|| list.to_vec());
        let environment = c.environment().and_then(|e| e.variables()).into_iter().flatten();
        Ok(Props {
            state: state(c),
            package_type: c.package_type().map_or("Zip", PackageType::as_str).to_owned(),
            description: c.description().unwrap_or_default().to_owned(),
            role: c.role().unwrap_or_default().to_owned(),
            image: answer.code().and_then(|c| c.resolved_image_uri()).unwrap_or_default().to_owned(),
            architecture: c.architectures().first().map_or("x86_64", Architecture::as_str).to_owned(),
            memory: c.memory_size().unwrap_or_default(),
            timeout: c.timeout().unwrap_or_default(),
            ephemeral_storage: c.ephemeral_storage().map_or(512, EphemeralStorage::size),
            reserved_concurrency: answer.concurrency().and_then(|c| c.reserved_concurrent_executions()),
            environment: environment.map(|(k, v)| (k.clone(), self.shown(k, v))).collect(),
            entrypoint: image.and_then(|i| some(i.entry_point())),
            command: image.and_then(|i| some(i.command())),
            working_directory: image.and_then(|i| i.working_directory()).map(str::to_owned),
            tracing: c.tracing_config().and_then(|t| t.mode()) == Some(&TracingMode::Active),
            subnets: sorted(c.vpc_config().map(|v| v.subnet_ids()).unwrap_or_default()),
            security_groups: sorted(c.vpc_config().map(|v| v.security_group_ids()).unwrap_or_default()),
            statements_to_restore: self.kept.borrow().ids(),
            tags: self.aws.ownership.managed(have, owner),
            was_active: was_active(c),
            failed: is_failed(c),
            unreadable: c.environment().and_then(|e| e.error()).map(|e| {
                format!("{}: {}", e.error_code().unwrap_or_default(), e.message().unwrap_or_default())
            }),
            saved: c.last_modified().and_then(seconds),
            renews: false,
            lost: Lost::default(),
        })
    }
}

/// Lambda writes `2026-11-29T13:55:18.123+0000`.
fn seconds(time: &str) -> Option<i64> {
    jiff::Timestamp::strptime("%Y-%m-%dT%H:%M:%S%.f%z", time).ok().map(|t| t.as_second())
}

fn sorted(list: &[String]) -> Vec<String> {
    let mut list = list.to_vec();
    list.sort();
    list
}
