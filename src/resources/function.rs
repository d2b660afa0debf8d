//! The Lambda function, pinned to an image by digest.

use super::{Context, ImageOutput, RepositoryOutput, RoleOutput, gone, resume};
use crate::{
    aws::{FoundExt, Patience, call, tags, until},
    engine::{Applied, Handle, Id, Live, Reporter, Resource, SECRET, UNKNOWN},
    stack,
};
use anyhow::{Context as _, Result, bail};
use aws_sdk_lambda::{
    operation::get_function::GetFunctionOutput,
    types::{
        Architecture, Environment, EphemeralStorage, FunctionCode, FunctionConfiguration, ImageConfig,
        LastUpdateStatus, PackageType, State, TracingConfig, TracingMode, VpcConfig,
    },
};
use serde::Serialize;
use serde_json::{Value, json};
use std::{collections::BTreeMap, time::Instant};

pub struct Function {
    pub at: Context,
    pub id: Id,
    pub wish: stack::Function,
    pub role: Handle<RoleOutput>,
    pub repository: Handle<RepositoryOutput>,
    pub image: Handle<ImageOutput>,
    pub log_group: Id,
    pub api: Id,
}

#[derive(Debug, Serialize)]
pub struct Props {
    /// `Active`, or what is wrong with it in AWS's words.
    state: String,
    package_type: String,
    description: String,
    role: String,
    /// `repository@sha256:…`
    image: String,
    architecture: String,
    memory: i32,
    timeout: i32,
    ephemeral_storage: i32,
    reserved_concurrency: Option<i32>,
    environment: BTreeMap<String, Value>,
    entrypoint: Option<Vec<String>>,
    command: Option<Vec<String>>,
    working_directory: Option<String>,
    tracing: bool,
    subnets: Vec<String>,
    security_groups: Vec<String>,
    tags: tags::Tags,
}

#[derive(Debug, Clone)]
pub struct FunctionOutput {
    pub name: String,
    pub arn: String,
    /// `sha256:…` of what it runs.
    pub digest: String,
}

const ACTIVE: &str = "Active";

impl Props {
    /// What UpdateFunctionConfiguration sets, all at once.
    fn configuration(&self) -> impl PartialEq + '_ {
        let image = (&self.entrypoint, &self.command, &self.working_directory);
        let network = (&self.subnets, &self.security_groups);
        let size = (self.memory, self.timeout, self.ephemeral_storage);
        (&self.description, &self.role, size, &self.environment, image, self.tracing, network)
    }
}

impl Function {
    fn name(&self) -> &str {
        &self.wish.name
    }

    fn image_uri(&self) -> Option<String> {
        Some(format!("{}@{}", self.repository.get()?.uri, self.image.get()?.digest))
    }

    /// A value is shown only where the file itself shows it.
    fn shown(&self, key: &str, value: &str) -> Value {
        match self.wish.environment.get(key) {
            Some(text) if !text.secret => value.into(),
            _ => json!({ SECRET: value }),
        }
    }

    fn output(&self, configuration: &FunctionConfiguration) -> Result<FunctionOutput> {
        let arn = configuration.function_arn.clone().context("Lambda answered without an ARN")?;
        let digest = format!("sha256:{}", configuration.code_sha256().unwrap_or_default());
        Ok(FunctionOutput { name: self.name().to_owned(), arn, digest })
    }

