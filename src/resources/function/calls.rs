//! The calls that make, change and delete a function.

use super::{
    Function, FunctionOutput, FunctionWish, Settings,
    change::Variables,
    readiness::{Readiness, cure, readiness},
};
use crate::{
    aws::{
        Class, FoundExt, Patience, StackAws, call, finish_existing, ignore_not_found, is_class, tags,
        wait_until,
    },
    engine::Run,
};
use anyhow::{Context as _, Result};
use aws_sdk_lambda::types::{
    Architecture, Environment, EphemeralStorage, FunctionCode, FunctionConfiguration, ImageConfig,
    PackageType, SnapStart, SnapStartApplyOn, TracingConfig, TracingMode, VpcConfig,
};
use std::{collections::HashMap, fmt};
use tokio::time::Instant;

impl FunctionWish {
    /// Those of the file, and more.
    fn variables(&self, more: Variables) -> Environment {
        let ours = self.wish.environment.iter().map(|(k, v)| (k.clone(), v.value.clone()));
        Environment::builder().set_variables(Some(more.into_iter().chain(ours).collect())).build()
    }

    fn image_config(&self) -> ImageConfig {
        ImageConfig::builder()
            .set_entry_point(self.wish.entrypoint.clone())
            .set_command(self.wish.command.clone())
            .set_working_directory(self.wish.working_directory.clone())
            .build()
    }

    fn vpc(&self) -> VpcConfig {
        let vpc = self.wish.vpc.clone();
        let (subnets, groups) = vpc.map_or((Vec::new(), Vec::new()), |v| (v.subnets, v.security_groups));
        VpcConfig::builder().set_subnet_ids(Some(subnets)).set_security_group_ids(Some(groups)).build()
    }

    fn tracing(&self) -> TracingConfig {
        let mode = if self.wish.tracing { TracingMode::Active } else { TracingMode::PassThrough };
        TracingConfig::builder().mode(mode).build()
    }

    /// `None`: nothing is to change, and regions that have no SnapStart need not hear of it.
    fn snap_start(have: bool, want: bool) -> Option<SnapStart> {
        let on = if want { SnapStartApplyOn::PublishedVersions } else { SnapStartApplyOn::None };
        (have || want).then(|| SnapStart::builder().apply_on(on).build())
    }

    /// Its first version is published with it, but for one that takes a snapshot: that is waited for where it is tried.
    pub(super) async fn make(&self, want: &Settings, run: &Run) -> Result<FunctionOutput> {
        let storage = EphemeralStorage::builder().size(want.ephemeral_storage).build()?;
        let mut request = self.function.aws.cloud.lambda.create_function();
        request = request
            .function_name(&self.function.name)
            .package_type(PackageType::Image)
            .code(FunctionCode::builder().image_uri(&want.image).build())
            .role(&want.role)
            .architectures(Architecture::from(want.architecture.as_str()))
            .memory_size(want.memory)
            .timeout(want.timeout)
            .ephemeral_storage(storage)
            .environment(self.variables(Variables::new()))
            .image_config(self.image_config())
            .tracing_config(self.tracing())
            .set_vpc_config(self.wish.vpc.is_some().then(|| self.vpc()))
            .set_description((!want.description.is_empty()).then(|| want.description.clone()))
            .set_tags(Some(want.tags.clone().into_iter().collect()))
            .set_snap_start(Self::snap_start(false, want.snapstart))
            .publish(!want.snapstart);
        self.function.aws.cloud.forget_functions();
        let made = match call(run, "CreateFunction", || request.clone().send()).await {
            Err(e) => {
                let output = Box::pin(finish_existing(&self.function.aws.cloud, self, e, want, run)).await?;
                // Another run may have made it a moment ago.
                let settled = self.function.settled(None, run).await?;
                return Function::output(&settled, self.content(), output.published);
            }
            Ok(made) => made,
        };
        let published = number(made.version()).filter(|_| !want.snapstart);
        let settled = self.function.settled(published, run).await?;
        if want.reserved_concurrency.is_some() {
            self.function.set_concurrency(want.reserved_concurrency, run).await?;
        }
        Function::output(&settled, self.content(), published)
    }

    /// Sets what the file says, with `more` variables besides.
    pub(super) async fn configure(
        &self,
        h: &Settings,
        want: &Settings,
        more: Variables,
        mut under: Option<String>,
        run: &Run,
    ) -> Result<FunctionConfiguration> {
        if want.renews && h.role != want.role {
            self.forget_variables(run).await?;
            under = None;
        }
        let storage = EphemeralStorage::builder().size(want.ephemeral_storage).build()?;
        let network = (&h.subnets, &h.security_groups) != (&want.subnets, &want.security_groups);
        let mut request = self.function.aws.cloud.lambda.update_function_configuration();
        request = request
            .function_name(&self.function.name)
            .description(&want.description)
            .role(self.role.ready()?.arn)
            .memory_size(want.memory)
            .timeout(want.timeout)
            .ephemeral_storage(storage)
            .environment(self.variables(more))
            .image_config(self.image_config())
            .tracing_config(self.tracing())
            .set_snap_start(Self::snap_start(h.snapstart, want.snapstart))
            .set_vpc_config(network.then(|| self.vpc()))
            .set_revision_id(under);
        call(run, "UpdateFunctionConfiguration", || request.clone().send()).await?;
        self.function.settled(None, run).await
    }

