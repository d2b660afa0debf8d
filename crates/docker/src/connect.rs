//! Finds the engine and greets it.

use super::{
    causes::with_causes,
    dial::Dialer,
    endpoint::{Candidates, Endpoint, Environment},
    login::Logins,
    session::Agent,
};
use anyhow::{Context as _, Result, anyhow, bail};
use bollard::{API_DEFAULT_VERSION, errors::Error, models::SystemVersion};
use std::{io, sync::Arc, time::Duration};

/// An engine that does not answer its version within this time is not there.
const GREETING: Duration = Duration::from_secs(10);

/// Over ssh a login comes first.
const GREETING_BY_SSH: Duration = Duration::from_secs(45);

/// Seconds until a response begins. A build's begins when its context is sent, so there is no bound worth having;
/// whoever waits can interrupt.
const NO_TIMEOUT: u64 = 7 * 24 * 3600;

/// The oldest engine API that is spoken: Docker 19.03.
const OLDEST_API: (u32, u32) = (1, 40);

/// What needs no engine, for whoever has none.
const WITHOUT: &str = "`image.uri` and `image.archive` need no Docker";

const TLS: &str = " (if it speaks TLS, set DOCKER_TLS_VERIFY=1, and DOCKER_CERT_PATH to the certificates)";

/// A connected engine.
#[derive(Clone)]
pub struct Connection {
    pub client: bollard::Docker,
    pub dialer: Dialer,
    /// Major and minor of the API that is spoken: the engine's newest, or ours if that is older.
    pub api: (u32, u32),
    pub builder: Builder,
    /// What the engine itself runs on: `linux/amd64`.
    pub platform: String,
    /// For the registries of base images.
    pub logins: Arc<Logins>,
    pub ssh_agent: Option<Agent>,
}

/// What an engine builds with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Builder {
    BuildKit,
    /// Docker without BuildKit.
    Classic,
    /// Podman's: the classic API, most of BuildKit's syntax.
    Buildah,
}

/// Connects to the engine that this process' environment names.
///
/// # Errors
/// No engine answers (with every address that was tried and what to do), it refuses us, or it is too old.
pub async fn connect() -> Result<Connection> {
    let variable = |name: &str| std::env::var(name).ok();
    connect_in(&Environment { variable: &variable, home: std::env::home_dir() }).await
}

/// [`connect`], with the environment given.
///
/// # Errors
/// As [`connect`].
pub(super) async fn connect_in(environment: &Environment<'_>) -> Result<Connection> {
    let Candidates { chosen_by, endpoints } = environment.candidates()?;
    let mut tried = Vec::new();
    for endpoint in endpoints {
        match greet(endpoint.clone()).await {
            Ok((dialer, version)) => return Connection::new(dialer, &version, environment),
            Err(problem) => tried.push((endpoint, problem)),
        }
    }
    Err(unreachable(chosen_by.as_deref(), &tried))
}

impl Connection {
    fn new(mut dialer: Dialer, version: &SystemVersion, environment: &Environment<'_>) -> Result<Self> {
        let engine = format!("the Docker engine at {}", dialer.endpoint());
        let api = negotiated(version, &engine)?;
        if version.os.as_deref().is_some_and(|os| os != "linux") {
            bail!("{engine} builds Windows images, Lambda runs Linux: switch it to Linux containers");
        }
        let podman = version.components.iter().flatten().any(|c| c.name.contains("Podman"));
        let no_buildkit = (environment.variable)("DOCKER_BUILDKIT").is_some_and(|v| v == "0");
        let builder = match (podman, no_buildkit) {
            (true, _) => Builder::Buildah,
            (false, true) => Builder::Classic,
            (false, false) => Builder::BuildKit,
        };
        dialer.speak(api);
        Ok(Self {
            client: client(&dialer)?,
            dialer,
            api,
            builder,
            platform: format!("linux/{}", version.arch.as_deref().unwrap_or_default()),
            logins: Arc::new(environment.logins()?),
            ssh_agent: Agent::new(environment.get("SSH_AUTH_SOCK")),
        })
    }
}

