//! Serves one local AWS on a fixed port, for trying it with other clients:
//! `cargo run -p local-aws --example serve -- 4566 [instant|realistic] [page size]`.

use anyhow::Context;
use bollard::Docker;
use local_aws::{Config, Consistency, DockerEngine, LocalAws};
use std::sync::Arc;
use tokio::net::TcpListener;

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let port: u16 = arguments.next().context("which port?")?.parse().context("the port is not a number")?;
    let consistency = match arguments.next().as_deref() {
        None | Some("instant") => Consistency::Instant,
        Some("realistic") => Consistency::Realistic,
        Some(other) => anyhow::bail!("{other} is neither instant nor realistic"),
    };
    let page_size =
        arguments.next().map(|n| n.parse()).transpose().context("the page size is not a number")?;
    let config = Config { consistency, page_size, ..Config::default() };
    let aws = LocalAws::new(config, Arc::new(DockerEngine::new(Docker::connect_with_defaults()?)))?;
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    println!("http://{}", listener.local_addr()?);
    aws.serve(listener, async { drop(tokio::signal::ctrl_c().await) }).await?;
    Ok(())
}
