//! The clients of one account and region, and who is calling.

use super::{call::call, in_process, lookups::Lookups, whole_xml::WholeXml};
use crate::engine::{Event, Id, Reporter, Stop};
use anyhow::{Context, Result, bail};
use aws_config::{
    BehaviorVersion, ConfigLoader, Region, SdkConfig, retry::RetryConfig, timeout::TimeoutConfig,
};
use aws_credential_types::Credentials;
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use local_aws::LocalAws;
use std::{cell::RefCell, rc::Rc, time::Duration};
use tokio::sync::OnceCell;

/// Which AWS.
#[derive(Clone)]
pub enum Target {
    /// The real one.
    Aws { profile: Option<String>, region: Option<String> },
    /// A local AWS at `http://127.0.0.1:<port>`.
    Local { endpoint: String, account: String, region: String },
    /// A local AWS in this process.
    InProcess { aws: LocalAws, account: String, region: String },
}

/// Who is calling (STS GetCallerIdentity).
#[derive(Debug, Clone)]
pub struct Identity {
    /// Twelve digits.
    pub account: String,
    pub arn: String,
    /// `aws`, `aws-cn`, …: never assumed (the second field of the ARN).
    pub partition: String,
}

impl Identity {
    pub fn is_root(&self) -> bool {
        self.arn.ends_with(":root")
    }
}

/// Who hears what is said.
type Listener = Rc<dyn Fn(Event)>;

/// All that a resource needs to reach AWS.
pub struct Cloud {
    pub region: String,
    pub local: bool,
    /// Where a local AWS listens, for people and for the stage URL.
    pub endpoint: Option<String>,
    pub iam: aws_sdk_iam::Client,
    pub ecr: aws_sdk_ecr::Client,
    pub lambda: aws_sdk_lambda::Client,
    pub apigateway: aws_sdk_apigateway::Client,
    pub logs: aws_sdk_cloudwatchlogs::Client,
    pub lookups: Lookups,
    sts: aws_sdk_sts::Client,
    identity: OnceCell<Identity>,
    listener: RefCell<Option<Listener>>,
}

/// A call that takes longer than this has no answer (the slowest, an import of 300 resources, takes seconds).
const ATTEMPT: Duration = Duration::from_secs(60);

impl Cloud {
    /// Makes the clients. Talks to nobody yet.
    ///
    /// # Errors
    /// No region.
    pub async fn connect(target: Target) -> Result<Rc<Self>> {
        let (local, endpoint) = match &target {
            Target::Aws { .. } => (false, None),
            Target::Local { endpoint, .. } => (true, Some(endpoint.clone())),
            Target::InProcess { .. } => (true, None),
        };
        let config = sdk_config(target).await;
        let Some(region) = config.region().map(ToString::to_string) else {
            bail!("no region: write `region:` into the stack file, or give --region or AWS_REGION");
        };
        let iam = aws_sdk_iam::config::Builder::from(&config).interceptor(WholeXml);
        let sts = aws_sdk_sts::config::Builder::from(&config).interceptor(WholeXml);
        Ok(Rc::new(Self {
            region,
            local,
            endpoint,
            iam: aws_sdk_iam::Client::from_conf(iam.build()),
            ecr: aws_sdk_ecr::Client::new(&config),
            lambda: aws_sdk_lambda::Client::new(&config),
            apigateway: aws_sdk_apigateway::Client::new(&config),
            logs: aws_sdk_cloudwatchlogs::Client::new(&config),
            sts: aws_sdk_sts::Client::from_conf(sts.build()),
            lookups: Lookups::default(),
            identity: OnceCell::new(),
            listener: RefCell::default(),
        }))
    }

    /// From now on `listener` is told of the waits of all that only looks.
    pub fn tell(&self, listener: Listener) {
        *self.listener.borrow_mut() = Some(listener);
    }

    /// For what looks at `id` and changes nothing: an apply has reporters of its own.
    pub fn reporter(&self, id: &Id) -> Reporter {
        match &*self.listener.borrow() {
            Some(listener) => Reporter::new(id.clone(), listener.clone(), Stop::default()),
            None => Reporter::silent(id.clone()),
        }
    }

    /// Who is calling; asked once.
    ///
    /// # Errors
    /// No credentials, or credentials that AWS refuses.
    pub async fn identify(&self) -> Result<&Identity> {
        self.identity.get_or_try_init(|| self.ask_identity()).await
    }

    async fn ask_identity(&self) -> Result<Identity> {
        let to = self.reporter(&Id::only("caller"));
        let me = call(&to, "GetCallerIdentity", || self.sts.get_caller_identity().send()).await?;
        let arn = me.arn.context("GetCallerIdentity answered without an ARN")?;
        Ok(Identity {
            account: me.account.context("GetCallerIdentity answered without an account")?,
            partition: arn.split(':').nth(1).unwrap_or("aws").to_owned(),
            arn,
        })
    }

    /// The caller, once [`Cloud::identify`] has been answered.
    ///
    /// # Errors
    /// Before that, which is a mistake in the program.
    pub fn identity(&self) -> Result<&Identity> {
        self.identity.get().context("the caller's identity is not known yet")
    }

    /// `arn:<partition>:<service>:<region>:<account>:<rest>`
    ///
    /// # Errors
    /// As [`Cloud::identity`].
    pub fn arn(&self, service: &str, rest: &str) -> Result<String> {
        let me = self.identity()?;
        Ok(format!("arn:{}:{service}:{}:{}:{rest}", me.partition, self.region, me.account))
    }
}

async fn sdk_config(target: Target) -> SdkConfig {
    let timeouts =
        TimeoutConfig::builder().connect_timeout(Duration::from_secs(5)).operation_attempt_timeout(ATTEMPT);
    let loader = aws_config::defaults(BehaviorVersion::latest())
        .retry_config(RetryConfig::disabled())
        .timeout_config(timeouts.build());
    match target {
        Target::Aws { profile, region } => {
            let mut loader = loader.http_client(https());
            if let Some(profile) = profile {
                loader = loader.profile_name(profile);
            }
            if let Some(region) = region {
                loader = loader.region(Region::new(region));
            }
            loader.load().await
        }
        Target::Local { endpoint, account, region } => {
            let http = aws_smithy_http_client::Builder::new().build_http();
            local(loader.http_client(http).endpoint_url(endpoint), account, region).load().await
        }
        Target::InProcess { aws, account, region } => {
            let loader =
                loader.http_client(in_process::http_client(aws)).endpoint_url("http://127.0.0.1:4510");
            local(loader, account, region).load().await
        }
    }
}

/// The local AWS takes an access key of twelve digits as the account; nothing of the person's own setup is used.
fn local(loader: ConfigLoader, account: String, region: String) -> ConfigLoader {
    let credentials = Credentials::new(account, "local", None, None, "local");
    loader.credentials_provider(credentials).region(Region::new(region))
}

fn https() -> aws_smithy_runtime_api::client::http::SharedHttpClient {
    aws_smithy_http_client::Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https()
}
