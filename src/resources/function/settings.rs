//! What is managed of a function.

use super::{
    lost::Lost,
    readiness::{is_failed, state, was_active},
};
use crate::{
    aws::tags,
    engine::{SECRET, revealed},
    resources::RoleOutput,
};
use anyhow::{Context as _, Result};
use aws_sdk_lambda::{
    operation::get_function::GetFunctionOutput,
    types::{Architecture, EphemeralStorage, PackageType, SnapStartApplyOn, TracingMode},
};
use serde::Serialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;

#[derive(Debug, Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "what AWS says with a yes or no")]
pub(crate) struct Settings {
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
    /// Its published versions start from a snapshot.
    pub(super) snapstart: bool,
    pub(super) environment: BTreeMap<String, Value>,
    pub(super) entrypoint: Option<Vec<String>>,
    pub(super) command: Option<Vec<String>>,
    pub(super) working_directory: Option<String>,
    pub(super) tracing: bool,
    pub(super) subnets: Vec<String>,
    pub(super) security_groups: Vec<String>,
    pub(super) tags: tags::Tags,
    #[serde(skip)]
    pub(super) was_active: bool,
    #[serde(skip)]
    pub(in crate::resources) failed: bool,
    /// Why the variables can't be read.
    #[serde(skip)]
    pub(super) unreadable: Option<String>,
    /// When it was last changed, in seconds since 1970.
    #[serde(skip)]
    pub(in crate::resources) saved: Option<i64>,
    /// The role's right to decrypt the variables has to be granted again.
    #[serde(skip)]
    pub(super) renews: bool,
    #[serde(skip)]
    pub(super) lost: Lost,
}

impl Settings {
    /// As GetFunction shows it. Every variable is a secret until the stack file shows its value.
    ///
    /// # Errors
    /// An answer without a configuration.
    pub(in crate::resources) fn read(answer: &GetFunctionOutput, tags: tags::Tags) -> Result<Self> {
        let c = answer.configuration().context("GetFunction answered without a configuration")?;
        let image = c.image_config_response().and_then(|r| r.image_config());
        let some = |list: &[String]| (!list.is_empty()).then(|| list.to_vec());
        let environment = c.environment().and_then(|e| e.variables()).into_iter().flatten();
        Ok(Self {
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
            snapstart: c.snap_start().and_then(|s| s.apply_on())
                == Some(&SnapStartApplyOn::PublishedVersions),
            environment: environment.map(|(k, v)| (k.clone(), json!({ SECRET: v }))).collect(),
            entrypoint: image.and_then(|i| some(i.entry_point())),
            command: image.and_then(|i| some(i.command())),
            working_directory: image.and_then(|i| i.working_directory()).map(str::to_owned),
            tracing: c.tracing_config().and_then(|t| t.mode()) == Some(&TracingMode::Active),
            subnets: sorted(c.vpc_config().map(|v| v.subnet_ids()).unwrap_or_default()),
            security_groups: sorted(c.vpc_config().map(|v| v.security_group_ids()).unwrap_or_default()),
            tags,
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

    /// Its creation failed: it takes no change, and nobody can have called it.
    pub(super) fn is_stillborn(&self) -> bool {
        self.failed && !self.was_active
    }

    /// The right to decrypt a function's variables is granted to its role by the role's own id, when they are saved. A role
    /// that is younger than that has not got it, whatever its name (AWS Knowledge Center, "KMS Exception" errors).
    pub(super) fn lost_its_grant(&self, role: &RoleOutput) -> bool {
        let younger = role.created.zip(self.saved).is_some_and(|(made, saved)| made > saved);
        younger && self.role == role.arn && !self.environment.is_empty()
    }

    /// The variables' own values.
    fn variables(&self) -> BTreeMap<&String, &Value> {
        self.environment.iter().map(|(name, value)| (name, revealed(value))).collect()
    }

    /// What UpdateFunctionConfiguration sets, all at once.
    pub(super) fn configuration(&self) -> impl PartialEq + '_ {
        let image = (&self.entrypoint, &self.command, &self.working_directory);
        let network = (&self.subnets, &self.security_groups);
        let size = (self.memory, self.timeout, self.ephemeral_storage, self.snapstart);
        (&self.description, &self.role, size, self.variables(), image, self.tracing, network)
    }
}

/// Lambda writes `2026-11-29T13:55:18.123+0000`.
pub(super) fn seconds(time: &str) -> Option<i64> {
    jiff::Timestamp::strptime("%Y-%m-%dT%H:%M:%S%.f%z", time).ok().map(|t| t.as_second())
}

pub(super) fn sorted(list: &[String]) -> Vec<String> {
    let mut list = list.to_vec();
    list.sort();
    list
}
