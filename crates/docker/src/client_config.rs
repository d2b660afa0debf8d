//! What Docker's own client keeps for its user in `config.json`: logins, proxies, which engine.

use anyhow::{Context as _, Result};
use serde::{Deserialize, Deserializer, de::DeserializeOwned};
use std::{collections::BTreeMap, path::Path};

/// `config.json`, as far as it concerns builds.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ClientConfig {
    pub current_context: Option<String>,
    /// Logins by registry, as `docker login` writes them; empty entries where a store has them.
    #[serde(deserialize_with = "or_default")]
    pub auths: BTreeMap<String, RegistryAuth>,
    /// The program that has the logins of one registry: `docker-credential-<name>`.
    #[serde(deserialize_with = "or_default")]
    pub cred_helpers: BTreeMap<String, String>,
    /// The program that has all others.
    pub creds_store: Option<String>,
    #[serde(deserialize_with = "or_default")]
    proxies: BTreeMap<String, BuildProxies>,
}

/// One login in `config.json`.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct RegistryAuth {
    /// `user:password` in base64.
    pub auth: String,
    pub username: String,
    pub password: String,
    pub identitytoken: String,
}

/// The proxies for what runs in builds and containers.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct BuildProxies {
    http_proxy: String,
    https_proxy: String,
    ftp_proxy: String,
    no_proxy: String,
    all_proxy: String,
}

impl ClientConfig {
    /// Reads `folder/config.json`; one that does not exist says nothing.
    ///
    /// # Errors
    /// A file that can't be read or is malformed.
    pub fn read(folder: &Path) -> Result<Self> {
        Ok(read_json(&folder.join("config.json"))?.unwrap_or_default())
    }

    /// The build arguments that Docker's client adds for `engine` (its address), in both cases, as programs differ in which
    /// one they read.
    pub fn proxies(&self, engine: &str) -> Vec<(String, String)> {
        let Some(set) = self.proxies.get(engine).or_else(|| self.proxies.get("default")) else {
            return Vec::new();
        };
        [
            ("HTTP_PROXY", &set.http_proxy),
            ("HTTPS_PROXY", &set.https_proxy),
            ("FTP_PROXY", &set.ftp_proxy),
            ("NO_PROXY", &set.no_proxy),
            ("ALL_PROXY", &set.all_proxy),
        ]
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .flat_map(|(name, value)| [name.to_owned(), name.to_lowercase()].map(|n| (n, value.clone())))
        .collect()
    }
}

fn or_default<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(from: D) -> Result<T, D::Error> {
    Ok(Option::deserialize(from)?.unwrap_or_default())
}

/// `None` for a file that does not exist.
pub(super) fn read_json<T: DeserializeOwned>(path: &Path) -> Result<Option<T>> {
    match std::fs::read(path) {
        Ok(bytes) => serde_json::from_slice(&bytes).map(Some).with_context(|| path.display().to_string()),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(e) => Err(e).with_context(|| path.display().to_string()),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn proxies_of_the_engine_go_before_the_default() {
        let text = r#"{"auths": null, "proxies": {
            "default": {"httpProxy": "http://p:1", "noProxy": "a,b"},
            "tcp://far:2375": {"httpsProxy": "http://q:2"}}}"#;
        let config: ClientConfig = serde_json::from_str(text).unwrap();
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(
            config.proxies("unix:///var/run/docker.sock"),
            [
                pair("HTTP_PROXY", "http://p:1"),
                pair("http_proxy", "http://p:1"),
                pair("NO_PROXY", "a,b"),
                pair("no_proxy", "a,b")
            ]
        );
        assert_eq!(
            config.proxies("tcp://far:2375"),
            [pair("HTTPS_PROXY", "http://q:2"), pair("https_proxy", "http://q:2")]
        );
        assert_eq!(ClientConfig::default().proxies("unix:///x"), []);
    }
}