/// The newest API that both sides speak.
fn negotiated(version: &SystemVersion, engine: &str) -> Result<(u32, u32)> {
    let read = |text: &Option<String>| {
        let text = text.as_deref().unwrap_or_default();
        api(text).with_context(|| format!("{engine} says its API version is `{text}`"))
    };
    let (newest, ours) = (read(&version.api_version)?, ours());
    if newest < OLDEST_API {
        bail!(
            "{engine} is too old: its API is {}.{}, lambdeploy needs 1.40 (Docker 19.03)",
            newest.0,
            newest.1
        );
    }
    match version.min_api_version.is_some().then(|| read(&version.min_api_version)).transpose()? {
        Some(oldest) if oldest > ours => bail!(
            "{engine} is too new: its API begins with {}.{}, this lambdeploy speaks {}.{}; update lambdeploy",
            oldest.0,
            oldest.1,
            ours.0,
            ours.1
        ),
        _ => Ok(newest.min(ours)),
    }
}

/// The newest API whose answers bollard knows.
fn ours() -> (u32, u32) {
    let of = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    (of(API_DEFAULT_VERSION.major_version), of(API_DEFAULT_VERSION.minor_version))
}

/// Why an engine did not answer.
struct Problem {
    kind: io::ErrorKind,
    text: String,
}

async fn greet(endpoint: Endpoint) -> Result<(Dialer, SystemVersion), Problem> {
    let patience = if matches!(endpoint, Endpoint::Ssh { .. }) { GREETING_BY_SSH } else { GREETING };
    let dialer = Dialer::new(endpoint).map_err(|e| Problem { kind: e.kind(), text: e.to_string() })?;
    let client = client(&dialer).map_err(|e| Problem { kind: io::ErrorKind::Other, text: e.to_string() })?;
    match tokio::time::timeout(patience, client.version()).await {
        Ok(Ok(version)) => Ok((dialer, version)),
        Ok(Err(error)) => Err(problem(&error, &dialer)),
        Err(_) => Err(Problem {
            kind: io::ErrorKind::TimedOut,
            text: format!("no answer in {} s", patience.as_secs()),
        }),
    }
}

fn client(dialer: &Dialer) -> Result<bollard::Docker, Error> {
    let dialer = dialer.clone();
    let transport = move |request| {
        let dialer = dialer.clone();
        async move { dialer.request(request).await }
    };
    bollard::Docker::connect_with_custom_transport(
        transport,
        Some("http://docker"),
        NO_TIMEOUT,
        API_DEFAULT_VERSION,
    )
}

fn problem(error: &Error, dialer: &Dialer) -> Problem {
    let kind = match error {
        Error::IOError { err } => err.kind(),
        _ => io::ErrorKind::Other,
    };
    let complaint = dialer.complaint();
    let text = match error {
        _ if !complaint.is_empty() => complaint,
        Error::IOError { err } => err.to_string(),
        other => with_causes(other),
    };
    // An engine that waits for TLS just hangs up.
    let plain = matches!(dialer.endpoint(), Endpoint::Tcp { certificates: None, .. });
    let hint = if plain && text.contains("connection closed") { TLS } else { "" };
    Problem { kind, text: format!("{}{hint}", text.trim_end_matches('.')) }
}

fn unreachable(chosen_by: Option<&str>, tried: &[(Endpoint, Problem)]) -> anyhow::Error {
    if let Some((endpoint, _)) = tried.iter().find(|(_, p)| p.kind == io::ErrorKind::PermissionDenied) {
        return anyhow!(
            "Docker at {endpoint} refuses this user. Add it to the group `docker` (`sudo usermod -aG docker $USER`, then log in \
             again), or use rootless Docker. {WITHOUT}"
        );
    }
    match (chosen_by, tried) {
        (Some(who), [(endpoint, problem), ..]) => {
            anyhow!(
                "no Docker engine answers at {endpoint}, which {who} names: {}. Is it running? {WITHOUT}",
                problem.text
            )
        }
        _ => {
            let shown = tried.iter().filter(|(e, p)| p.kind != io::ErrorKind::NotFound || *e == tried[0].0);
            let shown: Vec<_> = shown.map(|(endpoint, p)| format!("{endpoint} ({})", p.text)).collect();
            let others = tried.len() - shown.len();
            let more = if others > 0 { format!(" and {others} other usual places") } else { String::new() };
            anyhow!(
                "no Docker engine: tried {}{more}. Start Docker, or name it in DOCKER_HOST. {WITHOUT}",
                shown.join(", ")
            )
        }
    }
}

fn api(text: &str) -> Option<(u32, u32)> {
    let (major, minor) = text.split_once('.')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}

#[cfg(test)]
#[path = "connect_tests.rs"]
mod tests;