    fn read(
        &self,
        answer: &GetFunctionOutput,
        have: &tags::Tags,
        owner: &crate::engine::Owner,
    ) -> Result<Props> {
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
            tags: self.at.own.managed(have, owner),
        })
    }

    fn variables(&self) -> Environment {
        let variables = self.wish.environment.iter().map(|(k, v)| (k.clone(), v.value.clone())).collect();
        Environment::builder().set_variables(Some(variables)).build()
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

    async fn make(&self, want: &Props, to: &Reporter) -> Result<FunctionOutput> {
        let storage = EphemeralStorage::builder().size(want.ephemeral_storage).build()?;
        let mut request = self.at.cloud.lambda.create_function();
        request = request
            .function_name(self.name())
            .package_type(PackageType::Image)
            .code(FunctionCode::builder().image_uri(&want.image).build())
            .role(&want.role)
            .architectures(Architecture::from(want.architecture.as_str()))
            .memory_size(want.memory)
            .timeout(want.timeout)
            .ephemeral_storage(storage)
            .environment(self.variables())
            .image_config(self.image_config())
            .tracing_config(self.tracing())
            .set_vpc_config(self.wish.vpc.is_some().then(|| self.vpc()))
            .set_description((!want.description.is_empty()).then(|| want.description.clone()))
            .set_tags(Some(want.tags.clone().into_iter().collect()));
        if let Err(e) = call(to, "CreateFunction", || request.clone().send()).await {
            return resume(self, e, want, to).await;
        }
        let settled = self.settled(to).await?;
        if want.reserved_concurrency.is_some() {
            self.set_concurrency(want.reserved_concurrency, to).await?;
        }
        self.output(&settled)
    }

    /// Waits until AWS is done with the last change: nothing else may be changed before.
    async fn settled(&self, to: &Reporter) -> Result<FunctionConfiguration> {
        let request = self.at.cloud.lambda.get_function();
        let request = request.function_name(self.name());
        let ask = || async {
            let answer = call(to, "GetFunction", || request.clone().send()).await?;
            let c = answer.configuration.context("GetFunction answered without a configuration")?;
            Ok(match standing(&c) {
                Standing::Done => Ok(c),
                Standing::Waiting(how) => Err(how),
                Standing::Failed(why) => bail!("the function {} is {why}", self.name()),
            })
        };
        until(to, Patience::BUSY, "the function", ask).await
    }

    async fn configure(&self, want: &Props, to: &Reporter) -> Result<()> {
        let storage = EphemeralStorage::builder().size(want.ephemeral_storage).build()?;
        let mut request = self.at.cloud.lambda.update_function_configuration();
        request = request
            .function_name(self.name())
            .description(&want.description)
            .role(&want.role)
            .memory_size(want.memory)
            .timeout(want.timeout)
            .ephemeral_storage(storage)
            .environment(self.variables())
            .image_config(self.image_config())
            .tracing_config(self.tracing())
            .vpc_config(self.vpc());
        call(to, "UpdateFunctionConfiguration", || request.clone().send()).await?;
        self.settled(to).await.map(drop)
    }

    async fn set_code(&self, want: &Props, to: &Reporter) -> Result<()> {
        let request = self.at.cloud.lambda.update_function_code().function_name(self.name());
        let request =
            request.image_uri(&want.image).architectures(Architecture::from(want.architecture.as_str()));
        call(to, "UpdateFunctionCode", || request.clone().send()).await?;
        self.settled(to).await.map(drop)
    }

    async fn set_concurrency(&self, reserved: Option<i32>, to: &Reporter) -> Result<()> {
        let lambda = &self.at.cloud.lambda;
        match reserved {
            Some(n) => {
                let request = lambda.put_function_concurrency().function_name(self.name());
                let request = request.reserved_concurrent_executions(n);
                call(to, "PutFunctionConcurrency", || request.clone().send()).await.map(drop)
            }
            None => {
                let request = lambda.delete_function_concurrency().function_name(self.name());
                gone(call(to, "DeleteFunctionConcurrency", || request.clone().send()).await)
            }
        }
    }

    async fn set_tags(&self, arn: &str, have: &tags::Tags, want: &tags::Tags, to: &Reporter) -> Result<()> {
        let (set, gone) = tags::difference(have, want);
        if !set.is_empty() {
            let set = set.into_iter().collect();
            let request = self.at.cloud.lambda.tag_resource().resource(arn).set_tags(Some(set));
            call(to, "TagResource", || request.clone().send()).await?;
        }
        if !gone.is_empty() {
            let request = self.at.cloud.lambda.untag_resource().resource(arn).set_tag_keys(Some(gone));
            call(to, "UntagResource", || request.clone().send()).await?;
        }
        Ok(())
    }

    async fn remove(&self, to: &Reporter) -> Result<()> {
        let request = self.at.cloud.lambda.delete_function().function_name(self.name());
        gone(call(to, "DeleteFunction", || request.clone().send()).await)?;
        let request = self.at.cloud.lambda.get_function().function_name(self.name());
        let ask = || async {
            let found = call(to, "GetFunction", || request.clone().send()).await.found()?;
            Ok(found.map_or(Ok(()), |_| Err("it is being deleted".to_owned())))
        };
        until(to, Patience::BUSY, "the function to be gone", ask).await
    }

    /// A function whose creation failed can't be updated, and a Zip function can't become an Image function: made
    /// anew under the same name, with what deletion would lose.
    async fn recreate(
        &self,
        have: &Live<Self>,
        want: &Props,
        to: &Reporter,
    ) -> Result<Applied<FunctionOutput>> {
        let statements = self.foreign_statements(to).await?;
        to.note(format!("the function {} is away from now on", have.output.name));
        let since = Instant::now();
        self.remove(to).await?;
        let output = self.make(want, to).await?;
        for statement in &statements {
            super::permission::add(&self.at, self.name(), statement, to).await?;
        }
        to.note(format!("the function is back after {:.1} s", since.elapsed().as_secs_f64()));
        Ok(Applied::replaced(output))
    }

    async fn foreign_statements(&self, to: &Reporter) -> Result<Vec<Value>> {
        super::permission::statements(&self.at, self.name(), to).await
    }
}

