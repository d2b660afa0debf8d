//! Which engine: `DOCKER_HOST`, the current Docker context, else the sockets where engines usually listen.

use super::{
    client_config::{ClientConfig, read_json},
    login::Logins,
};
use anyhow::{Context as _, Result, bail};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use std::{fmt, path::PathBuf};

/// Where an engine listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Endpoint {
    Unix(PathBuf),
    /// A Windows named pipe: `\\.\pipe\docker_engine`
    Pipe(String),
    /// `host:port`, with TLS if there are certificates.
    Tcp {
        address: String,
        certificates: Option<PathBuf>,
    },
    /// What `ssh` is given: `[user@]host`, and a port.
    Ssh {
        destination: String,
        port: Option<u16>,
    },
}

/// The variables and the home folder that decide. A value of its own, so that tests need not change the process.
pub(super) struct Environment<'a> {
    pub variable: &'a dyn Fn(&str) -> Option<String>,
    pub home: Option<PathBuf>,
}

/// The engines to try, in order. Only a chosen one is tried where the user chose.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Candidates {
    /// Who chose: "DOCKER_HOST", "the Docker context `remote`"; `None`: nobody.
    pub chosen_by: Option<String>,
    pub endpoints: Vec<Endpoint>,
}

impl Environment<'_> {
    /// A variable that is set to something.
    pub(super) fn get(&self, name: &str) -> Option<String> {
        (self.variable)(name).filter(|v| !v.is_empty())
    }

    /// # Errors
    /// A malformed `DOCKER_HOST`, or a context that does not exist or asks for unverified TLS.
    pub(super) fn candidates(&self) -> Result<Candidates> {
        if let Some(host) = self.get("DOCKER_HOST") {
            let endpoint = Endpoint::parse(&host, self.certificates()).context("DOCKER_HOST")?;
            return Ok(Candidates { chosen_by: Some("DOCKER_HOST".into()), endpoints: vec![endpoint] });
        }
        match self.context_name()? {
            Some(name) => {
                let who = format!("the Docker context `{name}`");
                let endpoint = self.context(&name).with_context(|| who.clone())?;
                Ok(Candidates { chosen_by: Some(who), endpoints: vec![endpoint] })
            }
            None => Ok(Candidates { chosen_by: None, endpoints: self.usual() }),
        }
    }

    /// The folder with `ca.pem`, `cert.pem` and `key.pem`, if TLS is asked for.
    fn certificates(&self) -> Option<PathBuf> {
        self.get("DOCKER_TLS_VERIFY")?;
        self.get("DOCKER_CERT_PATH").map(PathBuf::from).or_else(|| self.docker_folder())
    }

    /// Docker's own logins and proxies of this process' user.
    ///
    /// # Errors
    /// A `config.json` or `DOCKER_AUTH_CONFIG` that is malformed or can't be read.
    pub(super) fn logins(&self) -> Result<Logins> {
        let config = match self.docker_folder() {
            Some(folder) => ClientConfig::read(&folder)?,
            None => ClientConfig::default(),
        };
        Logins::new(config, self.get("DOCKER_AUTH_CONFIG").as_deref(), self.get("PATH"))
    }

    fn docker_folder(&self) -> Option<PathBuf> {
        self.get("DOCKER_CONFIG").map(PathBuf::from).or_else(|| Some(self.home.as_ref()?.join(".docker")))
    }

    fn context_name(&self) -> Result<Option<String>> {
        let configured = match (self.get("DOCKER_CONTEXT"), self.docker_folder()) {
            (Some(name), _) => Some(name),
            (None, Some(folder)) => ClientConfig::read(&folder)?.current_context,
            (None, None) => None,
        };
        Ok(configured.filter(|name| !name.is_empty() && name != "default"))
    }

    fn context(&self, name: &str) -> Result<Endpoint> {
        let contexts =
            self.docker_folder().context("there is no home folder to look it up in")?.join("contexts");
        let id = hex::encode(Sha256::digest(name));
        let meta = contexts.join("meta").join(&id).join("meta.json");
        let meta =
            read_json::<Meta>(&meta)?.with_context(|| format!("does not exist ({})", meta.display()))?;
        let docker = meta.endpoints.docker.context("has no docker endpoint")?;
        if docker.skip_tls_verify {
            bail!("asks for TLS without checking the engine's certificate, which lambdeploy does not do");
        }
        let certificates = contexts.join("tls").join(&id).join("docker");
        Endpoint::parse(&docker.host, certificates.is_dir().then_some(certificates))
    }

    /// Docker's own socket, then rootless Docker, Docker Desktop, Colima, Rancher Desktop, OrbStack and Podman.
    fn usual(&self) -> Vec<Endpoint> {
        if cfg!(windows) {
            let names = ["docker_engine", "dockerDesktopLinuxEngine", "podman-machine-default"];
            return names.map(|n| Endpoint::Pipe(format!(r"\\.\pipe\{n}"))).into();
        }
        let run = self.get("XDG_RUNTIME_DIR").map(PathBuf::from);
        let at = |folder: &Option<PathBuf>, name: &str| folder.as_ref().map(|f| f.join(name));
        [
            Some("/var/run/docker.sock".into()),
            at(&run, "docker.sock"),
            at(&self.home, ".docker/run/docker.sock"),
            at(&self.home, ".docker/desktop/docker.sock"),
            at(&self.home, ".colima/default/docker.sock"),
            at(&self.home, ".rd/docker.sock"),
            at(&self.home, ".orbstack/run/docker.sock"),
            at(&run, "podman/podman.sock"),
            Some("/run/podman/podman.sock".into()),
        ]
        .into_iter()
        .flatten()
        .map(Endpoint::Unix)
        .collect()
    }
}

