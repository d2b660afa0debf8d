//! `local-aws`: one local AWS in the foreground, without the program that it was made for.

use anyhow::{Context, Result};
use bollard::Docker;
use clap::{Parser, ValueEnum};
use local_aws::{Config, Consistency, ContainerEngine, DockerEngine, LocalAws, NoContainers, interrupted};
use std::{net::Ipv4Addr, sync::Arc, time::Duration};
use tokio::net::TcpListener;

/// The part of AWS that a container function behind an API needs, on 127.0.0.1. Point AWS's SDKs at it with
/// AWS_ENDPOINT_URL; any access key will do. All that is in it goes when it ends.
#[derive(Debug, Parser)]
#[command(version, max_term_width = 100)]
struct Arguments {
    /// The port on 127.0.0.1; 0 takes any that is free
    #[arg(long, default_value_t = 4510)]
    port: u16,
    /// How soon it agrees with what it was told, and whether it enforces AWS's request quotas
    #[arg(long, value_enum, default_value_t = Agreement::Instant)]
    consistency: Agreement,
    /// Added to every AWS request
    #[arg(long, default_value_t = 0, value_name = "N")]
    latency_ms: u64,
    /// Decides ids, key values and the exact delays (default: random)
    #[arg(long)]
    seed: Option<u64>,
    /// The account, twelve digits
    #[arg(long, default_value = "000000000000", value_parser = account)]
    account: String,
    /// Executions that the account may have at once; new accounts have 10
    #[arg(long, default_value_t = 1000, value_name = "N")]
    concurrency: u32,
    /// Items on a page of every list, at most (default: as many as AWS)
    #[arg(long, value_name = "N")]
    page_size: Option<usize>,
    /// Don't print the requests and what functions write
    #[arg(long)]
    quiet: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Agreement {
    /// At once
    Instant,
    /// As slowly as AWS
    Realistic,
}

fn account(text: &str) -> Result<String, String> {
    let is_account = text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit());
    if is_account { Ok(text.to_owned()) } else { Err("an account number has twelve digits".to_owned()) }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, arguments.port)).await;
    let listener = listener.with_context(|| {
        format!("port {} of 127.0.0.1 is not free; choose another with --port", arguments.port)
    })?;
    let aws = LocalAws::new(arguments.config()?, engine().await)?;
    let endpoint = format!("http://{}", listener.local_addr()?);
    println!("AWS_ENDPOINT_URL={endpoint}");
    if !arguments.quiet {
        aws.watch(|line| eprintln!("{line}"));
    }
    Ok(aws.serve(listener, interrupted()).await?)
}

impl Arguments {
    fn config(&self) -> Result<Config> {
        Ok(Config {
            account: self.account.clone(),
            latency: Duration::from_millis(self.latency_ms),
            consistency: match self.consistency {
                Agreement::Instant => Consistency::Instant,
                Agreement::Realistic => Consistency::Realistic,
            },
            seed: self.seed.map_or_else(local_aws::random_seed, Ok)?,
            page_size: self.page_size,
            concurrency: self.concurrency,
        })
    }
}

/// Docker, where DOCKER_HOST or the usual socket has it; without one everything works but running functions.
async fn engine() -> Arc<dyn ContainerEngine> {
    match docker().await {
        Ok(docker) => Arc::new(DockerEngine::new(docker)),
        Err(error) => {
            eprintln!("functions can't run here: no Docker engine answers ({error})");
            Arc::new(NoContainers)
        }
    }
}

async fn docker() -> Result<Docker, bollard::errors::Error> {
    let docker = Docker::connect_with_defaults()?;
    docker.ping().await?;
    Ok(docker)
}
