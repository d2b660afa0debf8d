//! What the stack file wishes of a function.

use super::{
    AccountConcurrency, Content, Function, FunctionOutput, KeptStatements, Lost, Settings,
    readiness::{ACTIVE, is_stuck},
    settings::sorted,
};
use crate::{
    aws::Patience,
    engine::{Applied, Found, Kind as _, Need, Run, SECRET, UNKNOWN, Wish},
    resources::{ImageOutput, RepositoryOutput, RestApiOutput, RoleOutput},
    stack,
};
use anyhow::{Result, bail};
use aws_sdk_lambda::types::PackageType;
use serde_json::json;
use std::{cell::RefCell, time::Duration};
use tokio::time::Instant;

pub(crate) struct FunctionWish {
    pub function: Function,
    pub wish: stack::Function,
    pub role: Need<RoleOutput>,
    pub repository: Need<RepositoryOutput>,
    pub image: Need<ImageOutput>,
    /// What the account allows, where the file reserves some of it.
    pub concurrency: Option<Need<Option<AccountConcurrency>>>,
    /// Says whether the stack is paused.
    pub rest_api: Need<RestApiOutput>,
    /// What the file takes for its other functions.
    pub taken_by_others: u32,
    /// The digest of an image of which Lambda can take snapshots.
    pub restorable: RefCell<Option<String>>,
}

/// Lambda lets the start code of a version with a snapshot run for at least so long (`docs/aws.md` 4.8).
const LONGEST_START: Duration = Duration::from_secs(130);

impl FunctionWish {
    fn image_uri(&self) -> Option<String> {
        Some(format!("{}@{}", self.repository.get()?.uri, self.image.get()?.digest))
    }

    /// None runs while the stack is paused.
    pub(in crate::resources) fn concurrency_now(&self) -> Option<u32> {
        let paused = self.rest_api.get().is_some_and(|api| api.paused.is_some());
        if paused { Some(0) } else { self.wish.reserved_concurrency }
    }

    fn wished(&self, found: Option<&Found<Function>>) -> Result<Settings> {
        let f = &self.wish;
        let h = found.map(|f| &f.settings);
        let renews = h.zip(self.role.get()).is_some_and(|(h, role)| h.lost_its_grant(&role));
        let unknown = || UNKNOWN.to_owned();
        let vpc = f.vpc.clone();
        let secret = |text: &stack::Text| {
            if text.secret { json!({ SECRET: text.value }) } else { text.value.clone().into() }
        };
        Ok(Settings {
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
            reserved_concurrency: self.concurrency_now().map(i32::try_from).transpose()?,
            snapstart: f.snapstart,
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
            tags: self.function.aws.ownership.tags(&self.function.id(), found.map(|f| &f.owner)),
            was_active: true,
            failed: false,
            unreadable: None,
            saved: None,
            renews,
            lost: Lost::default(),
        })
    }

    /// What a version of the wished function holds; `None`: not known yet.
    pub(in crate::resources) fn content(&self) -> Option<Content> {
        self.wished(None).ok()?.content()
    }

    /// Whether the role is younger than what was saved then: it has not got the right to decrypt its variables.
    pub(in crate::resources) fn lost_its_grant(&self, saved: Option<i64>) -> bool {
        let made = self.role.get().and_then(|role| role.created);
        !self.wish.environment.is_empty() && made.zip(saved).is_some_and(|(made, saved)| made > saved)
    }

    /// No execution: it can't be called at all.
    pub(in crate::resources) fn reserves_nothing(&self) -> bool {
        self.concurrency_now() == Some(0)
    }

    /// How long AWS may take with a version: with a snapshot it is started first, for as long as a call may take.
    pub(in crate::resources) fn patience(&self) -> Patience {
        let usual = Patience::AT_WORK;
        let start = if self.wish.snapstart { self.time_limit().max(LONGEST_START) } else { Duration::ZERO };
        Patience { budget: usual.budget + start, ..usual }
    }

    /// How long one call may take.
    pub(in crate::resources) fn time_limit(&self) -> Duration {
        Duration::from_secs(self.wish.timeout.into())
    }

