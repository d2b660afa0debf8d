//! What a local AWS has in the engine, and what one that was killed left behind there: containers, their volumes and
//! network, images. All of it is marked with the identity of the local AWS that made it, which no other on any machine
//! has; so what is another's, on an engine that several share, is never touched.

use crate::home::{self, Abandoned};
use bollard::{
    Docker,
    errors::Error,
    query_parameters::{
        ListContainersOptions, ListImagesOptions, ListNetworksOptions, ListVolumesOptions,
        RemoveContainerOptions, RemoveImageOptions, RemoveVolumeOptions,
    },
};
use std::{collections::HashMap, time::Duration};

/// The label's value is the identity of a local AWS.
const LABEL: &str = "lambdeploy.local";

/// How often, and after which pause, the engine is asked whether it has removed them all.
const LOOKS: usize = 50;
const PAUSE: Duration = Duration::from_millis(100);

/// The mark on what is `owner`'s.
pub(crate) fn labels(owner: &str) -> HashMap<String, String> {
    HashMap::from([(LABEL.to_owned(), owner.to_owned())])
}

/// The engine's name for an image that was uploaded to it: each local AWS has its own, and removes it.
pub(crate) fn image_name(owner: &str, repository: &str, digits: &str) -> String {
    format!("{}{repository}:{digits}", images_of(owner))
}

fn images_of(owner: &str) -> String {
    format!("lambdeploy.local/{owner}/")
}

fn filters(owner: &str) -> HashMap<String, Vec<String>> {
    HashMap::from([("label".to_owned(), vec![format!("{LABEL}={owner}")])])
}

async fn containers(docker: &Docker, owner: &str) -> Result<Vec<String>, Error> {
    let filters = Some(filters(owner));
    let options = ListContainersOptions { all: true, filters, ..ListContainersOptions::default() };
    let containers = docker.list_containers(Some(options)).await?;
    Ok(containers.into_iter().filter_map(|c| c.id).collect())
}

/// Kills and removes a container; one that is gone, or going, is fine.
///
/// # Errors
/// The engine's.
pub(crate) async fn remove(docker: &Docker, id: &str) -> anyhow::Result<()> {
    let options = RemoveContainerOptions { force: true, v: true, ..RemoveContainerOptions::default() };
    gone(docker.remove_container(id, Some(options)).await)
}

fn gone<T>(result: Result<T, Error>) -> anyhow::Result<()> {
    match result {
        Err(Error::DockerResponseServerError { status_code: 404 | 409, .. }) | Ok(_) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// Removes all that is `owner`'s, and waits until its containers are gone.
///
/// # Errors
/// The engine's, or it does not remove them.
pub(crate) async fn remove_all(docker: &Docker, owner: &str) -> anyhow::Result<()> {
    for _ in 0..LOOKS {
        let left = containers(docker, owner).await?;
        if left.is_empty() {
            return remove_rest(docker, owner).await;
        }
        for id in left {
            remove(docker, &id).await?;
        }
        tokio::time::sleep(PAUSE).await;
    }
    anyhow::bail!("the engine does not remove the containers labelled {LABEL}={owner}")
}

/// What no container uses any more.
async fn remove_rest(docker: &Docker, owner: &str) -> anyhow::Result<()> {
    let options = ListNetworksOptions { filters: Some(filters(owner)) };
    for network in docker.list_networks(Some(options)).await? {
        gone(docker.remove_network(&network.id.unwrap_or_default()).await)?;
    }
    let options = ListVolumesOptions { filters: Some(filters(owner)) };
    for volume in docker.list_volumes(Some(options)).await?.volumes.unwrap_or_default() {
        gone(docker.remove_volume(&volume.name, None::<RemoveVolumeOptions>).await)?;
    }
    let images = docker.list_images(None::<ListImagesOptions>).await?;
    let names = images.into_iter().flat_map(|image| image.repo_tags);
    for name in names.filter(|name| name.starts_with(&images_of(owner))) {
        gone(docker.remove_image(&name, None::<RemoveImageOptions>, None).await)?;
    }
    Ok(())
}

/// Removes what the killed local AWSs of this machine and user left in the engine.
///
/// # Errors
/// The engine's, or this machine's folder of temporary files can't be read.
pub(crate) async fn sweep(docker: &Docker) -> anyhow::Result<()> {
    for abandoned in home::abandoned()? {
        remove_all(docker, &abandoned.id).await?;
        Abandoned::remove(abandoned)?;
    }
    Ok(())
}
