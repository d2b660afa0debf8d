//! `policy`: the IAM policies of whoever deploys the stack, of its functions' boundary, and of GitHub's runs.

use super::session::{self, Session};
use crate::{
    Exit,
    aws::StackAws,
    cli,
    deployer::{Github, Scope, boundary, documents, live, trust},
    exit::Usage,
    stack::{self, Stack, Values},
    ui::{Outcome, Printer},
};
use anyhow::{Context as _, Result};
use std::collections::BTreeSet;

pub(super) async fn run(common: &cli::Common, args: &cli::PolicyArgs, printer: &Printer) -> Result<Exit> {
    if args.pinned {
        let session = Session::open(common, Values::NotNeeded, printer).await?;
        let aws = StackAws::of(&session.stack, &session.cloud, Default::default());
        let scope = live(&aws, &session.stack).await?.with_context(|| session.not_deployed(common))?;
        return show(&scope, args, printer);
    }
    let stack = stack::load(&common.file, Values::NotNeeded, &|name| std::env::var(name).ok())?;
    printer.hide(stack.secrets().map(str::to_owned));
    show(&before(common, &stack), args, printer)
}

/// Without a look at AWS: what is not in the file may be anything.
fn before<'a>(common: &cli::Common, stack: &'a Stack) -> Scope<'a> {
    let any = || "*".to_owned();
    let region = session::region(Some(stack), common, &|name| std::env::var(name).ok());
    let (region, account) = (region.unwrap_or_else(any), stack.account.clone().unwrap_or_else(any));
    Scope { stack, region, account, also: BTreeSet::new(), ids: None }
}

fn show(scope: &Scope<'_>, args: &cli::PolicyArgs, printer: &Printer) -> Result<Exit> {
    if let Some(place) = &args.github {
        let github = Github::of(place, args.branch.as_deref(), args.environment.as_deref()).map_err(Usage)?;
        if scope.account == "*" {
            let why = "a trust policy names one account: write `account:` into the stack file, or add --pinned once the stack is there";
            return Err(Usage(why.to_owned()).into());
        }
        printer.show(Outcome::Policies(&[trust(scope, &github)]));
        printer.say("the trust policy of a role for GitHub Actions; `lambdeploy policy` prints what the role must be allowed to do");
    } else if args.boundary {
        let (policy, unknown) = boundary(scope);
        if !unknown.is_empty() {
            printer.warn(format!("what these policies allow is not in the stack file, and the boundary forbids it: add it by hand ({})", unknown.join(", ")));
        }
        printer.show(Outcome::Policies(&[policy]));
    } else {
        let policies = documents(scope, args.task);
        if policies.len() > 1 {
            printer.say(format!(
                "{} policies, because AWS takes 6144 characters each: attach all of them",
                policies.len()
            ));
        }
        printer.show(Outcome::Policies(&policies));
    }
    if scope.account == "*" {
        printer.say("any account: with `account:` in the stack file, or --pinned, it is only that one");
    }
    Ok(Exit::Done)
}
