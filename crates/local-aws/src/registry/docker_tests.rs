//! Docker's own opinion of the registry: the engine of this machine pushes to a served local AWS and pulls from it.

#![allow(clippy::unwrap_used)]

use crate::{
    LocalAws,
    ecr::testing::{create, tags_of},
    registry::{testing::authorization, tests::with_app},
    testing::ok,
};
use serde_json::json;
use std::{path::Path, process::Output};
use tempfile::TempDir;
use tokio::{net::TcpListener, process::Command, sync::oneshot};

/// The docker program with a configuration of its own, which knows the way into the registry.
struct Docker {
    folder: TempDir,
    registry: String,
}

impl Docker {
    fn new(aws: &LocalAws, registry: String) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let auth = authorization(aws).replace("Basic ", "");
        let config = json!({"auths": {registry.as_str(): {"auth": auth}}});
        std::fs::write(folder.path().join("config.json"), config.to_string()).unwrap();
        Self { folder, registry }
    }

    async fn run(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new("docker");
        command.env("DOCKER_CONFIG", self.folder.path()).args(arguments).output().await.unwrap()
    }

    async fn ok(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments).await;
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "docker {arguments:?}: {said}");
        String::from_utf8(output.stdout).unwrap()
    }

    async fn refused(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments).await;
        assert!(!output.status.success(), "docker {arguments:?} went well");
        String::from_utf8(output.stderr).unwrap()
    }

    /// Builds an image of one file `FROM scratch`.
    async fn build(&self, tag: &str, content: &str) -> String {
        let name = format!("{}/{tag}", self.registry);
        let context = tempfile::tempdir_in(self.folder.path()).unwrap();
        std::fs::write(context.path().join("Dockerfile"), "FROM scratch\nCOPY file /\nCMD [\"/file\"]\n")
            .unwrap();
        std::fs::write(context.path().join("file"), content).unwrap();
        self.ok(&["build", "--quiet", "--tag", &name, path(context.path())]).await;
        name
    }
}

fn path(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// Why Docker cannot be asked here.
async fn missing() -> Option<&'static str> {
    if !cfg!(target_os = "linux") {
        return Some("the engine may be in a virtual machine, where 127.0.0.1 is another");
    }
    let version = Command::new("docker").args(["version", "--format", "{{.Server.Version}}"]).output().await;
    let answers = version.is_ok_and(|output| output.status.success());
    (!answers).then_some("no Docker engine answers")
}

/// Serves until the sender is dropped; answers `host:port`.
async fn serve(aws: &LocalAws) -> (String, oneshot::Sender<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let host = listener.local_addr().unwrap().to_string();
    let (stop, stopped) = oneshot::channel();
    let aws = aws.clone();
    tokio::spawn(async move { aws.serve(listener, async { drop(stopped.await) }).await });
    (host, stop)
}

#[tokio::test]
async fn docker_pushes_and_pulls_and_is_told_why_it_may_not() {
    if let Some(why) = missing().await {
        return eprintln!("skipped: {why}");
    }
    let aws = with_app().await;
    create(&aws, "other").await;
    let (host, _serving) = serve(&aws).await;
    let docker = Docker::new(&aws, host.clone());

    let first = docker.build("app:v1", &host).await;
    docker.ok(&["push", "--quiet", &first]).await;
    assert_eq!(tags_of(&aws, "app").await, ["v1"]);
    let described = ok(&aws, "ecr", "DescribeImages", json!({"repositoryName": "app"})).await;
    let by_digest = format!("{host}/app@{}", described["imageDetails"][0]["imageDigest"].as_str().unwrap());

    let elsewhere = format!("{host}/other:v1");
    docker.ok(&["tag", &first, &elsewhere]).await;
    docker.ok(&["push", "--quiet", &elsewhere]).await;
    let nowhere = format!("{host}/nowhere:v1");
    docker.ok(&["tag", &first, &nowhere]).await;
    let why = docker.refused(&["push", "--quiet", &nowhere]).await;
    assert!(
        why.contains("The repository with name 'nowhere' does not exist in the registry with id"),
        "{why}"
    );

    docker.ok(&["rmi", "--force", &first, &elsewhere, &nowhere]).await;
    docker.ok(&["pull", "--quiet", &by_digest]).await;
    docker.ok(&["pull", "--quiet", &first]).await;
    let why = docker.refused(&["pull", "--quiet", &format!("{host}/app:v2")]).await;
    // Up to Docker 28 in the registry's words, since then in its own.
    assert!(why.contains("Requested image not found") || why.contains("app:v2: not found"), "{why}");
    docker.ok(&["rmi", "--force", &first]).await;

    let fixed = json!({"repositoryName": "app", "imageTagMutability": "IMMUTABLE"});
    ok(&aws, "ecr", "PutImageTagMutability", fixed).await;
    let other = docker.build("app:v1", &format!("{host} once more")).await;
    let why = docker.refused(&["push", "--quiet", &other]).await;
    assert!(why.contains("cannot be overwritten because the repository is immutable"), "{why}");
    docker.ok(&["rmi", "--force", &other]).await;
}
