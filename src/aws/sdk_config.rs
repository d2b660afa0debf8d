//! The SDK's configuration for one target: the way out, the region, the credentials.

use super::{
    credentials, http_client,
    profiles::{Choice, Profiles},
    regions,
    target::Target,
};
use crate::{exit::Usage, net::Network};
use anyhow::Result;
use aws_config::{
    BehaviorVersion, ConfigLoader, Region, SdkConfig, retry::RetryConfig, timeout::TimeoutConfig,
};
use aws_credential_types::Credentials;
use std::time::Duration;

/// A call that takes longer than this has no answer (the slowest, an import of 300 resources, takes seconds).
const ATTEMPT: Duration = Duration::from_mins(1);

/// What the clients are made of.
pub(super) struct SdkSettings {
    pub sdk: SdkConfig,
    pub network: Network,
    /// Where the credentials are from, where somebody named a profile or the environment has them.
    pub credentials: Option<String>,
}

/// # Errors
/// A profile, a proxy or a region that can't be.
pub(super) async fn settings(target: Target) -> Result<SdkSettings> {
    let timeouts =
        TimeoutConfig::builder().connect_timeout(Duration::from_secs(5)).operation_attempt_timeout(ATTEMPT);
    let loader = aws_config::defaults(BehaviorVersion::latest()).timeout_config(timeouts.build());
    let mut settings = match target {
        Target::Aws { profile, region } => real(loader, &profile, region).await?,
        Target::Local { endpoint, account, region } => {
            let network = Network::direct();
            let loader = loader.http_client(http_client(network.clone())).endpoint_url(endpoint);
            SdkSettings { sdk: local(loader, account, region).load().await, network, credentials: None }
        }
        #[cfg(feature = "testing")]
        Target::InProcess { aws, account, region } => {
            let loader =
                loader.http_client(local_aws::sdk::http_client(aws)).endpoint_url("http://127.0.0.1:4510");
            let sdk = local(loader, account, region).load().await;
            SdkSettings { sdk, network: Network::direct(), credentials: None }
        }
    };
    // What gives credentials retries as the SDK does; our own calls by class (see `call`).
    settings.sdk = settings.sdk.into_builder().retry_config(RetryConfig::disabled()).build();
    Ok(settings)
}

async fn real(
    loader: ConfigLoader,
    wish: &super::profiles::ProfileWish,
    region: Option<String>,
) -> Result<SdkSettings> {
    let profiles = Profiles::load().await?;
    let choice = profiles.choose(wish, &|name| std::env::var(name).ok())?;
    let network = Network::of_environment(profiles.ca_bundle(&choice))?;
    let http = http_client(network.clone());
    let mut loader = loader.http_client(http.clone()).retry_config(RetryConfig::standard());
    if let Choice::Only(name) | Choice::Usual(Some(name)) = &choice {
        loader = loader.profile_name(name);
    }
    if let Some(region) = region {
        loader = loader.region(Region::new(region));
    }
    let mut sdk = loader.load().await;
    if let Some(region) = sdk.region().filter(|r| !regions::is_name(r.as_ref())) {
        return Err(Usage(format!("`{region}` is not the name of a region, such as us-east-2")).into());
    }
    if let Some(provider) = credentials::provider(&choice, &profiles, &sdk, http) {
        sdk = sdk.into_builder().credentials_provider(provider).build();
    }
    Ok(SdkSettings { sdk, network, credentials: choice.shown() })
}

/// The local AWS takes an access key of twelve digits as the account; nothing of the person's own setup is used.
fn local(loader: ConfigLoader, account: String, region: String) -> ConfigLoader {
    let credentials = Credentials::new(account, "local", None, None, "local");
    loader.credentials_provider(credentials).region(Region::new(region))
}