impl Endpoint {
    /// Reads a `DOCKER_HOST`.
    ///
    /// # Errors
    /// An unknown scheme.
    pub fn parse(host: &str, certificates: Option<PathBuf>) -> Result<Self> {
        let (scheme, rest) = host.split_once("://").unwrap_or(("tcp", host));
        match scheme {
            "unix" => Ok(Self::Unix(rest.into())),
            "npipe" => Ok(Self::Pipe(rest.replace('/', r"\"))),
            "tcp" | "http" => Ok(Self::tcp(rest, certificates)),
            "https" => Ok(Self::tcp(
                rest,
                Some(certificates.context("https needs DOCKER_TLS_VERIFY and DOCKER_CERT_PATH")?),
            )),
            "ssh" => Self::ssh(rest),
            _ => {
                bail!("`{host}` is not an address lambdeploy knows: unix://, npipe://, tcp:// and ssh:// are")
            }
        }
    }

    fn tcp(rest: &str, certificates: Option<PathBuf>) -> Self {
        let rest = rest.trim_end_matches('/');
        let has_port = rest.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok());
        let port = if certificates.is_some() { 2376 } else { 2375 };
        let address = if has_port { rest.to_owned() } else { format!("{rest}:{port}") };
        Self::Tcp { address, certificates }
    }

    fn ssh(rest: &str) -> Result<Self> {
        let (rest, path) = rest.split_once('/').unwrap_or((rest, ""));
        if !path.is_empty() || rest.is_empty() || rest.starts_with('-') {
            bail!("`ssh://{rest}/{path}`: expected ssh://[user@]host[:port]");
        }
        let (destination, port) = match rest.rsplit_once(':') {
            Some((host, port)) => {
                (host, Some(port.parse().with_context(|| format!("`{port}` is not a port"))?))
            }
            None => (rest, None),
        };
        Ok(Self::Ssh { destination: destination.to_owned(), port })
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unix(path) => write!(f, "unix://{}", path.display()),
            Self::Pipe(name) => write!(f, "npipe://{}", name.replace('\\', "/")),
            Self::Tcp { address, .. } => write!(f, "tcp://{address}"),
            Self::Ssh { destination, port: Some(port) } => write!(f, "ssh://{destination}:{port}"),
            Self::Ssh { destination, port: None } => write!(f, "ssh://{destination}"),
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Meta {
    endpoints: MetaEndpoints,
}

#[derive(Deserialize)]
struct MetaEndpoints {
    docker: Option<MetaDocker>,
}

#[derive(Deserialize)]
struct MetaDocker {
    #[serde(rename = "Host")]
    host: String,
    #[serde(rename = "SkipTLSVerify", default)]
    skip_tls_verify: bool,
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::path::Path;

    fn candidates(variables: &[(&str, &str)], home: &Path) -> Result<Candidates> {
        let variable = |name: &str| variables.iter().find(|(n, _)| *n == name).map(|(_, v)| (*v).to_owned());
        Environment { variable: &variable, home: Some(home.to_owned()) }.candidates()
    }

    fn chosen(variables: &[(&str, &str)], home: &Path) -> String {
        let found = candidates(variables, home).unwrap();
        assert_eq!(found.endpoints.len(), 1);
        format!("{} by {}", found.endpoints[0], found.chosen_by.unwrap())
    }

    fn home_with_context(host: &str) -> tempfile::TempDir {
        let home = tempfile::tempdir().unwrap();
        let docker = home.path().join(".docker");
        let id = hex::encode(Sha256::digest("far"));
        let meta = docker.join("contexts/meta").join(id);
        std::fs::create_dir_all(&meta).unwrap();
        std::fs::write(docker.join("config.json"), r#"{"currentContext": "far", "auths": {}}"#).unwrap();
        let text = format!(
            r#"{{"Name": "far", "Metadata": {{}}, "Endpoints": {{"docker": {{"Host": "{host}"}}}}}}"#
        );
        std::fs::write(meta.join("meta.json"), text).unwrap();
        home
    }

    #[test]
    fn docker_host_goes_first_then_the_context() {
        let home = home_with_context("ssh://me@far:2222");
        assert_eq!(chosen(&[], home.path()), "ssh://me@far:2222 by the Docker context `far`");
        assert_eq!(
            chosen(&[("DOCKER_HOST", "tcp://1.2.3.4")], home.path()),
            "tcp://1.2.3.4:2375 by DOCKER_HOST"
        );
        assert!(candidates(&[("DOCKER_CONTEXT", "default")], home.path()).unwrap().chosen_by.is_none());
        let error = format!("{:#}", candidates(&[("DOCKER_CONTEXT", "gone")], home.path()).unwrap_err());
        assert!(error.starts_with("the Docker context `gone`: does not exist"), "{error}");
    }

    #[test]
    fn nobody_chose() {
        let home = tempfile::tempdir().unwrap();
        let found = candidates(&[("XDG_RUNTIME_DIR", "/run/user/7")], home.path()).unwrap();
        if cfg!(unix) {
            assert_eq!(found.endpoints[0], Endpoint::Unix("/var/run/docker.sock".into()));
            assert!(found.endpoints.contains(&Endpoint::Unix("/run/user/7/podman/podman.sock".into())));
        }
    }

    #[test]
    fn tls_by_the_usual_variables() {
        let home = tempfile::tempdir().unwrap();
        let set = [("DOCKER_HOST", "tcp://h"), ("DOCKER_TLS_VERIFY", "1"), ("DOCKER_CERT_PATH", "/certs")];
        let found = candidates(&set, home.path()).unwrap();
        let certificates = Some("/certs".into());
        assert_eq!(found.endpoints, [Endpoint::Tcp { address: "h:2376".into(), certificates }]);
    }

    #[test]
    fn odd_addresses_are_refused() {
        for bad in
            ["ftp://x", "ssh://", "ssh://-oProxyCommand=x", "ssh://h/path", "ssh://h:port", "https://h"]
        {
            assert!(Endpoint::parse(bad, None).is_err(), "{bad}");
        }
    }
}
