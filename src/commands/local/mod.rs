//! `local`: the local AWS in the foreground; `--status` and `--stop` for those that run.

pub(super) mod background;

mod others;
mod records;

use crate::{Exit, cli, docker, exit::Usage, ui::Printer};
use anyhow::{Context as _, Result};
use local_aws::{Config, Consistency, ContainerEngine, DockerEngine, LocalAws, NoContainers, interrupted};
use records::Record;
use std::{convert::Infallible, net::Ipv4Addr, sync::Arc, time::Duration};
use tokio::{net::TcpListener, sync::mpsc};

/// Where people expect it.
const USUAL_PORT: u16 = 4510;
/// The most lines that wait for the terminal.
const UNREAD: usize = 10_000;

pub(super) async fn run(args: &cli::LocalArgs, printer: &Printer) -> Result<Exit> {
    if args.stop {
        return others::stop(args.port, printer).await;
    }
    if args.status {
        return others::status(printer).await;
    }
    if args.account.len() != 12 || !args.account.bytes().all(|b| b.is_ascii_digit()) {
        return Err(Usage(format!(
            "--account {} is not an account number, which has twelve digits",
            args.account
        ))
        .into());
    }
    serve(args, printer).await
}

async fn serve(args: &cli::LocalArgs, printer: &Printer) -> Result<Exit> {
    let port = args.port.unwrap_or(USUAL_PORT);
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await;
    let listener = listener
        .with_context(|| format!("port {port} of 127.0.0.1 is not free; choose another with --port"))?;
    let endpoint = format!("http://{}", listener.local_addr()?);
    let aws = LocalAws::new(config(args)?, engine(printer).await)?;
    let record = Record::new(&aws, &endpoint, &args.account, args.background);
    let older = records::running().await?.into_iter().next();
    record.keep()?;
    printer.answer(format!(
        "local AWS at {endpoint} (AWS_ENDPOINT_URL={endpoint}, any access key; requests: {endpoint}/_local/requests)"
    ));
    if let Some(older) = older {
        printer.answer(format!(
            "--local goes to {}, which was there before; set {}={endpoint} to use this one",
            older.endpoint,
            background::VARIABLE
        ));
    }
    let (tell, lines) = mpsc::channel(UNREAD);
    if !args.background {
        // Where the terminal takes no more lines, nothing waits for it.
        aws.watch(move |line| drop(tell.try_send(line)));
    }
    let served = tokio::select! {
        served = aws.serve(listener, interrupted()) => served,
        never = show(lines, printer) => match never {},
    };
    record.forget()?;
    served?;
    Ok(Exit::Done)
}

/// The port where people expect a local AWS, and the endpoint of the one that runs, wherever it does.
pub(super) async fn usual_port() -> Option<(u16, Option<String>)> {
    let running = records::running().await.ok()?;
    Some((USUAL_PORT, running.into_iter().next().map(|record| record.endpoint)))
}

/// Shows what happens, for as long as it is served.
async fn show(mut lines: mpsc::Receiver<String>, printer: &Printer) -> Infallible {
    while let Some(line) = lines.recv().await {
        printer.say(line);
    }
    std::future::pending().await
}

/// The person's Docker; without one everything works but running functions.
async fn engine(printer: &Printer) -> Arc<dyn ContainerEngine> {
    match docker::connect().await {
        Ok(connection) => Arc::new(DockerEngine::new(connection.client)),
        Err(error) => {
            printer.warn(format!("this local AWS can't run functions: {error:#}"));
            Arc::new(NoContainers)
        }
    }
}

fn config(args: &cli::LocalArgs) -> Result<Config> {
    let consistency = match args.consistency {
        cli::Consistency::Instant => Consistency::Instant,
        cli::Consistency::Realistic => Consistency::Realistic,
    };
    Ok(Config {
        account: args.account.clone(),
        latency: Duration::from_millis(args.latency_ms),
        concurrency: args.concurrency,
        consistency,
        seed: args.seed.map_or_else(local_aws::random_seed, Ok)?,
        ..Config::default()
    })
}
