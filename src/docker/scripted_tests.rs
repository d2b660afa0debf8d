#![allow(clippy::unwrap_used)]
use super::*;
use crate::{
    docker::testing::{MemoryRegistry, registry},
    stack::{Architecture, Build},
};

fn request(fingerprint: &str, rebuild: bool) -> BuildRequest {
    let nowhere = std::path::PathBuf::from("/nowhere");
    let (args, secrets) = (BTreeMap::new(), BTreeMap::new());
    let build = Build { context: nowhere.clone(), dockerfile: nowhere, target: None, args, secrets };
    let fingerprint = fingerprint.to_owned();
    BuildRequest {
        build,
        repository: "team/app".into(),
        architecture: Architecture::Arm64,
        fingerprint,
        rebuild,
        secrets: BTreeMap::new(),
    }
}

async fn deploy(docker: &ScriptedDocker, request: &BuildRequest) -> Result<()> {
    let image = docker.build(request, &|_| {}).await?;
    assert_eq!((image.architecture.as_str(), image.os.as_str()), ("arm64", "linux"));
    docker.push(&image, &registry(), "team/app", &request.fingerprint, &|_| {}).await
}

#[tokio::test]
async fn equal_requests_are_equal_images_and_rebuilds_are_not() {
    let store = Rc::new(MemoryRegistry::default());
    let docker = ScriptedDocker::new(store.clone());
    deploy(&docker, &request("one", false)).await.unwrap();
    let first = store.manifests.borrow()["one"].clone();
    deploy(&docker, &request("one", false)).await.unwrap();
    assert_eq!(store.manifests.borrow()["one"], first);
    deploy(&docker, &request("one", true)).await.unwrap();
    assert_ne!(store.manifests.borrow()["one"], first);
    assert_eq!(docker.calls().len(), 6);
    assert_eq!(docker.calls()[0], Call::Build { fingerprint: "one".into(), rebuild: false });
}

#[tokio::test]
async fn faults_happen_once_and_in_order() {
    let store = Rc::new(MemoryRegistry::default());
    let docker = ScriptedDocker::new(store.clone());
    docker.plan(Fault::BuildBreaks);
    docker.plan(Fault::PushBreaks);
    assert!(deploy(&docker, &request("one", false)).await.unwrap_err().to_string().contains("broke off"));
    assert!(deploy(&docker, &request("one", false)).await.is_err());
    assert!(store.manifests.borrow().is_empty() && !store.blobs.borrow().is_empty());
    deploy(&docker, &request("one", false)).await.unwrap();
}

#[tokio::test]
async fn a_machine_without_docker_says_so() {
    let error = NoDocker.build(&request("one", false), &|_| {}).await.unwrap_err().to_string();
    assert!(error.contains("need no Docker"), "{error}");
}
