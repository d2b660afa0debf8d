//! The local AWS that `--local` works with: one that was named, one that runs, or a new one in the background.

use super::records::{self, PATIENCE, Record};
use crate::{outside::http, ui::Printer};
use anyhow::{Context as _, Result, bail};
use serde::Deserialize;
use std::{
    fs::{self, File},
    process::{Child, Command, Stdio},
    time::Duration,
};
use tokio::time::Instant;

/// Names one that was started by other means, for tests and for several at once.
pub(crate) const VARIABLE: &str = "LAMBDEPLOY_LOCAL";
/// Where AWS's own tools look for AWS.
const ENDPOINT: &str = "AWS_ENDPOINT_URL";

/// The endpoint of the one that the environment names, of the one that runs, or of a new one.
///
/// # Errors
/// When the one that is named does not answer, or a new one does not start; the message has its log.
pub(crate) async fn find_or_start(printer: &Printer) -> Result<String> {
    if let Some((variable, endpoint)) = named() {
        if !is_healthy(&endpoint).await {
            bail!(
                "no local AWS answers at {endpoint}, which {variable} names: start it with `lambdeploy local`, or unset {variable}"
            );
        }
        return Ok(endpoint);
    }
    match records::running().await?.into_iter().next() {
        Some(record) => Ok(record.endpoint),
        None => start(printer).await,
    }
}

/// The variable that names a local AWS, and its endpoint. [`ENDPOINT`] may be about something else than this machine.
pub(crate) fn named() -> Option<(&'static str, String)> {
    let value = |name| std::env::var(name).ok().filter(|v: &String| !v.is_empty());
    let endpoint = |url: String| url.trim_end_matches('/').to_owned();
    let ours = value(VARIABLE).map(|url| (VARIABLE, endpoint(url)));
    ours.or_else(|| value(ENDPOINT).filter(|url| is_here(url)).map(|url| (ENDPOINT, endpoint(url))))
}

/// Whether a URL is one of this machine's own.
fn is_here(url: &str) -> bool {
    let Ok(uri) = url.parse::<::http::Uri>() else { return false };
    let host = uri.host().unwrap_or_default().trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

async fn start(printer: &Printer) -> Result<String> {
    let log = records::folder()?.join("local-aws.log");
    let output = File::create(&log).with_context(|| format!("writing {}", log.display()))?;
    let mut command = Command::new(std::env::current_exe()?);
    command.args(["local", "--background", "--port", &usual_port().to_string()]);
    command.stdin(Stdio::null()).stdout(output.try_clone()?).stderr(output);
    detach(&mut command);
    let child = command.spawn().context("starting the local AWS in the background")?;
    let Some(record) = started(child).await? else {
        bail!("the local AWS did not start:\n{}", fs::read_to_string(&log).unwrap_or_default());
    };
    let endpoint = record.endpoint;
    printer.say(format!(
        "started a local AWS in the background at {endpoint} (`lambdeploy local --stop` stops it)"
    ));
    Ok(endpoint)
}

/// What the new process wrote down, once it answers.
async fn started(mut child: Child) -> Result<Option<Record>> {
    let since = Instant::now();
    while child.try_wait()?.is_none() && since.elapsed() < PATIENCE {
        let running = records::running().await?;
        if let Some(record) = running.into_iter().find(|r| r.pid == child.id()) {
            return Ok(Some(record));
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Ok(None)
}

/// The usual port, or 0 for any other where that is taken.
fn usual_port() -> u16 {
    let usual = super::USUAL_PORT;
    std::net::TcpListener::bind(("127.0.0.1", usual)).map_or(0, |_| usual)
}

/// Its own process group, so that Ctrl-C in this terminal is not for it.
#[cfg(unix)]
fn detach(command: &mut Command) {
    use std::os::unix::process::CommandExt;
    command.process_group(0);
}

#[cfg(windows)]
fn detach(command: &mut Command) {
    use std::os::windows::process::CommandExt;
    const CREATE_NEW_PROCESS_GROUP: u32 = 0x200;
    const DETACHED_PROCESS: u32 = 0x8;
    command.creation_flags(CREATE_NEW_PROCESS_GROUP | DETACHED_PROCESS);
}

/// Whether a local AWS answers there.
pub(crate) async fn is_healthy(endpoint: &str) -> bool {
    let request = http::request("GET", &format!("{endpoint}/_local/health")).timeout(PATIENCE);
    request.send().await.is_ok_and(|r| r.status == 200 && r.text() == "ok\n")
}

/// Whether what it was told holds at once, so that nothing is worth waiting for (`--consistency instant`).
pub(crate) async fn agrees_at_once(endpoint: &str) -> bool {
    #[derive(Deserialize)]
    struct LocalSettings {
        realistic: bool,
    }
    let asked = http::request("GET", &format!("{endpoint}/_local/settings")).send().await;
    let settings = asked.ok().and_then(|r| serde_json::from_slice::<LocalSettings>(&r.body).ok());
    settings.is_some_and(|s| !s.realistic)
}

#[cfg(test)]
mod tests {
    use super::is_here;

    #[test]
    fn only_an_address_of_this_machine_can_be_a_local_aws() {
        for url in ["http://127.0.0.1:4510", "http://localhost:4566/", "http://[::1]:1"] {
            assert!(is_here(url), "{url}");
        }
        for url in
            ["https://sts.us-east-2.amazonaws.com", "http://192.168.1.7:4510", "127.0.0.1.evil.example", ""]
        {
            assert!(!is_here(url), "{url}");
        }
    }
}
