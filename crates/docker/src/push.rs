//! Pushing through the engine, with the registry's token in memory.

use super::{
    BuiltImage, OnProgress, Progress, Registry, archive,
    causes::text,
    connect::Connection,
    distribution::Distribution,
    hints::{explain_push, may_pass},
    tidy::{self, remove},
};
use anyhow::{Context as _, Result, anyhow, bail};
use bollard::{
    auth::DockerCredentials,
    errors::Error,
    models::PushImageInfo,
    query_parameters::{PushImageOptions, TagImageOptionsBuilder},
};
use futures_util::StreamExt;
use lambdeploy_net::Client;
use std::{collections::BTreeMap, time::Duration};
use tokio::io::AsyncWriteExt;

/// Engines since 28 choose one platform of an image to push.
const PLATFORM_API: (u32, u32) = (1, 46);

/// Waits before each further attempt. Layers that are there are not sent again.
const RETRIES: [Duration; 3] = [Duration::from_secs(1), Duration::from_secs(4), Duration::from_secs(12)];

/// How long a person who pressed Ctrl-C waits for the engine to tidy up.
const TIDYING: Duration = Duration::from_secs(5);

/// What engines up to 28 say before they try a layer again.
const RETRYING: &str = "Retrying";

/// Pushes `image` as `to.host/repository:tag`; the engine keeps no such name afterwards.
///
/// # Errors
/// See [`super::Docker::push`].
pub(super) async fn push(
    connection: &Connection,
    image: &BuiltImage,
    to: &Registry,
    repository: &str,
    tag: &str,
    progress: OnProgress<'_>,
) -> Result<()> {
    let target = PushTarget { connection, image, to, name: format!("{}/{repository}", to.host), tag };
    match target.patiently(progress).await {
        Err(e) if is_our_loopback(&to.host) && is_out_of_reach(&e) => {
            progress(Progress::Line(format!(
                "the engine can't reach {}: the image is uploaded from here",
                to.host
            )));
            from_here(connection, image, to, repository, tag, progress).await?;
        }
        Err(e) => {
            let what = format!("pushing {}:{tag}", target.name);
            return Err(anyhow!(explain_push(&text(&e)))).context(what);
        }
        Ok(()) => {}
    }
    tidy::older(connection, repository, &image.id, progress).await;
    Ok(())
}

/// Takes away the name that a push which was broken off has left with the engine. Untidy if that fails, not wrong.
pub(super) async fn abandon(connection: &Connection, to: &Registry, repository: &str, tag: &str) {
    _ = tokio::time::timeout(TIDYING, remove(connection, &format!("{}/{repository}:{tag}", to.host), true))
        .await;
}

/// What is pushed, and where to.
struct PushTarget<'a> {
    connection: &'a Connection,
    image: &'a BuiltImage,
    to: &'a Registry,
    /// `host/repository`
    name: String,
    tag: &'a str,
}

impl PushTarget<'_> {
    /// Tries again what may go better, unless the engine itself has done so.
    async fn patiently(&self, progress: OnProgress<'_>) -> Result<(), Error> {
        for wait in RETRIES {
            let mut bar = Bar::default();
            match self.attempt(&mut bar, progress).await {
                Err(e) if !bar.retried && self.may_pass(&e) => {
                    let said = text(&e);
                    progress(Progress::Line(format!(
                        "the push was interrupted; trying again in {} s: {said}",
                        wait.as_secs()
                    )));
                    tokio::time::sleep(wait).await;
                }
                done => return done,
            }
        }
        self.attempt(&mut Bar::default(), progress).await
    }

    fn may_pass(&self, error: &Error) -> bool {
        may_pass(&text(error)) && !(is_our_loopback(&self.to.host) && is_out_of_reach(error))
    }

    /// Names the image as the engine wants it for a push, pushes, and takes the name away.
    async fn attempt(&self, bar: &mut Bar, progress: OnProgress<'_>) -> Result<(), Error> {
        let options = TagImageOptionsBuilder::default().repo(&self.name).tag(self.tag).build();
        self.connection.client.tag_image(&self.image.id, Some(options)).await?;
        let pushed = self.with_platform_or_without(bar, progress).await;
        if let Err(e) = untag(self.connection, self.image, &self.name, self.tag).await {
            // Untidy, not wrong.
            let line =
                format!("the name {}:{} could not be removed from Docker: {}", self.name, self.tag, text(&e));
            progress(Progress::Line(line));
        }
        pushed
    }

    /// A store that holds several platforms must be told which one; one that holds a single one may refuse to be told.
    async fn with_platform_or_without(&self, bar: &mut Bar, progress: OnProgress<'_>) -> Result<(), Error> {
        if self.connection.api >= PLATFORM_API {
            let (os, architecture) = (&self.image.os, &self.image.architecture);
            let platform = format!(r#"{{"os":"{os}","architecture":"{architecture}"}}"#);
            match self.once(Some(platform), bar, progress).await {
                Err(e) if text(&e).to_lowercase().contains("platform") => {}
                other => return other,
            }
        }
        self.once(None, bar, progress).await
    }

    async fn once(
        &self,
        platform: Option<String>,
        bar: &mut Bar,
        progress: OnProgress<'_>,
    ) -> Result<(), Error> {
        let credentials = DockerCredentials {
            username: Some(self.to.user.clone()),
            password: Some(self.to.password.clone()),
            serveraddress: Some(self.to.host.clone()),
            ..DockerCredentials::default()
        };
        let options = PushImageOptions { tag: Some(self.tag.to_owned()), platform };
        let client = &self.connection.client;
        let mut messages = Box::pin(client.push_image(&self.name, Some(options), Some(credentials)));
        let mut result = Ok(());
        while let Some(message) = messages.next().await {
            match message {
                Ok(info) => bar.take(info, progress),
                Err(e) => result = result.and(Err(e)),
            }
        }
        result
    }
}

