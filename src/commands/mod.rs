//! One file a command: load, build the graph, run it beside a UI, say how it ended.

mod call;
mod canary;
mod cause;
mod checked;
mod commit;
mod completions;
mod cost;
mod destroy;
mod doctor;
mod env_file;
mod init;
mod key;
mod list;
#[cfg_attr(not(feature = "local"), path = "no_local.rs")]
mod local;
mod logs;
mod man;
mod metrics;
pub(crate) mod output;
mod pause;
mod plan;
mod policy;
mod promote;
mod releases;
mod rollback;
mod schema;
pub(crate) mod session;
mod status;
mod up;
mod verify;

use crate::{
    cli::{Cli, Command},
    exit::Exit,
    ui::{Outcome, Printer},
};
use anyhow::Result;

/// Runs the command, prints its error if it has one, and gives the exit code.
pub(crate) async fn run(cli: Cli) -> Exit {
    let printer = Printer::of(&cli.common);
    let result = dispatch(cli, &printer).await;
    let exit = match &result {
        Ok(exit) => *exit,
        Err(error) => Exit::of(error),
    };
    if let Err(error) = result {
        printer.show(Outcome::Failure(&error));
    }
    printer.end(exit);
    exit
}

async fn dispatch(cli: Cli, printer: &Printer) -> Result<Exit> {
    let common = &cli.common;
    match cli.command {
        Command::Init(args) => init::run(common, &args, printer),
        Command::Up(args) => up::run(common, &args, printer).await,
        Command::Plan(args) => plan::run(common, &args, printer).await,
        Command::Status => status::run(common, printer).await,
        Command::Destroy(args) => destroy::run(common, &args, printer).await,
        Command::Output(args) => output::run(common, &args, printer).await,
        Command::Call(args) => call::run(common, &args, printer).await,
        Command::Logs(args) => logs::run(common, &args, printer).await,
        Command::Verify(args) => verify::run(common, &args, printer).await,
        Command::Metrics(args) => metrics::run(common, &args, printer).await,
        Command::Doctor => doctor::run(common, printer).await,
        Command::Cost(args) => cost::run(common, &args, printer).await,
        Command::Pause => pause::shut(common, printer).await,
        Command::Resume => pause::open(common, printer).await,
        Command::Key(args) => key::run(common, &args.action, printer).await,
        Command::Releases => releases::run(common, printer).await,
        Command::Rollback(args) => rollback::run(common, &args, printer).await,
        Command::Promote => promote::run(common, printer).await,
        Command::List => list::run(common, printer).await,
        Command::Local(args) => local::run(&args, printer).await,
        Command::Policy(args) => policy::run(common, &args, printer).await,
        Command::Schema => Ok(schema::run(printer)),
        Command::Completions(args) => completions::run(&args, printer),
        Command::Man(args) => man::run(&args, printer),
    }
}
