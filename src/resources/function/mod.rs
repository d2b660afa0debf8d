//! The Lambda function, pinned to an image by digest.

mod calls;
mod kept_statements;
mod props;
mod standing;

use super::{Context, ImageOutput, RepositoryOutput, RoleOutput, permission};
use crate::{
    aws::{FoundExt, call, tags},
    engine::{Applied, Handle, Id, Live, Reporter, Resource},
    stack,
};
use anyhow::{Context as _, Result};
use aws_sdk_lambda::types::{FunctionConfiguration, PackageType};
pub use kept_statements::KeptStatements;
pub use props::Props;
use std::cell::RefCell;
use tokio::time::Instant;

pub struct Function {
    pub at: Context,
    pub id: Id,
    pub wish: stack::Function,
    pub role: Handle<RoleOutput>,
    pub repository: Handle<RepositoryOutput>,
    pub image: Handle<ImageOutput>,
    pub log_group: Id,
    pub api: Id,
    /// What a run that died left to add again; known once observed.
    pub kept: RefCell<KeptStatements>,
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
    async fn recreate(
        &self,
        have: &Live<Self>,
        want: &Props,
        to: &Reporter,
    ) -> Result<Applied<FunctionOutput>> {
        let name = self.name();
        let kept = KeptStatements::write(&self.at, name, &permission::statement_id(&self.at), to).await?;
        to.note(format!("the function {} is away from now on", have.output.name));
        let since = Instant::now();
        self.remove(to).await?;
        self.kept.replace(kept);
        let output = self.create(want, to).await?;
        to.note(format!("the function {name} was away for {:.1} s", since.elapsed().as_secs_f64()));
        Ok(Applied::replaced(output))
    }

    async fn restore_statements(&self, to: &Reporter) -> Result<()> {
        let kept = self.kept.take();
        kept.restore(&self.at, self.name(), to).await
    }
}

impl Resource for Function {
    type Props = Props;
    type Output = FunctionOutput;

    fn id(&self) -> Id {
        self.id.clone()
    }

    fn called(&self, _: Option<&Live<Self>>) -> String {
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
        let to = self.at.cloud.reporter(&self.id);
        let request = self.at.cloud.lambda.get_function().function_name(self.name());
        let (answer, kept) = tokio::join!(
            async { call(&to, "GetFunction", || request.clone().send()).await.found() },
            KeptStatements::read(&self.at, self.name()),
        );
        self.kept.replace(kept?);
        let Some(answer) = answer? else { return Ok(None) };
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
        let output = self.make(want, to).await?;
        self.restore_statements(to).await?;
        Ok(output)
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
        self.restore_statements(to).await?;
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
        self.remove(to).await?;
        let kept = self.kept.take();
        kept.forget(&self.at, to).await
    }
}
