//! The local AWS in the background: where its address is kept, how it is started and stopped.

use crate::{Exit, outside::http, ui::Printer};
use anyhow::{Context as _, Result, bail};
use serde::{Deserialize, Serialize};
use std::{
    fs::{self, File},
    io::ErrorKind,
    path::PathBuf,
    process::{Command, Stdio},
    time::Duration,
};

/// What is kept of the one that runs.
#[derive(Debug, Serialize, Deserialize)]
struct Address {
    endpoint: String,
    pid: u32,
}

/// Names one that was started by other means, for tests and for several at once.
const VARIABLE: &str = "LAMBDEPLOY_LOCAL";

/// A start takes milliseconds; on a busy machine seconds.
const START: Duration = Duration::from_secs(20);

/// The endpoint of the one that runs, or of a new one.
///
/// # Errors
/// When it does not start; the message has its log.
pub async fn find_or_start(printer: &Printer) -> Result<String> {
    if let Ok(endpoint) = std::env::var(VARIABLE) {
        let endpoint = endpoint.trim_end_matches('/').to_owned();
        if !is_healthy(&endpoint).await {
            bail!(
                "no local AWS answers at {endpoint}, which {VARIABLE} names: start it with `lambdeploy local`, or unset {VARIABLE}"
            );
        }
        return Ok(endpoint);
    }
    if let Some(address) = address()?
        && is_healthy(&address.endpoint).await
    {
        return Ok(address.endpoint);
    }
    start(printer).await
}

async fn start(printer: &Printer) -> Result<String> {
    let log = folder()?.join("local-aws.log");
    let port = free_port()?;
    let output = File::create(&log).with_context(|| format!("writing {}", log.display()))?;
    let mut command = Command::new(std::env::current_exe()?);
    command.args(["local", "--port", &port.to_string()]);
    command.stdin(Stdio::null()).stdout(output.try_clone()?).stderr(output);
    detach(&mut command);
    let mut child = command.spawn().context("starting the local AWS in the background")?;
    let endpoint = format!("http://127.0.0.1:{port}");
    let since = tokio::time::Instant::now();
    while !is_healthy(&endpoint).await {
        if child.try_wait()?.is_some() || since.elapsed() > START {
            bail!("the local AWS did not start:\n{}", fs::read_to_string(&log).unwrap_or_default());
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    printer.say(&format!(
        "started a local AWS in the background at {endpoint} (end it with `lambdeploy local --stop`)"
    ));
    Ok(endpoint)
}

/// The usual port, or any other that is free.
fn free_port() -> Result<u16> {
    let any = |port| std::net::TcpListener::bind(("127.0.0.1", port)).and_then(|l| l.local_addr());
    Ok(any(4510).or_else(|_| any(0))?.port())
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

/// Ends the one in the background.
///
/// # Errors
/// When it answers and does not end.
pub async fn stop(printer: &Printer) -> Result<Exit> {
    let running = match address()? {
        Some(address) if is_healthy(&address.endpoint).await => address,
        _ => {
            printer.out("no local AWS is running");
            return Ok(Exit::Done);
        }
    };
    http::request("POST", &format!("{}/_local/stop", running.endpoint)).send().await?;
    let since = tokio::time::Instant::now();
    while is_healthy(&running.endpoint).await {
        if since.elapsed() > START {
            bail!("the local AWS at {} (process {}) does not end", running.endpoint, running.pid);
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    printer.out(&format!("ended the local AWS at {}; everything in it is gone", running.endpoint));
    Ok(Exit::Done)
}

/// Where none is, the connection is refused at once; one that is slow on a busy machine is there all the same.
async fn is_healthy(endpoint: &str) -> bool {
    let request = http::request("GET", &format!("{endpoint}/_local/health")).timeout(START);
    request.send().await.is_ok_and(|r| r.status == 200)
}

/// Whether what it was told holds at once, so that nothing is worth waiting for (`--consistency instant`).
pub async fn agrees_at_once(endpoint: &str) -> bool {
    #[derive(Deserialize)]
    struct Settings {
        realistic: bool,
    }
    let asked = http::request("GET", &format!("{endpoint}/_local/settings")).send().await;
    let settings = asked.ok().and_then(|r| serde_json::from_slice::<Settings>(&r.body).ok());
    settings.is_some_and(|s| !s.realistic)
}

/// Keeps the address for later commands.
///
/// # Errors
/// When the folder can't be written to.
pub fn remember(endpoint: &str) -> Result<()> {
    let address = Address { endpoint: endpoint.to_owned(), pid: std::process::id() };
    let file = file()?;
    fs::write(&file, serde_json::to_string(&address)?).with_context(|| format!("writing {}", file.display()))
}

/// Forgets the address, if it is still this one's.
///
/// # Errors
/// When the folder can't be written to.
pub fn forget(endpoint: &str) -> Result<()> {
    if address()?.is_some_and(|a| a.endpoint == endpoint) {
        fs::remove_file(file()?)?;
    }
    Ok(())
}

fn address() -> Result<Option<Address>> {
    match fs::read_to_string(file()?) {
        // What can't be read was written by another version: as good as none.
        Ok(text) => Ok(serde_json::from_str(&text).ok()),
        Err(e) if e.kind() == ErrorKind::NotFound => Ok(None),
        Err(e) => Err(e.into()),
    }
}

fn file() -> Result<PathBuf> {
    Ok(folder()?.join("local-aws.json"))
}

/// The person's own folder for such things, as the platform has it.
fn folder() -> Result<PathBuf> {
    let project =
        directories::ProjectDirs::from("", "", "lambdeploy").context("this user has no home folder")?;
    let folder = project.state_dir().unwrap_or_else(|| project.cache_dir()).to_owned();
    fs::create_dir_all(&folder).with_context(|| format!("making {}", folder.display()))?;
    Ok(folder)
}
