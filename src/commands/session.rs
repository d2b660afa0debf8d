//! What the commands share: the stack file, the clients, Ctrl-C.

use super::local::background;
use crate::{
    aws::{Cloud, Destination, ProfileWish, StackAws, Target},
    cli::Common,
    cost::Cost,
    docker::{self, Docker},
    engine::Stop,
    exit::Usage,
    stack::{self, Function, Stack, Values},
    ui::{Outcome, Printer},
};
use anyhow::Result;
use std::rc::Rc;

/// For commands that change something.
pub(crate) const CHANGES_STOP: &str = "stopping: calls that have begun will finish, nothing new starts";
/// For commands that only read.
pub(crate) const READING_STOPS: &str = "stopping";

/// A stack and the AWS it is for.
pub(crate) struct Session {
    pub stack: Stack,
    pub cloud: Rc<Cloud>,
    pub stop: Stop,
    docker: Rc<dyn Docker>,
}

impl Session {
    /// Reads the file, makes the clients, and for `--local` finds or starts the local AWS.
    ///
    /// # Errors
    /// A wrong stack file, no region, a local AWS that does not start.
    pub(crate) async fn open(common: &Common, values: Values, printer: &Printer) -> Result<Self> {
        let stack = stack::load(&common.file, values, &|name| std::env::var(name).ok())?;
        printer.hide(stack.secrets().map(str::to_owned));
        printer.hide(stack.api.key_values.values().map(|value| value.value.clone()));
        for warning in &stack.warnings {
            printer.show(Outcome::FileWarning(warning));
        }
        let cloud = connect(Some(&stack), common, printer).await?;
        Ok(Self { stack, cloud, stop: Stop::default(), docker: Rc::new(docker::Engine::new()) })
    }

    /// The AWS of the stack.
    pub(crate) fn aws(&self) -> StackAws {
        StackAws::of(&self.stack, &self.cloud, Default::default())
    }

    /// Where this changes things.
    ///
    /// # Errors
    /// Before the caller is known, which is a mistake in the program.
    pub(crate) fn destination(&self) -> Result<Destination> {
        Destination::of(&self.cloud)
    }

    /// The function of this key.
    ///
    /// # Errors
    /// The stack file has none.
    pub(crate) fn function(&self, key: &str) -> Result<&Function> {
        self.stack.functions.get(key).ok_or_else(|| {
            Usage(format!("the stack file has no function {key}; it has {}", self.function_keys())).into()
        })
    }

    /// All functions' keys, for a sentence.
    pub(crate) fn function_keys(&self) -> String {
        self.stack.functions.keys().map(String::as_str).collect::<Vec<_>>().join(", ")
    }

    /// Why a command that needs a deployed stack can't do its work, and what to do.
    pub(crate) fn not_deployed(&self, common: &Common) -> String {
        let (name, region) = (&self.stack.name, &self.cloud.region);
        format!("the stack {name} is not deployed in {region}; `{}` deploys it", common.again("up"))
    }

    /// What the stack can cost at most where it goes to.
    ///
    /// # Errors
    /// As [`Cost::of`].
    pub(crate) fn cost(&self) -> Result<Cost> {
        Cost::of(&self.stack, &self.cloud.region)
    }

    /// What AWS advises against, once the caller is known.
    ///
    /// # Errors
    /// When nobody has asked yet who calls.
    pub(crate) fn warn_of_root(&self, printer: &Printer) -> Result<()> {
        if self.cloud.identity()?.is_root() {
            printer.warn("these are the root user's credentials, which AWS advises to use in emergencies only: choose those of an IAM user or role (--profile)");
        }
        Ok(())
    }

    /// The person's Docker, connected to when it is first needed.
    pub(crate) fn docker(&self) -> Rc<dyn Docker> {
        Rc::clone(&self.docker)
    }

    /// The first Ctrl-C stops gently, the second at once. `meaning`: what stopping means for this command.
    pub(crate) fn listen_for_ctrl_c(&self, meaning: &'static str, printer: &Printer) {
        let (stop, printer) = (self.stop.clone(), printer.clone());
        tokio::task::spawn_local(async move {
            if tokio::signal::ctrl_c().await.is_err() {
                return;
            }
            // Where a question is left, nothing has begun.
            if !printer.is_asking() {
                printer.say(format!("{meaning} (Ctrl-C again to exit at once)"));
            }
            stop.now();
            if tokio::signal::ctrl_c().await.is_ok() {
                std::process::exit(130);
            }
        });
    }
}

/// The clients alone, for what is about no stack in particular. A stack file that is there says region and profile.
///
/// # Errors
/// As [`Session::open`].
pub(crate) async fn cloud(common: &Common, printer: &Printer) -> Result<Rc<Cloud>> {
    let stack = if common.file.exists() {
        Some(stack::load(&common.file, Values::NotNeeded, &|name| std::env::var(name).ok())?)
    } else {
        None
    };
    connect(stack.as_ref(), common, printer).await
}

/// The clients, for a stack file that was read already, or for none.
///
/// # Errors
/// As [`Session::open`], but for the stack file.
pub(super) async fn connect(stack: Option<&Stack>, common: &Common, printer: &Printer) -> Result<Rc<Cloud>> {
    let cloud = Cloud::connect(target(stack, common, printer).await?).await?;
    cloud.tell(printer.events());
    Ok(cloud)
}

async fn target(stack: Option<&Stack>, common: &Common, printer: &Printer) -> Result<Target> {
    let region = region(stack, common, &|name| std::env::var(name).ok());
    if common.local {
        let account = stack.and_then(|s| s.account.clone()).unwrap_or_else(|| "000000000000".to_owned());
        let endpoint = background::find_or_start(printer).await?;
        return Ok(Target::Local {
            endpoint,
            account,
            region: region.unwrap_or_else(|| "us-east-1".to_owned()),
        });
    }
    let line = stack.and_then(|s| s.profile_line).unwrap_or_default();
    let place = format!("{}, line {line},", common.file.display());
    let in_file = stack.and_then(|s| s.profile.clone()).map(|name| (name, place));
    Ok(Target::Aws { profile: ProfileWish { asked: common.profile.clone(), in_file }, region })
}

/// `--region`, then the environment, then the stack file; what none of them says is the profile's.
pub(super) fn region(
    stack: Option<&Stack>,
    common: &Common,
    environment: &dyn Fn(&str) -> Option<String>,
) -> Option<String> {
    let set = |name| environment(name).filter(|v| !v.is_empty());
    let environment = set("AWS_REGION").or_else(|| set("AWS_DEFAULT_REGION"));
    common.region.clone().or(environment).or_else(|| stack?.region.clone())
}