    /// AWS grants the right to decrypt variables to the role when there are some where there were none, not when the same
    /// are saved once more. Until then the function can't read them anyway.
    async fn forget_variables(&self, run: &Run) -> Result<()> {
        let none = Environment::builder().set_variables(Some(HashMap::new())).build();
        let request = self.function.aws.cloud.lambda.update_function_configuration();
        let request = request.function_name(&self.function.name).environment(none);
        call(run, "UpdateFunctionConfiguration", || request.clone().send()).await?;
        self.function.settled(None, run).await.map(drop)
    }

    /// `publish`: nothing else changes after it. Gives the version, if so and if it takes no snapshot.
    pub(super) async fn set_code(
        &self,
        want: &Settings,
        under: Option<String>,
        publish: bool,
        run: &Run,
    ) -> Result<(FunctionConfiguration, Option<u64>)> {
        let request =
            self.function.aws.cloud.lambda.update_function_code().function_name(&self.function.name);
        let request =
            request.image_uri(&want.image).architectures(Architecture::from(want.architecture.as_str()));
        let publish = publish && !want.snapstart;
        let request = request.set_revision_id(under).publish(publish);
        let answer = call(run, "UpdateFunctionCode", || request.clone().send()).await?;
        let published = number(answer.version()).filter(|_| publish);
        Ok((self.function.settled(published, run).await?, published))
    }
}

impl Function {
    /// Waits until AWS is done with the last change, and with the version that came of it: nothing else may be changed
    /// before.
    pub(super) async fn settled(&self, version: Option<u64>, run: &Run) -> Result<FunctionConfiguration> {
        self.aws.cloud.forget_functions();
        let function = settled(&self.aws, &self.name, None, Patience::AT_WORK, run);
        let Some(number) = version else { return function.await };
        let number = number.to_string();
        let version = settled(&self.aws, &self.name, Some(&number), Patience::AT_WORK, run);
        Ok(tokio::try_join!(function, version)?.0)
    }

    pub(super) async fn set_tags(
        &self,
        arn: &str,
        have: &tags::Tags,
        want: &tags::Tags,
        run: &Run,
    ) -> Result<()> {
        let lambda = &self.aws.cloud.lambda;
        let set = async |tags: tags::Tags| {
            let tags = tags.into_iter().collect();
            let request = lambda.tag_resource().resource(arn).set_tags(Some(tags));
            call(run, "TagResource", || request.clone().send()).await.map(drop)
        };
        let take_away = async |keys| {
            let request = lambda.untag_resource().resource(arn).set_tag_keys(Some(keys));
            call(run, "UntagResource", || request.clone().send()).await.map(drop)
        };
        tags::change(have, want, set, take_away).await
    }

    pub(super) async fn remove(&self, run: &Run) -> Result<()> {
        self.aws.cloud.forget_functions();
        let request = self.aws.cloud.lambda.delete_function().function_name(&self.name);
        ignore_not_found(call(run, "DeleteFunction", || request.clone().send()).await)?;
        let request = self.aws.cloud.lambda.get_function().function_name(&self.name);
        let ask = || async {
            let found = call(run, "GetFunction", || request.clone().send()).await.found()?;
            Ok(found.map_or(Ok(()), |_| Err("it is being deleted".to_owned())))
        };
        wait_until(run, Patience::AT_WORK, "the function to be gone", ask).await
    }
}

/// A function, or a version of one, that AWS could not make ready.
#[derive(Debug)]
pub(crate) struct NotStarted {
    /// Its name in AWS.
    pub function: String,
    /// In AWS's words.
    pub why: String,
    text: String,
}

impl NotStarted {
    /// `what` of `function` failed for that reason.
    pub(in crate::resources) fn of(function: &str, what: &str, why: String) -> Self {
        let text =
            format!("{what} is {why}\n  → `lambdeploy logs` shows what its containers said as they started");
        Self { function: function.to_owned(), why, text }
    }
}

impl fmt::Display for NotStarted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl std::error::Error for NotStarted {}

/// The number of a published version.
pub(in crate::resources) fn number(version: Option<&str>) -> Option<u64> {
    version.and_then(|text| text.parse().ok())
}

/// Waits until AWS is done with a function, or with one of its versions.
///
/// # Errors
/// It failed, in AWS's words; patience ended.
pub(in crate::resources) async fn settled(
    aws: &StackAws,
    name: &str,
    version: Option<&str>,
    patience: Patience,
    run: &Run,
) -> Result<FunctionConfiguration> {
    let request = aws.cloud.lambda.get_function().function_name(name);
    let request = request.set_qualifier(version.map(str::to_owned));
    let what = version.map_or_else(|| format!("the function {name}"), |n| format!("version {n} of {name}"));
    let since = Instant::now();
    let ask = || async {
        let answer = match call(run, "GetFunction", || request.clone().send()).await {
            // AWS may not see at once what was just made.
            Err(e) if is_not_found(&e) && since.elapsed() < Patience::YOUNG.budget => {
                return Ok(Err("AWS does not see it yet".to_owned()));
            }
            answer => answer?,
        };
        let c = answer.configuration.context("GetFunction answered without a configuration")?;
        Ok(match readiness(&c) {
            Readiness::Done => Ok(c),
            Readiness::Waiting(how) => Err(how),
            Readiness::Failed(why) => {
                let (function, text) = (name.to_owned(), format!("{what} is {why}{}", cure(&c)));
                return Err(NotStarted { function, why, text }.into());
            }
        })
    };
    wait_until(run, patience, version.map_or("the function", |_| "the version"), ask).await
}

fn is_not_found(error: &anyhow::Error) -> bool {
    is_class(error, Class::NotFound)
}
