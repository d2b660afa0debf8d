//! The profiles of this machine (`~/.aws/config`, `~/.aws/credentials`), and which of them counts.

use anyhow::{Result, anyhow, bail};
use aws_config::profile::{Profile, ProfileSet};
use aws_runtime::env_config::file::EnvConfigFiles;
use aws_types::os_shim_internal::{Env, Fs};
use std::path::PathBuf;

/// Who names a profile. The environment may name one too.
#[derive(Debug, Clone, Default)]
pub struct ProfileWish {
    /// `--profile`.
    pub asked: Option<String>,
    /// The stack file's, and where it is written: "stack.yaml, line 3".
    pub in_file: Option<(String, String)>,
}

/// Where credentials are to come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Choice {
    /// This profile, whatever the environment holds.
    Only(String),
    /// Keys or a role that the environment has.
    Environment,
    /// What the SDKs find; of profiles this one, if any is named.
    Usual(Option<String>),
    /// An instance's role, since the stack file's profile is not on this machine: the sentence says so.
    InstanceRole(String),
}

impl Choice {
    /// As a person is told.
    pub(super) fn shown(&self) -> Option<String> {
        match self {
            Self::Only(name) | Self::Usual(Some(name)) => Some(format!("profile {name}")),
            Self::Environment => Some("credentials of the environment".to_owned()),
            Self::InstanceRole(_) => Some("the instance's role".to_owned()),
            Self::Usual(None) => None,
        }
    }
}

/// What counts as credentials in the environment: keys, OIDC, a container's role.
const CREDENTIALS: [&str; 4] = [
    "AWS_ACCESS_KEY_ID",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
];

pub(super) struct Profiles(ProfileSet);

impl Profiles {
    /// Reads the files that the SDKs read.
    ///
    /// # Errors
    /// One that can't be read, with its line.
    pub(super) async fn load() -> Result<Self> {
        Self::read(&EnvConfigFiles::default()).await
    }

    async fn read(files: &EnvConfigFiles) -> Result<Self> {
        let loaded = aws_config::profile::load(&Fs::real(), &Env::real(), files, None).await;
        Ok(Self(loaded.map_err(|e| anyhow!("AWS's own configuration: {:#}", anyhow!(e)))?))
    }

    pub(super) fn get(&self, name: &str) -> Option<&Profile> {
        self.0.get_profile(name)
    }

    /// An explicit `--profile` comes first, as with aws-cli; then the environment; then the stack file.
    ///
    /// # Errors
    /// A profile that --profile or AWS_PROFILE names and that is not there.
    pub(super) fn choose(
        &self,
        wish: &ProfileWish,
        environment: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Choice> {
        let set = |name: &str| environment(name).filter(|v| !v.is_empty());
        if let Some(name) = &wish.asked {
            return self.there("--profile", name).map(Choice::Only);
        }
        if CREDENTIALS.iter().any(|name| set(name).is_some()) {
            return Ok(Choice::Environment);
        }
        if let Some(name) = set("AWS_PROFILE") {
            return self.there("AWS_PROFILE", &name).map(|name| Choice::Usual(Some(name)));
        }
        Ok(match &wish.in_file {
            Some((name, place)) if self.get(name).is_none() => {
                Choice::InstanceRole(self.missing(place, name))
            }
            other => Choice::Usual(other.as_ref().map(|(name, _)| name.clone())),
        })
    }

    fn there(&self, who: &str, name: &str) -> Result<String> {
        if self.get(name).is_none() {
            bail!(self.missing(who, name));
        }
        Ok(name.to_owned())
    }

    fn missing(&self, who: &str, name: &str) -> String {
        let mut names: Vec<&str> = self.0.profiles().collect();
        names.sort_unstable();
        let there = match names.as_slice() {
            [] => "this machine has no profiles".to_owned(),
            names => format!("there are: {}", names.join(", ")),
        };
        format!(
            "{who} names the AWS profile `{name}`, which is not on this machine ({there}); `aws configure --profile {name}` makes it"
        )
    }

    /// The file of further CAs that the profile names.
    pub(super) fn ca_bundle(&self, choice: &Choice) -> Option<PathBuf> {
        let name = match choice {
            Choice::Only(name) | Choice::Usual(Some(name)) => name,
            _ => self.0.selected_profile(),
        };
        self.get(name)?.get("ca_bundle").map(PathBuf::from)
    }
}

#[cfg(test)]
#[path = "profiles_tests.rs"]
mod tests;
