//! Logins for ECR by the caller's own AWS credentials: for pushes, and for base images that are in ECR too.

use crate::{
    aws::{Cloud, call},
    docker::{Login, OwnLogins},
    engine::Run,
};
use anyhow::{Context as _, Result};
use base64::{Engine, prelude::BASE64_STANDARD};
use futures_util::{FutureExt, future::LocalBoxFuture};
use std::rc::Rc;

/// Digits of an account's number, which begins a registry's name.
const ACCOUNT_DIGITS: usize = 12;

/// The region's registries, as far as the caller's credentials reach.
pub(crate) struct EcrLogin {
    cloud: Rc<Cloud>,
    /// The one that images are pushed to.
    host: String,
    run: Run,
}

impl EcrLogin {
    /// `repository_uri`: of a repository of the own account.
    pub(crate) fn new(cloud: &Rc<Cloud>, repository_uri: &str, run: &Run) -> Self {
        let host = repository_uri.split('/').next().unwrap_or_default().to_owned();
        Self { cloud: Rc::clone(cloud), host, run: run.clone() }
    }

    pub(crate) fn host(&self) -> &str {
        &self.host
    }

    /// A user and a password, good for 12 hours; kept nowhere.
    ///
    /// # Errors
    /// What AWS says.
    pub(crate) async fn fetch(&self) -> Result<Login> {
        let answer =
            call(&self.run, "GetAuthorizationToken", || self.cloud.ecr.get_authorization_token().send())
                .await?;
        let data = answer.authorization_data.and_then(|d| d.into_iter().next());
        let token = data.and_then(|d| d.authorization_token).context("ECR gave no authorization token")?;
        let decoded = String::from_utf8(BASE64_STANDARD.decode(token)?)?;
        let (user, secret) = decoded.split_once(':').context("ECR's authorization token has no password")?;
        Ok(Login { user: user.to_owned(), secret: secret.to_owned() })
    }
}

/// Whether one token opens both: it is good for every registry of the region that its owner may read.
fn same_region(host: &str, ours: &str) -> bool {
    let split = |name: &str| {
        let (account, rest) = name.split_once('.')?;
        let is_account = account.len() == ACCOUNT_DIGITS && account.bytes().all(|b| b.is_ascii_digit());
        is_account.then(|| rest.to_owned())
    };
    host == ours || split(host).is_some_and(|rest| Some(rest) == split(ours))
}

impl OwnLogins for EcrLogin {
    fn is_ours(&self, host: &str) -> bool {
        host == self.host
    }

    fn login<'a>(&'a self, host: &'a str) -> LocalBoxFuture<'a, Result<Option<Login>>> {
        async move { if same_region(host, &self.host) { self.fetch().await.map(Some) } else { Ok(None) } }
            .boxed_local()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_for_the_registries_of_its_region() {
        let ours = "123456789012.dkr.ecr.eu-west-1.amazonaws.com";
        assert!(same_region(ours, ours));
        assert!(same_region("000000000000.dkr.ecr.eu-west-1.amazonaws.com", ours));
        assert!(same_region("127.0.0.1:4510", "127.0.0.1:4510"));
        for other in [
            "123456789012.dkr.ecr.us-east-1.amazonaws.com",
            "evil.dkr.ecr.eu-west-1.amazonaws.com",
            "123456789012.dkr.ecr.eu-west-1.amazonaws.com.evil.example",
            "public.ecr.aws",
            "docker.io",
        ] {
            assert!(!same_region(other, ours), "{other}");
        }
        assert!(!same_region("localhost:1", "127.0.0.1:4510"));
    }
}
