//! The Lambda function, pinned to an image by digest.

mod calls;
mod change;
mod concurrency;
mod kept_statements;
mod lost;
mod network;
mod props;
mod readiness;
mod reasons;

use super::{ImageOutput, RepositoryOutput, RoleOutput, StackAws};
use crate::{
    aws::{FoundExt, call, tags},
    engine::{Applied, Handle, Id, Live, Resource, Run},
    stack,
};
use anyhow::{Context as _, Result, bail};
use aws_sdk_lambda::{
    operation::get_function::GetFunctionOutput,
    types::{FunctionConfiguration, PackageType},
};
use change::is_stuck;
pub use concurrency::AccountConcurrency;
pub use kept_statements::KeptStatements;
use lost::Lost;
pub use props::Props;
use std::cell::RefCell;
use tokio::time::Instant;

pub struct Function {
    pub aws: StackAws,
    pub id: Id,
    pub wish: stack::Function,
    pub role: Handle<RoleOutput>,
    pub repository: Handle<RepositoryOutput>,
    pub image: Handle<ImageOutput>,
    pub log_group: Id,
    pub api: Id,
    /// What the file reserves for its other functions.
    pub reserved_for_others: u32,
    /// What a run that died left to add again; known once observed.
    pub kept: RefCell<KeptStatements>,
    /// What the account allows, where the file reserves some of it; known once observed.
    pub concurrency: RefCell<Option<AccountConcurrency>>,
}

#[derive(Debug, Clone)]
pub struct FunctionOutput {
    pub name: String,
    pub arn: String,
    /// `sha256:…` of what it runs.
    pub digest: String,
    /// When AWS says it was last changed; as it was observed.
    pub changed: String,
}

impl Function {
    fn name(&self) -> &str {
        &self.wish.name
    }

    fn image_uri(&self) -> Option<String> {
        Some(format!("{}@{}", self.repository.get()?.uri, self.image.get()?.digest))
    }

    fn output(&self, configuration: &FunctionConfiguration) -> Result<FunctionOutput> {
        let arn = configuration.function_arn.clone().context("Lambda answered without an ARN")?;
        let digest = format!("sha256:{}", configuration.code_sha256().unwrap_or_default());
        let changed = configuration.last_modified().unwrap_or_default().to_owned();
        Ok(FunctionOutput { name: self.name().to_owned(), arn, digest, changed })
    }

    /// A function whose creation failed can't be updated, and a Zip function can't become an Image function: made
    /// anew under the same name, with what deletion would lose.
    async fn recreate(&self, have: &Live<Self>, want: &Props, run: &Run) -> Result<Applied<FunctionOutput>> {
        let name = self.name();
        let kept = KeptStatements::write(&self.aws, name, &have.output.arn, run).await?;
        run.note(format!("the function {} is unavailable until it is recreated", have.output.name));
        let since = Instant::now();
        self.remove(run).await?;
        self.kept.replace(kept);
        let output = self.create(want, run).await?;
        run.note(format!("the function {name} was unavailable for {:.1} s", since.elapsed().as_secs_f64()));
        Ok(Applied::replaced(output))
    }

    async fn restore_statements(&self, arn: &str, run: &Run) -> Result<()> {
        let kept = self.kept.take();
        kept.restore(&self.aws, self.name(), arn, run).await
    }

    /// Asked only where the file reserves some.
    async fn account_concurrency(&self, run: &Run) -> Result<Option<AccountConcurrency>> {
        match self.wish.reserved_concurrency {
            Some(_) => AccountConcurrency::read(&self.aws, run).await,
            None => Ok(None),
        }
    }

    /// Who owns it goes by its tags, which AWS leaves out of its answer where the caller may not list them.
    fn tags_of(&self, answer: &GetFunctionOutput, arn: &str) -> Result<tags::Tags> {
        if let Some(error) = answer.tags_error() {
            bail!(
                "GetFunction does not show the tags of {}: {}: {}\n  → the caller's policy has to allow lambda:ListTags on \
                 {arn}; then run the same command again",
                self.name(),
                error.error_code(),
                error.message()
            );
        }
        Ok(answer.tags().into_iter().flatten().map(|(k, v)| (k.clone(), v.clone())).collect())
    }

    /// What deleting it would lose, where making it anew may come to that.
    async fn lost(
        &self,
        output: &FunctionOutput,
        configuration: &FunctionConfiguration,
        run: &Run,
    ) -> Result<Lost> {
        let image = configuration.package_type() == Some(&PackageType::Image);
        if image && !readiness::is_failed(configuration) {
            return Ok(Lost::default());
        }
        Lost::read(&self.aws, output, configuration, run).await
    }
}

impl Resource for Function {
    type Props = Props;
    type Output = FunctionOutput;

    fn id(&self) -> Id {
        self.id.clone()
    }

    fn aws_name(&self, _: Option<&Live<Self>>) -> String {
        self.name().to_owned()
    }

