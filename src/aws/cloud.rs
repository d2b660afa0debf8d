//! The clients of one account and region, and who is calling.

use super::{
    call::call, endpoints::endpoints, lookups::Lookups, sdk_config::settings, target::Target,
    whole_xml::WholeXml,
};
use crate::{
    engine::{Event, Id, Run, Stop},
    net::{Client, Network, all_of, whole},
};
use anyhow::{Context, Result, bail, ensure};
use aws_types::SdkConfig;
use bytes::Bytes;
use std::{cell::RefCell, rc::Rc};
use tokio::sync::OnceCell;

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
    /// Where the credentials are from, if somebody named it.
    pub credentials: Option<String>,
    /// What is called instead of AWS's own addresses.
    pub endpoints: Vec<String>,
    /// The way out, for what is no call of AWS's API.
    pub network: Network,
    pub iam: aws_sdk_iam::Client,
    pub ecr: aws_sdk_ecr::Client,
    pub lambda: aws_sdk_lambda::Client,
    pub apigateway: aws_sdk_apigateway::Client,
    pub logs: aws_sdk_cloudwatchlogs::Client,
    pub lookups: Lookups,
    /// The local AWS, where it is in this process.
    #[cfg(feature = "testing")]
    in_process: Option<local_aws::LocalAws>,
    sdk: SdkConfig,
    sts: aws_sdk_sts::Client,
    identity: OnceCell<Identity>,
    listener: RefCell<Option<Listener>>,
}

impl Cloud {
    /// Makes the clients. Talks to nobody yet.
    ///
    /// # Errors
    /// No region; a profile, a proxy or a region that can't be.
    pub async fn connect(target: Target) -> Result<Rc<Self>> {
        let (local, endpoint) = match &target {
            Target::Aws { .. } => (false, None),
            Target::Local { endpoint, .. } => (true, Some(endpoint.clone())),
            #[cfg(feature = "testing")]
            Target::InProcess { .. } => (true, None),
        };
        #[cfg(feature = "testing")]
        let in_process = match &target {
            Target::InProcess { aws, .. } => Some(aws.clone()),
            _ => None,
        };
        let settings = settings(target).await?;
        let config = settings.sdk;
        let Some(region) = config.region().map(ToString::to_string) else {
            bail!("no region: write `region:` into the stack file, or give --region or AWS_REGION");
        };
        let iam = aws_sdk_iam::config::Builder::from(&config).interceptor(WholeXml);
        let sts = aws_sdk_sts::config::Builder::from(&config).interceptor(WholeXml);
        Ok(Rc::new(Self {
            region,
            local,
            endpoint,
            credentials: settings.credentials,
            endpoints: endpoints(&config),
            network: settings.network,
            iam: aws_sdk_iam::Client::from_conf(iam.build()),
            ecr: aws_sdk_ecr::Client::new(&config),
            lambda: aws_sdk_lambda::Client::new(&config),
            apigateway: aws_sdk_apigateway::Client::new(&config),
            logs: aws_sdk_cloudwatchlogs::Client::new(&config),
            sts: aws_sdk_sts::Client::from_conf(sts.build()),
            lookups: Lookups::default(),
            #[cfg(feature = "testing")]
            in_process,
            sdk: config,
            identity: OnceCell::new(),
            listener: RefCell::default(),
        }))
    }

    /// What a kind makes the client from that only it needs.
    pub fn sdk(&self) -> &SdkConfig {
        &self.sdk
    }

    /// From now on `listener` is told of the waits of all that only looks.
    pub fn tell(&self, listener: Listener) {
        *self.listener.borrow_mut() = Some(listener);
    }

    /// For what looks at `id` and changes nothing: an apply has reporters of its own.
    pub fn looking_at(&self, id: &Id) -> Run {
        match &*self.listener.borrow() {
            Some(listener) => Run::new(id.clone(), listener.clone(), Stop::default()),
            None => Run::silent(id.clone()),
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
        let run = self.looking_at(&Id::only("caller"));
        let me = call(&run, "GetCallerIdentity", || self.sts.get_caller_identity().send()).await?;
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

    /// What is at a URL that AWS signed: it needs no credentials.
    ///
    /// # Errors
    /// No connection, an answer that says no.
    pub async fn download(&self, url: &str) -> Result<Bytes> {
        let request = http::Request::get(url).body(whole(Bytes::new()))?;
        #[cfg(feature = "testing")]
        if let Some(aws) = &self.in_process {
            return body_of(aws.try_handle(request).await?).await;
        }
        body_of(Client::new(self.network.clone()).send(request).await?).await
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

/// All of an answer that says yes.
async fn body_of<B>(answer: http::Response<B>) -> Result<Bytes>
where
    B: http_body::Body,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    ensure!(answer.status().is_success(), "AWS answered {}", answer.status());
    all_of(answer.into_body()).await
}