    /// A function whose creation failed can't be updated, and a Zip function can't become an Image function: made
    /// anew under the same name, with what deletion would lose.
    async fn recreate(
        &self,
        found: &Found<Function>,
        want: &Settings,
        run: &Run,
    ) -> Result<Applied<FunctionOutput>> {
        let Function { aws, name, .. } = &self.function;
        let kept = KeptStatements::of(aws, &self.function.key, name);
        let written = kept.write(&found.output.arn, run).await?;
        run.note(format!("the function {name} is unavailable until it is recreated"));
        let since = Instant::now();
        self.function.remove(run).await?;
        let output = Box::pin(self.make(want, run)).await?;
        kept.restore(&written, &output.arn, run).await?;
        run.note(format!("the function {name} was unavailable for {:.1} s", since.elapsed().as_secs_f64()));
        Ok(Applied::replaced(output))
    }
}

impl Wish for FunctionWish {
    type Kind = Function;

    fn kind(&self) -> &Function {
        &self.function
    }

    fn settings(&self, found: Option<&Found<Function>>) -> Result<Settings> {
        self.wished(found)
    }

    fn replaces(&self, found: &Found<Function>, _: &Settings) -> Option<String> {
        let (name, lost) = (&self.function.name, found.settings.lost.warning());
        if found.settings.package_type != PackageType::Image.as_str() {
            return Some(format!(
                "{name} is a Zip function, which AWS can't turn into an Image function: it is deleted and recreated (permissions, concurrency and environment are kept), and is unavailable for some seconds{}",
                lost.map(|l| format!("; {l}")).unwrap_or_default()
            ));
        }
        // It can't be updated, and nobody can have called it: without a loss it needs no consent.
        lost.filter(|_| found.settings.is_stillborn())
            .map(|lost| format!("the creation of {name} failed: it is deleted and recreated; {lost}"))
    }

    fn refuses(&self, found: Option<&Found<Function>>, want: &Settings) -> Option<String> {
        let anew = |have: &Settings| have.package_type != want.package_type || have.is_stillborn();
        let recreated = found.filter(|f| anew(&f.settings));
        let statements = recreated.and_then(|f| f.settings.lost.refusal(&self.function.name));
        let variables = || self.unreadable(found?);
        statements.or_else(variables).or_else(|| self.overbooked(found))
    }

    async fn prepare(&self) -> Result<()> {
        self.ensure_snapshots(&self.function.aws.cloud.looking_at(&self.function.id())).await
    }

    async fn create(&self, want: &Settings, run: &Run) -> Result<FunctionOutput> {
        self.ensure_snapshots(run).await?;
        let made = Box::pin(self.make(want, run)).await?;
        Ok(FunctionOutput { is_new: true, ..made })
    }

    async fn update(
        &self,
        found: &Found<Function>,
        want: &Settings,
        run: &Run,
    ) -> Result<Applied<FunctionOutput>> {
        let have = &found.settings;
        if !have.snapstart || have.image != want.image {
            self.ensure_snapshots(run).await?;
        }
        if have.package_type != want.package_type {
            return Box::pin(self.recreate(found, want, run)).await;
        }
        self.function.set_tags(&found.output.arn, &have.tags, &want.tags, run).await?;
        let output = match self.change(found, want, run).await {
            Err(e) if is_stuck(&e) && have.is_stillborn() => {
                return Box::pin(self.recreate(found, want, run)).await;
            }
            Err(e) if is_stuck(&e) => bail!(self.only_anew(have, &e)),
            changed => changed?,
        };
        if have.reserved_concurrency != want.reserved_concurrency {
            self.function.set_concurrency(want.reserved_concurrency, run).await?;
        }
        Ok(Applied::in_place(output))
    }

    async fn replace(
        &self,
        found: &Found<Function>,
        want: &Settings,
        run: &Run,
    ) -> Result<Applied<FunctionOutput>> {
        Box::pin(self.recreate(found, want, run)).await
    }
}
