//! The Lambda function, pinned to an image by digest.

mod calls;
mod change;
mod concurrency;
mod content;
mod kept_statements;
mod lost;
mod network;
mod outdated;
mod readiness;
mod reasons;
mod settings;
mod snapshots;
mod wish;

use super::{leftovers::Listed, log_group};
use crate::{
    aws::{StackAws, ordered, tags},
    engine::{Breaks, Deletable, Found, Kind, Link, Run, Words},
    resources::chains,
    stack::Entry,
};
use anyhow::{Context as _, Result, bail};
use aws_sdk_lambda::{
    operation::get_function::GetFunctionOutput,
    types::{FunctionConfiguration, PackageType},
};
pub(crate) use calls::NotStarted;
pub(super) use calls::{number, settled};
pub(crate) use concurrency::{AccountConcurrency, reservable};
pub(super) use content::Content;
pub(crate) use kept_statements::{KeptStatements, RestoredStatements};
use lost::Lost;
pub(super) use outdated::{is_outdated, or_again};
pub(super) use settings::Settings;
pub(crate) use wish::FunctionWish;

pub(crate) struct Function {
    pub aws: StackAws,
    pub key: String,
    pub name: String,
}

#[derive(Debug, Clone)]
pub struct FunctionOutput {
    pub arn: String,
    /// When it was last changed, in seconds since 1970.
    pub(super) saved: Option<i64>,
    /// What a version of it would hold; `None`: not known, because the image is not.
    pub(super) content: Option<Content>,
    /// Hexadecimal, of the image.
    pub(super) code_sha256: String,
    /// Of what was read or written last: a write under it fails where somebody else has written since.
    pub(super) revision: String,
    /// The version that this run published with the change.
    pub(super) published: Option<u64>,
    /// This run made it: nobody has permitted anything on it before.
    pub(in crate::resources) is_new: bool,
}

impl Function {
    fn output(
        configuration: &FunctionConfiguration,
        content: Option<Content>,
        published: Option<u64>,
    ) -> Result<FunctionOutput> {
        let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
        Ok(FunctionOutput {
            arn: configuration.function_arn.clone().context("Lambda answered without an ARN")?,
            saved: configuration.last_modified().and_then(settings::seconds),
            content,
            code_sha256: text(configuration.code_sha256()),
            revision: text(configuration.revision_id()),
            published,
            is_new: false,
        })
    }

    /// Who owns it goes by its tags, which AWS leaves out of its answer where the caller may not list them.
    fn tags_of(&self, answer: &GetFunctionOutput, arn: &str) -> Result<tags::Tags> {
        if let Some(error) = answer.tags_error() {
            bail!(
                "GetFunction does not show the tags of {}: {}: {}\n  → the caller's policy has to allow lambda:ListTags on \
                 {arn}; then run the same command again",
                self.name,
                error.error_code(),
                error.message()
            );
        }
        Ok(ordered(answer.tags()))
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
        Lost::read(&self.aws, (&self.name, &output.arn), configuration, run).await
    }
}

impl Kind for Function {
    const NAME: &'static str = "function";
    const WORDS: &'static [Words] = &[Words::new(
        "image",
        "the function runs the new one",
        "in AWS is another one than the stack file's",
    )];
    const LINKS: &'static [Link] = &[Link::first(chains::FUNCTION, Breaks::Never)];
    type Settings = Settings;
    type Output = FunctionOutput;

    fn key(&self) -> &str {
        &self.key
    }

    fn aws_name(&self, _: Option<&Found<Self>>) -> String {
        self.name.clone()
    }

    async fn find(&self) -> Result<Option<Found<Self>>> {
        let run = self.aws.cloud.looking_at(&self.id());
        let found = self.aws.cloud.function(&self.name, None).await?;
        let Some(answer) = found.as_ref() else { return Ok(None) };
        let configuration = answer.configuration().context("GetFunction answered without a configuration")?;
        let seen = Settings::read(answer, tags::Tags::new())?;
        let output = Self::output(configuration, seen.content(), None)?;
        if let Some(remark) = readiness::remark(configuration) {
            run.note(format!("{}: {remark}", self.name));
        }
        let tags = self.tags_of(answer, &output.arn)?;
        let owner =
            self.aws.ownership.owner(&tags, || format!("the function {} ({})", self.name, output.arn));
        let lost = self.lost(&output, configuration, &run).await?;
        let settings = Settings { lost, tags: self.aws.ownership.managed(&tags, &owner), ..seen };
        Ok(Some(Found { settings, output, owner }))
    }
}

impl Deletable for Function {
    /// Lambda pulls the image again and assumes the role again whenever it likes.
    fn works_with(&self, found: &Found<Self>) -> Vec<String> {
        let repository = found.settings.image.split('@').next().unwrap_or_default();
        vec![found.settings.role.clone(), repository.to_owned(), log_group::name_of(&self.name)]
    }

    async fn delete(&self, found: &Found<Self>, run: &Run) -> Result<()> {
        if !found.settings.subnets.is_empty() {
            self.leave_network(run).await?;
        }
        self.remove(run).await
    }
}

impl Listed for Function {
    // The role is still needed for the last log lines, which must find their group.
    const OUTLIVED_BY: &'static [&'static str] = &["role", "log-group", "repository"];

    fn of(aws: &StackAws, entry: &Entry) -> Self {
        Self { aws: aws.clone(), key: entry.key.clone(), name: entry.name.clone() }
    }
}
