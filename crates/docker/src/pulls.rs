//! Logins for what a build pulls, in the two ways that builders ask for them.

use super::{
    OnProgress, Progress,
    login::{self, Login, Logins, OwnLogins},
    session::Asked,
};
use http::HeaderValue;
use std::{collections::BTreeSet, convert::Infallible};
use tokio::sync::mpsc;

/// Where logins come from, and who is told of those that can't be had.
pub(super) struct Pulls<'a> {
    pub logins: &'a Logins,
    pub own: Option<&'a dyn OwnLogins>,
    pub progress: OnProgress<'a>,
}

impl Pulls<'_> {
    /// Answers BuildKit for as long as this is polled.
    pub(super) async fn answer(&self, mut asks: mpsc::Receiver<Asked>) -> Infallible {
        while let Some(Asked { host, answer }) = asks.recv().await {
            // A build that no longer wants it is over.
            _ = answer.send(self.login(&host).await);
        }
        std::future::pending().await
    }

    /// The header that tells the classic builder the logins for `images`, if there are any.
    pub(super) async fn header(&self, images: &[String]) -> Option<HeaderValue> {
        let mut found = Vec::new();
        for host in images.iter().map(|image| login::registry_of(image)).collect::<BTreeSet<_>>() {
            found.extend(self.login(host).await.map(|login| (host.to_owned(), login)));
        }
        if found.is_empty() {
            return None;
        }
        let mut value = HeaderValue::from_str(&login::header(&found)).ok()?;
        value.set_sensitive(true);
        Some(value)
    }

    /// Most images are public: one without a login is asked for all the same.
    async fn login(&self, host: &str) -> Option<Login> {
        self.logins.find(host, self.own).await.unwrap_or_else(|e| {
            let line = format!("warning: pulling images of {host} without a login: {e:#}");
            (self.progress)(Progress::Line(line));
            None
        })
    }
}

#[cfg(test)]
#[path = "pulls_tests.rs"]
mod tests;