    fn needs(&self) -> Vec<Id> {
        vec![self.api.clone(), self.role.id(), self.log_group.clone(), self.image.id()]
    }

    fn deleted_before(&self) -> Vec<Id> {
        // The role is still needed for the last log lines, which must find their group.
        vec![self.api.clone(), self.role.id(), self.log_group.clone(), self.repository.id()]
    }

    /// Lambda pulls the image again and assumes the role again whenever it likes.
    fn works_with(&self, have: &Live<Self>) -> Vec<Id> {
        let role = self.role.get().filter(|role| role.arn == have.props.role).map(|_| self.role.id());
        let image = &have.props.image;
        let repository =
            self.repository.get().filter(|r| image.strip_prefix(&r.uri).is_some_and(|i| i.starts_with('@')));
        let repository = repository.map(|_| self.repository.id());
        role.into_iter().chain(repository).chain([self.log_group.clone()]).collect()
    }

    fn wish(&self, have: Option<&Live<Self>>) -> Result<Props> {
        self.wished(have)
    }

    async fn observe(&self) -> Result<Option<Live<Self>>> {
        let run = self.aws.cloud.looking_at(&self.id);
        let request = self.aws.cloud.lambda.get_function().function_name(self.name());
        let (answer, kept, concurrency) = tokio::join!(
            async { call(&run, "GetFunction", || request.clone().send()).await.found() },
            KeptStatements::read(&self.aws, self.name()),
            self.account_concurrency(&run),
        );
        self.kept.replace(kept?);
        self.concurrency.replace(concurrency?);
        let Some(answer) = answer? else { return Ok(None) };
        let configuration = answer.configuration().context("GetFunction answered without a configuration")?;
        let output = self.output(configuration)?;
        if let Some(remark) = readiness::remark(configuration) {
            run.note(format!("{}: {remark}", self.name()));
        }
        let have = self.tags_of(&answer, &output.arn)?;
        let owner =
            self.aws.ownership.owner(&have, || format!("the function {} ({})", self.name(), output.arn));
        let mut props = self.read(&answer, &have, &owner)?;
        props.lost = self.lost(&output, configuration, &run).await?;
        Ok(Some(Live { props, output, owner }))
    }

    fn replaces(&self, have: &Live<Self>, _: &Props) -> Option<String> {
        let lost = have.props.lost.warning();
        if have.props.package_type != PackageType::Image.as_str() {
            return Some(format!(
                "{} is a Zip function, which AWS can't turn into an Image function: it is deleted and recreated (permissions, concurrency and environment are kept), and is unavailable for some seconds{}",
                self.name(),
                lost.map(|l| format!("; {l}")).unwrap_or_default()
            ));
        }
        // It can't be updated, and nobody can have called it: without a loss it needs no consent.
        lost.filter(|_| have.props.is_stillborn()).map(|lost| {
            format!("the creation of {} failed: it is deleted and recreated; {lost}", self.name())
        })
    }

    fn refuses(&self, have: Option<&Live<Self>>, want: &Props) -> Option<String> {
        let anew = |h: &Props| h.package_type != want.package_type || h.is_stillborn();
        let recreated = have.filter(|h| anew(&h.props));
        let statements = recreated.and_then(|h| h.props.lost.refusal(self.name()));
        let variables = || self.unreadable(have?);
        statements.or_else(variables).or_else(|| self.overbooked(have))
    }

    async fn create(&self, want: &Props, run: &Run) -> Result<FunctionOutput> {
        let output = Box::pin(self.make(want, run)).await?;
        self.restore_statements(&output.arn, run).await?;
        Ok(output)
    }

    async fn update(&self, have: &Live<Self>, want: &Props, run: &Run) -> Result<Applied<FunctionOutput>> {
        let h = &have.props;
        if h.package_type != want.package_type {
            return Box::pin(self.recreate(have, want, run)).await;
        }
        self.set_tags(&have.output.arn, &h.tags, &want.tags, run).await?;
        self.restore_statements(&have.output.arn, run).await?;
        match self.change(h, want, run).await {
            Err(e) if is_stuck(&e) && h.is_stillborn() => {
                return Box::pin(self.recreate(have, want, run)).await;
            }
            Err(e) if is_stuck(&e) => bail!(self.only_anew(h, &e)),
            changed => changed?,
        }
        if h.reserved_concurrency != want.reserved_concurrency {
            self.set_concurrency(want.reserved_concurrency, run).await?;
        }
        Ok(Self::in_place(have, want))
    }

    async fn replace(&self, have: &Live<Self>, want: &Props, run: &Run) -> Result<Applied<FunctionOutput>> {
        Box::pin(self.recreate(have, want, run)).await
    }

    async fn delete(&self, have: &Live<Self>, run: &Run) -> Result<()> {
        if !have.props.subnets.is_empty() {
            self.leave_network(run).await?;
        }
        self.remove(run).await?;
        let kept = self.kept.take();
        kept.forget(&self.aws, run).await
    }
}
