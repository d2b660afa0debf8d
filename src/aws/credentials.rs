//! Whose credentials AWS is called with.

use super::{
    mfa::Mfa,
    no_credentials::NoCredentials,
    profiles::{Choice, Profiles},
};
use aws_config::{
    SdkConfig, ecs::EcsCredentialsProvider, imds, imds::credentials::ImdsCredentialsProvider,
    meta::credentials::CredentialsProviderChain, profile::ProfileFileCredentialsProvider,
    provider_config::ProviderConfig, retry::RetryConfig,
};
use aws_credential_types::{
    Credentials,
    provider::{ProvideCredentials, SharedCredentialsProvider, error::CredentialsError, future},
};
use aws_smithy_runtime_api::client::http::SharedHttpClient;

/// What gives the credentials of `choice`, where it is not what the SDK does by itself.
pub(super) fn provider(
    choice: &Choice,
    profiles: &Profiles,
    config: &SdkConfig,
    http: SharedHttpClient,
) -> Option<SharedCredentialsProvider> {
    let settings = ProviderConfig::default()
        .with_region(config.region().cloned())
        .with_retry_config(RetryConfig::standard())
        .with_http_client(http);
    let named = match choice {
        Choice::Only(name) | Choice::Usual(Some(name)) => Some(name.as_str()),
        Choice::Usual(None) => Some("default"),
        Choice::Environment | Choice::InstanceRole(_) => None,
    };
    if let Some(mfa) = named.and_then(|name| Mfa::of(name, profiles, config, &settings)) {
        return Some(SharedCredentialsProvider::new(mfa));
    }
    match choice {
        Choice::Only(name) => Some(SharedCredentialsProvider::new(Explained {
            chain: of_profile(name, &settings),
            otherwise: format!(
                "the profile `{name}` holds none; `aws configure --profile {name}` sets them, --profile names another"
            ),
        })),
        Choice::InstanceRole(otherwise) => Some(SharedCredentialsProvider::new(Explained {
            chain: instance_role(&settings),
            otherwise: otherwise.clone(),
        })),
        Choice::Environment | Choice::Usual(_) => None,
    }
}

/// The profile's own; one that names only a region gets what the machine has, as with aws-cli.
fn of_profile(name: &str, settings: &ProviderConfig) -> CredentialsProviderChain {
    let profile = ProfileFileCredentialsProvider::builder().configure(settings).profile_name(name).build();
    CredentialsProviderChain::first_try("profile", profile)
        .or_else("container", EcsCredentialsProvider::builder().configure(settings).build())
        .or_else("instance", ImdsCredentialsProvider::builder().configure(settings).build())
}

/// Asked once: elsewhere than on an instance nobody answers.
fn instance_role(settings: &ProviderConfig) -> CredentialsProviderChain {
    let client = imds::Client::builder().configure(settings).max_attempts(1).build();
    let role = ImdsCredentialsProvider::builder().configure(settings).imds_client(client).build();
    CredentialsProviderChain::first_try("instance", role)
}

/// A chain that says what it means when there is nothing in it.
#[derive(Debug)]
struct Explained {
    chain: CredentialsProviderChain,
    otherwise: String,
}

impl ProvideCredentials for Explained {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(self.credentials())
    }
}

impl Explained {
    async fn credentials(&self) -> Result<Credentials, CredentialsError> {
        self.chain.provide_credentials().await.map_err(|e| match e {
            CredentialsError::CredentialsNotLoaded(_) => NoCredentials::error(&self.otherwise),
            other => other,
        })
    }
}
