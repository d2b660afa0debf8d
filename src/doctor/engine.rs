//! The Docker engine: whether one is there, whether it has to emulate, and whether its disk has room.

use super::Advice;
use crate::{
    docker::{Connection, connect},
    stack::{Function, ImageSource, Stack},
};
use anyhow::Result;
use std::{collections::BTreeMap, path::Path};

const GB: u64 = 1 << 30;
/// A Python base of AWS's is 0.6 GB unpacked, one with a small network 2 GB.
const TOO_LITTLE: u64 = GB;
const LITTLE: u64 = 5 * GB;

/// Of this machine; without a stack file it is not known whether anything is built.
pub(crate) async fn of_engine(stack: Option<&Stack>) -> Vec<Advice> {
    let about = "docker";
    let built: Vec<_> =
        stack.into_iter().flat_map(|s| s.functions.values()).filter(|f| is_built(f)).collect();
    if stack.is_some() && built.is_empty() {
        return vec![Advice::fine(about, "not needed: the stack file names images that are there")];
    }
    let connection = match connect().await {
        Ok(connection) => connection,
        Err(error) if stack.is_none() => {
            let todo = "`up` builds with Docker, unless the stack file has `image.uri` or `image.archive`";
            return vec![Advice::beware(about, format!("{error:#}"), todo)];
        }
        Err(error) => return vec![Advice::failing(about, &error)],
    };
    let disk = match root(&connection).await {
        Ok(root) => free(Path::new(&root)).map(|free| disk(&root, free)),
        Err(error) => Some(Advice::unknown("disk", format!("the engine does not tell: {error:#}"), None)),
    };
    let architectures = built.iter().map(|f| (f.key.as_str(), f.architecture.platform())).collect();
    platform(&connection.platform, &architectures).into_iter().chain(disk).collect()
}

fn is_built(function: &Function) -> bool {
    matches!(function.image.source, ImageSource::Context(_))
}

/// `wanted`: platforms, by function.
fn platform(engine: &str, wanted: &BTreeMap<&str, String>) -> Vec<Advice> {
    let others = wanted.iter().filter(|(_, platform)| *platform != engine);
    let emulated = others.map(|(key, platform)| {
        let text = format!(
            "{key} is for {platform} and this engine runs {engine}: each step of its build is emulated, which takes several times as long, or fails with \"exec format error\" where no emulation is set up"
        );
        let native = engine.rsplit('/').next().map_or("", |it| if it == "amd64" { "x86_64" } else { it });
        let todo = format!(
            "write `architecture: {native}` for {key}, or set emulation up: docker run --privileged --rm tonistiigi/binfmt --install all"
        );
        Advice::beware("docker", text, todo)
    });
    let emulated: Vec<_> = emulated.collect();
    if emulated.is_empty() {
        vec![Advice::fine("docker", format!("an engine for {engine}"))]
    } else {
        emulated
    }
}

/// The folder that the engine keeps images in, on its own machine.
async fn root(connection: &Connection) -> Result<String> {
    Ok(connection.client.info().await?.docker_root_dir.unwrap_or_default())
}

/// Bytes that are free there; `None` where the folder is on another machine, or in a virtual one.
#[cfg(unix)]
fn free(folder: &Path) -> Option<u64> {
    let disk = rustix::fs::statvfs(folder).ok()?;
    Some(disk.f_bavail.saturating_mul(disk.f_frsize))
}

/// Docker's images are in a virtual machine there.
#[cfg(not(unix))]
fn free(_: &Path) -> Option<u64> {
    None
}

fn disk(folder: &str, free: u64) -> Advice {
    let about = "disk";
    #[expect(clippy::cast_precision_loss, reason = "it is shown with one decimal")]
    let text = format!("{:.1} GB free in {folder}", free as f64 / GB as f64);
    let todo = "docker system prune; docker builder prune";
    match free {
        ..TOO_LITTLE => Advice::fails(about, format!("{text}, too little for a build"), todo),
        TOO_LITTLE..LITTLE => Advice::beware(about, format!("{text}: a large base image needs more"), todo),
        LITTLE.. => Advice::fine(about, text),
    }
}

#[cfg(test)]
mod tests {
    use super::{GB, disk, free, platform};
    use crate::doctor::Outlook;
    use std::{collections::BTreeMap, path::Path};

    #[test]
    fn another_architecture_is_emulated() {
        let wanted = |platform: &str| BTreeMap::from([("hello", platform.to_owned())]);
        let emulated = &platform("linux/arm64", &wanted("linux/amd64"))[0];
        assert_eq!(emulated.outlook, Outlook::Beware);
        assert!(emulated.todo.as_ref().is_some_and(|t| t.contains("`architecture: arm64` for hello")));
        let other = &platform("linux/amd64", &wanted("linux/arm64"))[0];
        assert!(other.todo.as_ref().is_some_and(|t| t.contains("`architecture: x86_64`")));
        assert_eq!(platform("linux/amd64", &wanted("linux/amd64"))[0].outlook, Outlook::Fine);
    }

    #[test]
    fn a_full_disk_fails_before_the_build_does() {
        for (bytes, outlook) in
            [(GB / 2, Outlook::Fails), (2 * GB, Outlook::Beware), (50 * GB, Outlook::Fine)]
        {
            assert_eq!(disk("/var/lib/docker", bytes).outlook, outlook, "{bytes}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn what_is_free_is_told_where_the_folder_is_here() {
        assert!(free(&std::env::temp_dir()).is_some());
        assert_eq!(free(Path::new("/no/such/folder")), None);
    }
}
