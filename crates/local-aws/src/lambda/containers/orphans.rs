//! Containers that a local AWS left behind because it was killed.

use bollard::{
    Docker,
    query_parameters::{ListContainersOptions, RemoveContainerOptions},
};
use std::{collections::HashMap, io::ErrorKind, time::Duration};
use tokio::net::TcpStream;

/// The label of our containers; its value is the address of the local AWS that they belong to.
pub const LABEL: &str = "lambdeploy.local";

/// How often, and after which pause, the engine is asked whether it has removed them all.
const LOOKS: usize = 50;
const PAUSE: Duration = Duration::from_millis(100);

/// Ids of the containers of one owner, or of all, with their owners.
async fn list(docker: &Docker, owner: Option<&str>) -> anyhow::Result<Vec<(String, String)>> {
    let label = owner.map_or_else(|| LABEL.to_owned(), |owner| format!("{LABEL}={owner}"));
    let filters = Some(HashMap::from([("label".to_owned(), vec![label])]));
    let options = ListContainersOptions { all: true, filters, ..ListContainersOptions::default() };
    let containers = docker.list_containers(Some(options)).await?;
    let owned = containers.into_iter().filter_map(|c| Some((c.id?, c.labels?.remove(LABEL)?)));
    Ok(owned.collect())
}

/// Kills and removes a container; one that is gone, or going, is fine.
pub async fn remove(docker: &Docker, id: &str) -> anyhow::Result<()> {
    let options = RemoveContainerOptions { force: true, v: true, ..RemoveContainerOptions::default() };
    match docker.remove_container(id, Some(options)).await {
        Err(bollard::errors::Error::DockerResponseServerError { status_code: 404 | 409, .. }) | Ok(()) => {
            Ok(())
        }
        Err(error) => Err(error.into()),
    }
}

/// Removes all containers of `owner`, and waits until they are gone.
pub async fn remove_all(docker: &Docker, owner: &str) -> anyhow::Result<()> {
    for _ in 0..LOOKS {
        let left = list(docker, Some(owner)).await?;
        if left.is_empty() {
            return Ok(());
        }
        for (id, _) in left {
            remove(docker, &id).await?;
        }
        tokio::time::sleep(PAUSE).await;
    }
    anyhow::bail!("the engine does not remove the containers labelled {LABEL}={owner}")
}

/// Removes the containers of every local AWS that is no more: nothing listens on its address. Done before `owner`
/// starts its first container, so one that has its label is an orphan, too.
pub async fn sweep(docker: &Docker, owner: &str) -> anyhow::Result<()> {
    for (id, of) in list(docker, None).await? {
        if of == owner || is_dead(&of).await {
            remove(docker, &id).await?;
        }
    }
    Ok(())
}

async fn is_dead(address: &str) -> bool {
    // Only an address can be asked; a refusal is the one sure sign.
    address.contains(':')
        && TcpStream::connect(address).await.is_err_and(|e| e.kind() == ErrorKind::ConnectionRefused)
}
