//! Pushing through the engine, with the registry's token in memory.

use super::{
    BuiltImage, OnProgress, Progress, Registry, archive,
    build::chain,
    connect::Connection,
    distribution::{Distribution, Http},
    hints::explain_push,
    tidy,
};
use anyhow::{Context as _, Result, anyhow, bail};
use bollard::{
    auth::DockerCredentials,
    errors::Error,
    models::PushImageInfo,
    query_parameters::{PushImageOptions, RemoveImageOptionsBuilder, TagImageOptionsBuilder},
};
use futures_util::StreamExt;
use std::collections::BTreeMap;
use tokio::io::AsyncWriteExt;

/// Engines since 28 choose one platform of an image to push.
const PLATFORM_API: (u32, u32) = (1, 46);

/// Pushes `image` as `to.host/repository:tag`; the engine keeps no such name afterwards.
///
/// # Errors
/// See [`super::Docker::push`].
pub async fn push(
    connection: &Connection,
    image: &BuiltImage,
    to: &Registry,
    repository: &str,
    tag: &str,
    on: OnProgress<'_>,
) -> Result<()> {
    let name = format!("{}/{repository}", to.host);
    let options = TagImageOptionsBuilder::default().repo(&name).tag(tag).build();
    connection
        .client
        .tag_image(&image.id, Some(options))
        .await
        .context("the engine no longer has the built image")?;
    let pushed = with_platform_or_without(connection, image, to, &name, tag, on).await;
    if let Err(e) = untag(connection, image, &name, tag).await {
        // Untidy, not wrong.
        on(Progress::Line(format!("{name}:{tag} stays among the engine's names: {}", text(&e))));
    }
    match pushed {
        Err(e) if is_our_loopback(&to.host) && is_out_of_reach(&e) => {
            on(Progress::Line(format!(
                "the engine can't reach {}: the image is uploaded from here",
                to.host
            )));
            from_here(connection, image, to, repository, tag, on).await?;
        }
        Err(e) => {
            return Err(anyhow!(explain_push(&text(&e)))).with_context(|| format!("pushing {name}:{tag}"));
        }
        Ok(()) => {}
    }
    tidy::older(connection, repository, &image.id, on).await;
    Ok(())
}

/// A store that holds several platforms must be told which one; one that holds a single one may refuse to be told.
async fn with_platform_or_without(
    connection: &Connection,
    image: &BuiltImage,
    to: &Registry,
    name: &str,
    tag: &str,
    on: OnProgress<'_>,
) -> Result<(), Error> {
    if connection.api >= PLATFORM_API {
        let platform = format!(r#"{{"os":"{}","architecture":"{}"}}"#, image.os, image.architecture);
        match once(connection, to, name, tag, Some(platform), on).await {
            Err(e) if text(&e).to_lowercase().contains("platform") => {}
            other => return other,
        }
    }
    once(connection, to, name, tag, None, on).await
}

async fn once(
    connection: &Connection,
    to: &Registry,
    name: &str,
    tag: &str,
    platform: Option<String>,
    on: OnProgress<'_>,
) -> Result<(), Error> {
    let credentials = DockerCredentials {
        username: Some(to.user.clone()),
        password: Some(to.password.clone()),
        serveraddress: Some(to.host.clone()),
        ..DockerCredentials::default()
    };
    let options = PushImageOptions { tag: Some(tag.to_owned()), platform };
    let mut messages = Box::pin(connection.client.push_image(name, Some(options), Some(credentials)));
    let (mut result, mut bar) = (Ok(()), Bar::default());
    while let Some(message) = messages.next().await {
        match message {
            Ok(info) => bar.take(info, on),
            Err(e) => result = result.and(Err(e)),
        }
    }
    result
}

/// Bytes of all layers together. bollard's messages don't name their layer, so its size tells them apart.
#[derive(Default)]
struct Bar {
    layers: BTreeMap<u64, u64>,
    said: Option<String>,
}

impl Bar {
    fn take(&mut self, info: PushImageInfo, on: OnProgress<'_>) {
        if let Some(detail) = info.progress_detail
            && let (Some(done), Some(total)) = (detail.current, detail.total)
        {
            let (done, total) = (u64::try_from(done).unwrap_or(0), u64::try_from(total).unwrap_or(0));
            self.layers.insert(total, done.min(total));
            on(Progress::Bytes { done: self.layers.values().sum(), total: self.layers.keys().sum() });
        } else if let Some(status) = info.status.filter(|s| is_news(s) && Some(s) != self.said.as_ref()) {
            on(Progress::Line(status.clone()));
            self.said = Some(status);
        }
    }
}

fn is_news(status: &str) -> bool {
    status.starts_with("Retrying") || status.contains("digest: sha256:")
}

/// Removes the names that a push leaves with the engine: the tag, and the digest that the registry gave.
async fn untag(connection: &Connection, image: &BuiltImage, name: &str, tag: &str) -> Result<(), Error> {
    remove(connection, &format!("{name}:{tag}"), true).await?;
    let digests = match connection.client.inspect_image(&image.id).await {
        Ok(image) => image.repo_digests.unwrap_or_default(),
        // That was its last name.
        Err(Error::DockerResponseServerError { status_code: 404, .. }) => Vec::new(),
        Err(e) => return Err(e),
    };
    for digest in digests.iter().filter(|d| d.starts_with(&format!("{name}@"))) {
        remove(connection, digest, true).await?;
    }
    Ok(())
}

/// Takes one name away, and the image with its last name; `keep_parents` for a classic builder's cache.
pub(super) async fn remove(connection: &Connection, name: &str, keep_parents: bool) -> Result<(), Error> {
    let options = RemoveImageOptionsBuilder::default().noprune(keep_parents).build();
    connection.client.remove_image(name, Some(options), None).await.map(drop)
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

/// What Docker Desktop and remote engines need: their loopback is not ours.
async fn from_here(
    connection: &Connection,
    image: &BuiltImage,
    to: &Registry,
    repository: &str,
    tag: &str,
    on: OnProgress<'_>,
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
    let exchange = Http::new(to)?;
    archive::push(&Distribution::new(&exchange, to, repository), file.path(), &image.architecture, tag, on)
        .await
        .map(drop)
}

pub(super) fn text(error: &Error) -> String {
    match error {
        Error::DockerStreamError { error } => error.clone(),
        Error::DockerResponseServerError { message, .. } => message.clone(),
        other => chain(other),
    }
}

#[cfg(test)]
#[path = "push_tests.rs"]
mod tests;
