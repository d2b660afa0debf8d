//! `local --status` and `local --stop`: the local AWSs that run already.

use super::{
    background::{is_healthy, named},
    records::{self, PATIENCE, Record},
};
use crate::{Exit, outside::http, ui::Printer};
use anyhow::{Result, bail};
use std::time::Duration;
use tokio::time::Instant;

/// Lists those that run.
///
/// # Errors
/// When the person's folder can't be read.
pub(super) async fn status(printer: &Printer) -> Result<Exit> {
    let running = records::running().await?;
    let lines: Vec<String> = running.iter().enumerate().map(|(n, record)| line(record, n == 0)).collect();
    let none = vec!["no local AWS is running".to_owned()];
    printer.answer(if lines.is_empty() { none } else { lines }.join("\n"));
    Ok(Exit::Done)
}

fn line(record: &Record, is_first: bool) -> String {
    let Record { endpoint, pid, account, .. } = record;
    let place = if record.background { "in the background" } else { "in a terminal" };
    let used = if is_first { ", used by --local" } else { "" };
    let since = jiff::Timestamp::from_second(record.started).map(|t| t.to_string()).unwrap_or_default();
    format!("{endpoint}  account {account}, {place}, process {pid}, since {since}{used}")
}

/// Ends one: that of `port`, the one that the environment names, or the only one that runs.
///
/// # Errors
/// When it is not said which, or it answers and does not end.
pub(super) async fn stop(port: Option<u16>, printer: &Printer) -> Result<Exit> {
    let Some(endpoint) = which(port).await? else {
        printer.answer("no local AWS is running");
        return Ok(Exit::Done);
    };
    if !is_healthy(&endpoint).await {
        printer.answer(format!("no local AWS is running at {endpoint}"));
        return Ok(Exit::Done);
    }
    http::request("POST", &format!("{endpoint}/_local/stop")).send().await?;
    let since = Instant::now();
    while is_healthy(&endpoint).await {
        if since.elapsed() > PATIENCE {
            bail!(
                "the local AWS at {endpoint} was asked to stop and still runs; `lambdeploy local --status` shows its process, which you can end"
            );
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    printer.answer(format!("stopped the local AWS at {endpoint}; everything in it is gone"));
    Ok(Exit::Done)
}

async fn which(port: Option<u16>) -> Result<Option<String>> {
    if let Some(port) = port {
        return Ok(Some(format!("http://127.0.0.1:{port}")));
    }
    if let Some((_, endpoint)) = named() {
        return Ok(Some(endpoint));
    }
    let running = records::running().await?;
    match running.as_slice() {
        [] => Ok(None),
        [one] => Ok(Some(one.endpoint.clone())),
        several => {
            let all: Vec<_> = several.iter().map(|r| r.endpoint.as_str()).collect();
            bail!("several local AWSs are running ({}): say which with --port", all.join(", "))
        }
    }
}
