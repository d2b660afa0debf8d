//! Own images in the engine's store: the newest of a repository stays, under a name that says whose it is; older ones go.
//! Only names that this tool gives are taken away, and an image with another name stays under that. The build cache is
//! the engine's own business.

use super::{BuildRequest, OnProgress, Progress, causes::text, connect::Connection};
use bollard::{
    errors::Error,
    query_parameters::{ListImagesOptionsBuilder, RemoveImageOptionsBuilder},
};
use std::collections::HashMap;

/// `lambdeploy/<repository>`: what the engine calls a repository's images.
fn store(repository: &str) -> String {
    format!("lambdeploy/{repository}")
}

/// The name under which the image of a build stays in the engine.
pub(super) fn local_name(request: &BuildRequest) -> String {
    let hash = &request.fingerprint;
    format!("{}:{}", store(&request.repository), &hash[..hash.len().min(16)])
}

/// After a push: takes away the names of the repository's older images. What can't go (a container runs it) is said.
pub(super) async fn older(connection: &Connection, repository: &str, newest: &str, progress: OnProgress<'_>) {
    // By its names, for stores differ in which of an image's digests they list as its id.
    let gone = match connection.client.inspect_image(newest).await {
        Ok(image) => forget(connection, repository, &image.repo_tags.unwrap_or_default(), progress).await,
        Err(e) => Err(e),
    };
    if let Err(e) = gone {
        progress(Progress::Line(format!(
            "older images of {repository} could not be removed from Docker: {}",
            text(&e)
        )));
    }
}

/// Once a repository is gone: takes away the names of all its images.
pub(super) async fn all(connection: &Connection, repository: &str, progress: OnProgress<'_>) {
    if let Err(e) = forget(connection, repository, &[], progress).await {
        progress(Progress::Line(format!(
            "images of {repository} could not be removed from Docker: {}",
            text(&e)
        )));
    }
}

async fn forget(
    connection: &Connection,
    repository: &str,
    keep: &[String],
    progress: OnProgress<'_>,
) -> Result<(), Error> {
    let store = store(repository);
    let filters = HashMap::from([("reference", vec![store.as_str()])]);
    let options = ListImagesOptionsBuilder::default().filters(&filters).build();
    let all = connection.client.list_images(Some(options)).await?;
    let names = all.into_iter().flat_map(|i| i.repo_tags).filter(|name| !keep.contains(name));
    for name in names.filter(|n| short(n).starts_with(&format!("{store}:"))) {
        match remove(connection, &name, false).await {
            Err(Error::DockerResponseServerError { status_code: 409, message }) => {
                progress(Progress::Line(format!("{name} stays in Docker: {message}")));
            }
            Err(Error::DockerResponseServerError { status_code: 404, .. }) => {}
            other => other?,
        }
    }
    Ok(())
}

/// Takes one name away, and the image with its last name; `keep_parents` for a classic builder's cache.
pub(super) async fn remove(connection: &Connection, name: &str, keep_parents: bool) -> Result<(), Error> {
    let options = RemoveImageOptionsBuilder::default().noprune(keep_parents).build();
    connection.client.remove_image(name, Some(options), None).await.map(drop)
}

/// Podman writes out where a name without a registry comes from.
fn short(name: &str) -> &str {
    ["docker.io/", "localhost/"].iter().find_map(|host| name.strip_prefix(host)).unwrap_or(name)
}

/// The image that has `name` before a build, which may take the name away from it.
pub(super) async fn holder(connection: &Connection, name: &str) -> Option<String> {
    connection.client.inspect_image(name).await.ok()?.id
}

/// After a build of the same inputs (`--rebuild`): an image that is left without any name goes.
pub(super) async fn nameless(
    connection: &Connection,
    before: Option<String>,
    now: &str,
    progress: OnProgress<'_>,
) {
    let Some(id) = before.filter(|id| id != now) else { return };
    let Ok(image) = connection.client.inspect_image(&id).await else { return };
    if !image.repo_tags.unwrap_or_default().is_empty() {
        return;
    }
    if let Err(e) = remove(connection, &id, false).await {
        progress(Progress::Line(format!("the image {id} could not be removed from Docker: {}", text(&e))));
    }
}
