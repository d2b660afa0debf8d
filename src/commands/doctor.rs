//! `doctor`: what will go wrong, before it does. It changes nothing, and works without a stack file for what needs none.

use super::{local, session};
use crate::{
    Exit, cli,
    doctor::{Advice, Checkup, Outlook, of_engine},
    stack::{self, Mistake, Stack, Values},
    ui::{Outcome, Printer},
};
use anyhow::Result;

const STACK_FILE: &str = "stack file";

pub(super) async fn run(common: &cli::Common, printer: &Printer) -> Result<Exit> {
    let (stack, of_file) = file(common, printer);
    let (engine, aws, port) =
        tokio::join!(of_engine(stack.as_ref()), of_aws(stack.as_ref(), common, printer), port());
    let all: Vec<Advice> = of_file.into_iter().chain(aws).chain(engine).chain(port).collect();
    printer.show(Outcome::Doctor(&all));
    let fails = all.iter().any(|advice| advice.outlook == Outlook::Fails);
    Ok(if fails { Exit::Pending } else { Exit::Done })
}

/// The stack file, where it is there and can be read, and what there is to say of it.
fn file(common: &cli::Common, printer: &Printer) -> (Option<Stack>, Vec<Advice>) {
    let (about, name) = (STACK_FILE, common.file.display());
    if !common.file.exists() {
        let text = format!("there is no {name}: what is about a stack is left out");
        let todo = "-f names another file; `lambdeploy init` writes a first one";
        return (None, vec![Advice::beware(about, text, todo)]);
    }
    let stack = match stack::load(&common.file, Values::Needed, &|name| std::env::var(name).ok()) {
        Ok(stack) => stack,
        Err(error) => return (None, error.mistakes.iter().map(|it| mistake(&error.file, it)).collect()),
    };
    printer.hide(stack.secrets().map(str::to_owned));
    let mut all: Vec<Advice> = stack.warnings.iter().map(warning).collect();
    if all.is_empty() {
        all.push(Advice::fine(about, format!("{name} is right, and describes the stack {}", stack.name)));
    }
    all.push(pages(&stack));
    (Some(stack), all)
}

fn mistake(file: &str, it: &Mistake) -> Advice {
    let hints = it.expected.iter().chain(&it.help).map(|hint| format!(": {hint}"));
    Advice::fails(STACK_FILE, it.message.as_str(), place(file, it) + &hints.collect::<String>())
}

fn warning(it: &stack::Warning) -> Advice {
    Advice::beware(STACK_FILE, it.mistake.message.as_str(), place(&it.file, &it.mistake))
}

/// Where it is to be corrected.
fn place(file: &str, it: &Mistake) -> String {
    it.line().map_or_else(|| file.to_owned(), |line| format!("{file}, line {line}"))
}

/// Who is surprised by CORS is so in a browser, at the very end.
fn pages(stack: &Stack) -> Advice {
    match &stack.api.cors {
        None => {
            Advice::fine("cors", "no page of another origin can call it (`api.cors.origins` lets pages in)")
        }
        Some(cors) => Advice::fine("cors", format!("pages of {} can call it", cors.origins.join(", "))),
    }
}

async fn of_aws(stack: Option<&Stack>, common: &cli::Common, printer: &Printer) -> Vec<Advice> {
    match session::connect(stack, common, printer).await {
        Ok(cloud) => Checkup::new(stack, &cloud).of_aws().await,
        Err(error) => vec![Advice::failing("aws", &error)],
    }
}

/// The local AWS's usual port, for `--local`.
async fn port() -> Option<Advice> {
    let (port, is_ours) = local::usual_port().await?;
    Some(match is_ours {
        Some(endpoint) => Advice::fine("port", format!("the local AWS runs at {endpoint}")),
        None if std::net::TcpListener::bind(("127.0.0.1", port)).is_ok() => {
            Advice::fine("port", format!("{port} is free for the local AWS"))
        }
        None => Advice::beware(
            "port",
            format!("{port} is taken by another program: --local takes any other that is free"),
            format!("end that program where somebody counts on the local AWS at {port}"),
        ),
    })
}