/// How a function stands with its last change.
enum Standing {
    Done,
    Waiting(String),
    Failed(String),
}

fn standing(c: &FunctionConfiguration) -> Standing {
    let reason = c.state_reason().or(c.last_update_status_reason()).unwrap_or("no reason given");
    match (c.state(), c.last_update_status()) {
        (Some(State::Failed), _) => Standing::Failed(format!("Failed: {reason}")),
        (Some(State::Active | State::Inactive) | None, Some(LastUpdateStatus::Failed)) => {
            Standing::Failed(format!("not updated: {reason}"))
        }
        (Some(State::Active | State::Inactive), Some(LastUpdateStatus::Successful)) => Standing::Done,
        // A function that was only just created has no last update.
        (Some(State::Active | State::Inactive), None) => Standing::Done,
        (state, update) => {
            let state = state.map_or("unknown", State::as_str);
            Standing::Waiting(update.map_or(state, LastUpdateStatus::as_str).to_owned())
        }
    }
}

fn state(c: &FunctionConfiguration) -> String {
    match standing(c) {
        Standing::Failed(why) => why,
        Standing::Done | Standing::Waiting(_) => ACTIVE.to_owned(),
    }
}

fn sorted(list: &[String]) -> Vec<String> {
    let mut list = list.to_vec();
    list.sort();
    list
}

impl Resource for Function {
    type Props = Props;
    type Output = FunctionOutput;

    fn id(&self) -> Id {
        self.id.clone()
    }

    fn needs(&self) -> Vec<Id> {
        vec![self.api.clone(), self.role.id(), self.log_group.clone(), self.image.id()]
    }

    fn deleted_before(&self) -> Vec<Id> {
        // The role is still needed for the last log lines, which must find their group.
        vec![self.api.clone(), self.role.id(), self.log_group.clone(), self.repository.id()]
    }

    fn wish(&self, have: Option<&Live<Self>>) -> Result<Props> {
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
            tags: self.at.own.tags(&self.id, have.map(|h| &h.owner)),
        })
    }

    async fn observe(&self) -> Result<Option<Live<Self>>> {
        let to = Reporter::silent(self.id.clone());
        let request = self.at.cloud.lambda.get_function().function_name(self.name());
        let Some(answer) = call(&to, "GetFunction", || request.clone().send()).await.found()? else {
            return Ok(None);
        };
        let configuration = answer.configuration().context("GetFunction answered without a configuration")?;
        let output = self.output(configuration)?;
        let have: tags::Tags =
            answer.tags().into_iter().flatten().map(|(k, v)| (k.clone(), v.clone())).collect();
        let owner = self.at.own.owner(&have, || format!("the function {} ({})", self.name(), output.arn));
        Ok(Some(Live { props: self.read(&answer, &have, &owner)?, output, owner }))
    }

    fn replaces(&self, have: &Live<Self>, _: &Props) -> Option<String> {
        let zip = have.props.package_type != PackageType::Image.as_str();
        zip.then(|| {
            format!(
                "{} is a Zip function, which AWS can't turn into an Image function: it is deleted and made anew (permissions, concurrency and environment are kept), and is away for some seconds",
                self.name()
            )
        })
    }

    async fn create(&self, want: &Props, to: &Reporter) -> Result<FunctionOutput> {
        self.make(want, to).await
    }

    async fn update(
        &self,
        have: &Live<Self>,
        want: &Props,
        to: &Reporter,
    ) -> Result<Applied<FunctionOutput>> {
        let h = &have.props;
        if h.package_type != want.package_type || h.state.starts_with("Failed") {
            return self.recreate(have, want, to).await;
        }
        self.set_tags(&have.output.arn, &h.tags, &want.tags, to).await?;
        // Where the image is gone, AWS refuses every other change until there is one again.
        let code = h.image != want.image || h.architecture != want.architecture || h.state != want.state;
        if h.configuration() != want.configuration() && !code {
            self.configure(want, to).await?;
        } else if code {
            self.set_code(want, to).await?;
            if h.configuration() != want.configuration() {
                self.configure(want, to).await?;
            }
        }
        if h.reserved_concurrency != want.reserved_concurrency {
            self.set_concurrency(want.reserved_concurrency, to).await?;
        }
        let digest = want.image.rsplit('@').next().unwrap_or_default().to_owned();
        Ok(Applied::in_place(FunctionOutput { digest, ..have.output.clone() }))
    }

    async fn delete(&self, _: &Live<Self>, to: &Reporter) -> Result<()> {
        self.remove(to).await
    }
}