/// Bytes of all layers together. bollard's messages don't name their layer, so its size tells them apart.
#[derive(Default)]
struct Bar {
    layers: BTreeMap<u64, u64>,
    said: Option<String>,
    /// The engine tries a layer again by itself.
    retried: bool,
}

impl Bar {
    fn take(&mut self, info: PushImageInfo, progress: OnProgress<'_>) {
        if let Some(detail) = info.progress_detail
            && let (Some(done), Some(total)) = (detail.current, detail.total)
        {
            let (done, total) = (u64::try_from(done).unwrap_or(0), u64::try_from(total).unwrap_or(0));
            // Layers of one size would push the sum up and down.
            let most = self.layers.entry(total).or_default();
            *most = done.min(total).max(*most);
            progress(Progress::Bytes { done: self.layers.values().sum(), total: self.layers.keys().sum() });
        } else if let Some(status) = info.status.filter(|s| is_news(s) && Some(s) != self.said.as_ref()) {
            if status.starts_with(RETRYING) {
                self.retried = true;
                self.layers.clear();
            }
            progress(Progress::Line(status.clone()));
            self.said = Some(status);
        }
    }
}

fn is_news(status: &str) -> bool {
    status.starts_with(RETRYING) || status.contains("digest: sha256:")
}

/// Removes the names that a push leaves with the engine: the tag, and the digest that the registry gave.
async fn untag(connection: &Connection, image: &BuiltImage, name: &str, tag: &str) -> Result<(), Error> {
    gone(remove(connection, &format!("{name}:{tag}"), true).await)?;
    let digests = match connection.client.inspect_image(&image.id).await {
        Ok(image) => image.repo_digests.unwrap_or_default(),
        // That was its last name.
        Err(Error::DockerResponseServerError { status_code: 404, .. }) => Vec::new(),
        Err(e) => return Err(e),
    };
    for digest in digests.iter().filter(|d| d.starts_with(&format!("{name}@"))) {
        gone(remove(connection, digest, true).await)?;
    }
    Ok(())
}

/// Another run may have taken a name away meanwhile.
fn gone(removed: Result<(), Error>) -> Result<(), Error> {
    match removed {
        Err(Error::DockerResponseServerError { status_code: 404, .. }) => Ok(()),
        other => other,
    }
}

fn is_our_loopback(host: &str) -> bool {
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    name == "localhost" || name == "[::1]" || name.starts_with("127.")
}

fn is_out_of_reach(error: &Error) -> bool {
    let text = text(error).to_lowercase();
    ["connection refused", "no route to host", "i/o timeout", "connection reset", "response to https client"]
        .iter()
        .any(|w| text.contains(w))
}

/// BuildKit is asked for gzip, so the base came in this form and another builder kept it.
const ZSTD: &str = "the base image brings it: build with BuildKit (Docker 23 or later, without DOCKER_BUILDKIT=0), which makes gzip of it";

/// What Docker Desktop and remote engines need: their loopback is not ours.
async fn from_here(
    connection: &Connection,
    image: &BuiltImage,
    to: &Registry,
    repository: &str,
    tag: &str,
    progress: OnProgress<'_>,
) -> Result<()> {
    let file = tempfile::NamedTempFile::new().context("no temporary file for the image")?;
    let mut saved = tokio::fs::File::from_std(file.reopen()?);
    let mut bytes = connection.client.export_image(&image.id);
    while let Some(chunk) = bytes.next().await {
        saved.write_all(&chunk.context("saving the image")?).await.context("saving the image")?;
    }
    saved.flush().await?;
    if image.os != "linux" {
        bail!("the image is for {}, Lambda runs Linux", image.os);
    }
    let exchange = Client::new(to.network.clone());
    let what = archive::What { path: file.path(), name: "the image as the engine saves it", zstd: ZSTD };
    let to = Distribution::new(&exchange, to, repository);
    archive::push(&to, &what, &image.architecture, tag, progress).await.map(drop)
}

#[cfg(test)]
#[path = "push_tests.rs"]
mod tests;
