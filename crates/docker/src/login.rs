//! Logins for the registries that base images come from, as `docker login` left them. Only the registry that is asked for
//! is looked up: no other login leaves its place.

use super::client_config::{ClientConfig, RegistryAuth};
use anyhow::{Context as _, Result, anyhow, bail};
use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE},
};
use futures_util::future::LocalBoxFuture;
use serde::Deserialize;
use serde_json::{Value, json};
use std::{collections::BTreeMap, process::Stdio, time::Duration};
use tokio::{io::AsyncWriteExt, process::Command};

/// How long a credential helper may take: it can ask a person, and BuildKit waits no longer.
const HELPER: Duration = Duration::from_mins(1);

/// What Docker calls its own registry in `config.json`.
const DOCKER_HUB: &str = "https://index.docker.io/v1/";

/// A user and a password; without a user the secret is an identity token.
#[derive(Clone, PartialEq, Eq)]
pub struct Login {
    pub user: String,
    pub secret: String,
}

/// Logins that the caller can make by itself, beside those of `docker login`.
pub trait OwnLogins {
    /// Whether images are pushed to `host`. A login made for it now is better than a stored one, which may be over.
    fn is_ours(&self, host: &str) -> bool;

    /// A login for `host`, if one can be made.
    ///
    /// # Errors
    /// Whoever gives it out refuses.
    fn login<'a>(&'a self, host: &'a str) -> LocalBoxFuture<'a, Result<Option<Login>>>;
}

/// The logins of this process' user.
#[derive(Default)]
pub struct Logins {
    pub config: ClientConfig,
    /// `DOCKER_AUTH_CONFIG`: logins without a file, as CI systems give them. They go first.
    given: BTreeMap<String, RegistryAuth>,
    /// Where helpers are looked for (`PATH`).
    path: Option<String>,
}

impl Logins {
    /// # Errors
    /// A malformed `DOCKER_AUTH_CONFIG`.
    pub fn new(config: ClientConfig, given: Option<&str>, path: Option<String>) -> Result<Self> {
        let given = match given {
            Some(text) => serde_json::from_str::<ClientConfig>(text).context("DOCKER_AUTH_CONFIG")?.auths,
            None => BTreeMap::new(),
        };
        Ok(Self { config, given, path })
    }

    /// The login for `host` (as BuildKit or an image's name calls it), from whoever has one.
    ///
    /// # Errors
    /// A helper that can't be run or fails; [`OwnLogins::login`].
    pub async fn find(&self, host: &str, own: Option<&dyn OwnLogins>) -> Result<Option<Login>> {
        let server = server(host);
        if let Some(program) = entry(&self.config.cred_helpers, server) {
            return self.ask(program, server).await;
        }
        if let Some(own) = own.filter(|own| own.is_ours(host)) {
            return own.login(host).await;
        }
        if let Some(login) = self.stored(server).await? {
            return Ok(Some(login));
        }
        match own {
            Some(own) => own.login(host).await,
            None => Ok(None),
        }
    }

    /// `auths`, here or in the store. With a store Docker leaves empty entries in the file.
    async fn stored(&self, server: &str) -> Result<Option<Login>> {
        let given = entry(&self.given, server).and_then(RegistryAuth::login);
        let kept = given.or_else(|| entry(&self.config.auths, server).and_then(RegistryAuth::login));
        match (kept, self.config.creds_store.as_deref().filter(|program| !program.is_empty())) {
            (Some(login), _) => Ok(Some(login)),
            (None, Some(program)) => self.ask(program, server).await,
            (None, None) => Ok(None),
        }
    }

    /// Asks a credential helper: the server's name goes in, JSON comes out.
    async fn ask(&self, program: &str, server: &str) -> Result<Option<Login>> {
        let program = format!("docker-credential-{program}");
        let answer = tokio::time::timeout(HELPER, run(&program, server, self.path.as_deref())).await;
        let answer = answer
            .map_err(|_| anyhow!("no answer in {} s", HELPER.as_secs()))
            .flatten()
            .with_context(|| format!("`{program}`, which Docker's config.json names for {server}"))?;
        Ok(answer.map(|a| match a.username.as_str() {
            "<token>" => Login { user: String::new(), secret: a.secret },
            _ => Login { user: a.username, secret: a.secret },
        }))
    }
}

/// A credential helper's answer.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    username: String,
    secret: String,
}

async fn run(program: &str, server: &str, path: Option<&str>) -> Result<Option<Answer>> {
    let mut command = Command::new(program);
    command.arg("get").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    if let Some(path) = path {
        command.env("PATH", path);
    }
    let mut child = command.spawn().context("can't be run")?;
    if let Some(mut input) = child.stdin.take() {
        // One that does not read its input says why on its own.
        _ = input.write_all(server.as_bytes()).await;
    }
    let output = child.wait_with_output().await?;
    if output.status.success() {
        return serde_json::from_slice(&output.stdout).map(Some).map_err(|_| anyhow!("gave no credentials"));
    }
    let said =
        String::from_utf8_lossy(if output.stdout.is_empty() { &output.stderr } else { &output.stdout });
    if said.contains("credentials not found") {
        return Ok(None);
    }
    bail!("{}", said.trim())
}

impl RegistryAuth {
    fn login(&self) -> Option<Login> {
        if !self.identitytoken.is_empty() {
            return Some(Login { user: String::new(), secret: self.identitytoken.clone() });
        }
        let (user, secret) = match self.auth.as_str() {
            "" => (self.username.clone(), self.password.clone()),
            encoded => {
                let text = String::from_utf8(STANDARD.decode(encoded).ok()?).ok()?;
                let (user, secret) = text.split_once(':')?;
                (user.to_owned(), secret.trim_end_matches('\0').to_owned())
            }
        };
        (!secret.is_empty()).then_some(Login { user, secret })
    }
}

/// The registry that an image's name names.
pub(super) fn registry_of(image: &str) -> &str {
    match image.split_once('/') {
        Some((host, _)) if host.contains(['.', ':']) || host == "localhost" => host,
        _ => "docker.io",
    }
}

/// A registry as `config.json` calls it: Docker's own goes by many names.
fn server(host: &str) -> &str {
    match host {
        "docker.io" | "index.docker.io" | "registry-1.docker.io" => DOCKER_HUB,
        other => other,
    }
}

/// What `entries` has for `server`, whatever scheme and path old clients wrote around its name.
fn entry<'a, T>(entries: &'a BTreeMap<String, T>, server: &str) -> Option<&'a T> {
    let name = |key: &str| {
        let key = key.split_once("://").map_or(key, |(_, rest)| rest);
        key.split('/').next().unwrap_or_default().to_owned()
    };
    let same = |key: &&String| name(key) == name(server);
    entries.get(server).or_else(|| entries.iter().find(|(key, _)| same(key)).map(|(_, value)| value))
}

/// The value of `X-Registry-Config`: how the classic builder is told logins, by registry.
pub(super) fn header(logins: &[(String, Login)]) -> String {
    let config: serde_json::Map<String, Value> = logins
        .iter()
        .map(|(host, login)| {
            let value = match login.user.as_str() {
                "" => json!({"identitytoken": login.secret}),
                user => json!({"username": user, "password": login.secret}),
            };
            (server(host).to_owned(), value)
        })
        .collect();
    URL_SAFE.encode(Value::Object(config).to_string())
}

#[cfg(test)]
#[path = "login_tests.rs"]
mod tests;
