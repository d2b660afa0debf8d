//! What the commands share: the stack file, the clients, the account guard, Ctrl-C.

use super::local::background;
use crate::{
    aws::{Cloud, Target},
    cli::Common,
    docker::{self, Docker},
    engine::Stop,
    stack::{self, Stack, Values},
    ui::Printer,
};
use anyhow::Result;
use std::rc::Rc;

/// A stack and the AWS it is for.
pub struct Session {
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
    pub async fn open(common: &Common, values: Values, printer: &Printer) -> Result<Self> {
        let stack = stack::load(&common.file, values, &|name| std::env::var(name).ok())?;
        printer.hide(stack.secrets().map(str::to_owned));
        for warning in &stack.warnings {
            printer.warn(warning);
        }
        let cloud = Cloud::connect(target(&stack, common, printer).await?).await?;
        cloud.tell(printer.sink());
        Ok(Self { stack, cloud, stop: Stop::default(), docker: Rc::new(docker::Engine::new()) })
    }

    /// What AWS advises against, once the caller is known.
    ///
    /// # Errors
    /// When nobody has asked yet who calls.
    pub fn warn_of_root(&self, printer: &Printer) -> Result<()> {
        if self.cloud.identity()?.is_root() {
            printer.warn("these are the root user's credentials; AWS advises against using them for anything but emergencies");
        }
        Ok(())
    }

    /// The person's Docker, connected to when it is first needed.
    pub fn docker(&self) -> Rc<dyn Docker> {
        Rc::clone(&self.docker)
    }

    /// The first Ctrl-C stops gently, the second at once.
    pub fn listen_for_ctrl_c(&self, printer: &Printer) {
        let (stop, printer) = (self.stop.clone(), printer.clone());
        tokio::task::spawn_local(async move {
            if tokio::signal::ctrl_c().await.is_err() {
                return;
            }
            stop.now();
            printer
                .say("stopping: calls in flight finish, nothing new starts (Ctrl-C again to exit at once)");
            if tokio::signal::ctrl_c().await.is_ok() {
                std::process::exit(130);
            }
        });
    }
}

async fn target(stack: &Stack, common: &Common, printer: &Printer) -> Result<Target> {
    let region = common.region.clone().or_else(|| stack.region.clone());
    if common.local {
        let account = stack.account.clone().unwrap_or_else(|| "000000000000".to_owned());
        let endpoint = background::find_or_start(printer).await?;
        return Ok(Target::Local {
            endpoint,
            account,
            region: region.unwrap_or_else(|| "us-east-1".to_owned()),
        });
    }
    let profile =
        common.profile.clone().or_else(|| stack.profile.clone().filter(|_| !environment_has_credentials()));
    Ok(Target::Aws { profile, region })
}

/// The environment (a CI job's keys, OIDC, a chosen profile) comes before the file's `profile:`.
fn environment_has_credentials() -> bool {
    [
        "AWS_ACCESS_KEY_ID",
        "AWS_WEB_IDENTITY_TOKEN_FILE",
        "AWS_PROFILE",
        "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
        "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    ]
    .iter()
    .any(|name| std::env::var_os(name).is_some_and(|v| !v.is_empty()))
}
