//! Profiles with `role_arn` and `mfa_serial`: the code is asked for on the terminal. The SDK leaves it out.

use super::{
    failure::{Class, Failure},
    no_credentials::NoCredentials,
    profiles::Profiles,
};
use aws_config::{
    SdkConfig,
    ecs::EcsCredentialsProvider,
    environment::EnvironmentVariableCredentialsProvider,
    imds::credentials::ImdsCredentialsProvider,
    profile::{Profile, ProfileFileCredentialsProvider},
    provider_config::ProviderConfig,
};
use aws_credential_types::{
    Credentials,
    provider::{ProvideCredentials, SharedCredentialsProvider, error::CredentialsError, future},
};
use aws_sdk_sts::operation::assume_role::builders::AssumeRoleFluentBuilder;
use std::{
    io::{self, IsTerminal, Write},
    time::SystemTime,
};
use tokio::sync::OnceCell;

/// A role that is assumed with a code, once a run.
#[derive(Debug)]
pub(super) struct Mfa {
    profile: String,
    serial: String,
    request: AssumeRoleFluentBuilder,
    /// Many calls begin at once; one question is enough, whatever comes of it.
    taken: OnceCell<Result<Credentials, NoCredentials>>,
}

impl Mfa {
    /// For a profile that needs a code.
    pub(super) fn of(
        name: &str,
        profiles: &Profiles,
        config: &SdkConfig,
        settings: &ProviderConfig,
    ) -> Option<Self> {
        let profile = profiles.get(name)?;
        let (role, serial) = (profile.get("role_arn")?, profile.get("mfa_serial")?);
        let config =
            aws_sdk_sts::config::Builder::from(config).credentials_provider(base(profile, settings)?).build();
        let seconds = profile.get("duration_seconds").and_then(|s| s.parse().ok());
        let request = aws_sdk_sts::Client::from_conf(config)
            .assume_role()
            .role_arn(role)
            .role_session_name(profile.get("role_session_name").unwrap_or("lambdeploy"))
            .set_external_id(profile.get("external_id").map(str::to_owned))
            .set_duration_seconds(seconds)
            .serial_number(serial);
        let taken = OnceCell::new();
        Some(Self { profile: name.to_owned(), serial: serial.to_owned(), request, taken })
    }

    async fn credentials(&self) -> Result<Credentials, CredentialsError> {
        let taken = self.taken.get_or_init(|| self.assume()).await;
        taken.clone().map_err(|no| NoCredentials::error(no.0))
    }

    async fn assume(&self) -> Result<Credentials, NoCredentials> {
        let code = self.code().await?;
        let answer = self
            .request
            .clone()
            .token_code(code)
            .send()
            .await
            .map_err(|e| self.refused(&Failure::of("AssumeRole", &e)))?;
        let given = answer
            .credentials
            .ok_or_else(|| NoCredentials("AssumeRole answered without credentials".to_owned()))?;
        let until = SystemTime::try_from(given.expiration).ok();
        Ok(Credentials::new(
            given.access_key_id,
            given.secret_access_key,
            Some(given.session_token),
            until,
            "mfa",
        ))
    }

    fn refused(&self, failure: &Failure) -> NoCredentials {
        NoCredentials(match failure.class() {
            Class::Denied => format!(
                "AWS refused the MFA code or the role of the profile `{}`: {}",
                self.profile, failure.message
            ),
            _ => failure.to_string(),
        })
    }

    async fn code(&self) -> Result<String, NoCredentials> {
        let Self { profile, serial, .. } = self;
        if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
            return Err(NoCredentials(format!(
                "the profile `{profile}` needs an MFA code ({serial}), and there is no terminal to ask on; \
                 this asks for it first: eval \"$(aws configure export-credentials --profile {profile} --format env)\""
            )));
        }
        let question = format!("MFA code of {serial} (profile {profile}): ");
        let asked = tokio::task::spawn_blocking(move || ask(&question)).await;
        match asked.unwrap_or_else(|e| Err(io::Error::other(e))) {
            Ok(code) if !code.is_empty() => Ok(code),
            Ok(_) => Err(NoCredentials(format!("no MFA code was given for the profile `{profile}`"))),
            Err(e) => Err(NoCredentials(format!("the MFA code can't be read: {e}"))),
        }
    }
}

fn ask(question: &str) -> io::Result<String> {
    let mut line = String::new();
    write!(io::stderr(), "{question}")?;
    io::stdin().read_line(&mut line)?;
    Ok(line.trim().to_owned())
}

/// Who assumes the role.
fn base(profile: &Profile, settings: &ProviderConfig) -> Option<SharedCredentialsProvider> {
    Some(match (profile.get("source_profile"), profile.get("credential_source")) {
        (Some(source), _) if source == profile.name() => SharedCredentialsProvider::new(Credentials::new(
            profile.get("aws_access_key_id")?,
            profile.get("aws_secret_access_key")?,
            profile.get("aws_session_token").map(str::to_owned),
            None,
            "profile",
        )),
        (Some(source), _) => SharedCredentialsProvider::new(
            ProfileFileCredentialsProvider::builder().configure(settings).profile_name(source).build(),
        ),
        (None, Some("Environment")) => {
            SharedCredentialsProvider::new(EnvironmentVariableCredentialsProvider::new())
        }
        (None, Some("EcsContainer")) => {
            SharedCredentialsProvider::new(EcsCredentialsProvider::builder().configure(settings).build())
        }
        (None, Some("Ec2InstanceMetadata")) => {
            SharedCredentialsProvider::new(ImdsCredentialsProvider::builder().configure(settings).build())
        }
        _ => return None,
    })
}

impl ProvideCredentials for Mfa {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(self.credentials())
    }
}
