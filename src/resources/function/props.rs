//! What is managed of a function, read from AWS and wished by the stack file.

use super::{
    Function,
    standing::{ACTIVE, state},
};
use crate::{
    aws::tags,
    engine::{Live, Owner, SECRET, UNKNOWN},
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
}

impl Props {
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
        let unknown = || UNKNOWN.to_owned();
        let vpc = f.vpc.clone();
        let secret = |text: &stack::Text| {
            if text.secret { json!({ SECRET: text.value }) } else { text.value.clone().into() }
        };
        Ok(Props {
            state: ACTIVE.to_owned(),
            package_type: PackageType::Image.as_str().to_owned(),
            description: f.description.clone(),
            role: self.role.get().map_or_else(unknown, |r| r.arn),
            image: self.image_uri().unwrap_or_else(unknown),
            architecture: f.architecture.lambda().to_owned(),
            memory: i32::try_from(f.memory)?,
            timeout: i32::try_from(f.timeout)?,
            ephemeral_storage: i32::try_from(f.ephemeral_storage)?,
            reserved_concurrency: f.reserved_concurrency.map(i32::try_from).transpose()?,
            environment: f.environment.iter().map(|(k, v)| (k.clone(), secret(v))).collect(),
            entrypoint: f.entrypoint.clone(),
            command: f.command.clone(),
            working_directory: f.working_directory.clone(),
            tracing: f.tracing,
            subnets: sorted(vpc.as_ref().map_or(&[], |v| &v.subnets)),
            security_groups: sorted(vpc.as_ref().map_or(&[], |v| &v.security_groups)),
            statements_to_restore: Vec::new(),
            tags: self.at.own.tags(&self.id, have.map(|h| &h.owner)),
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
            tags: self.at.own.managed(have, owner),
        })
    }
}

fn sorted(list: &[String]) -> Vec<String> {
    let mut list = list.to_vec();
    list.sort();
    list
}
