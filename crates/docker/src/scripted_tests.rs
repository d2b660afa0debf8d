#![allow(clippy::unwrap_used)]
use super::*;
use crate::testing::{MemoryRegistry, nowhere, registry};
use lambdeploy_stack::Architecture;

fn request(fingerprint: &str, rebuild: bool) -> BuildRequest {
    let fingerprint = fingerprint.to_owned();
    BuildRequest {
        build: nowhere(),
        repository: "team/app".into(),
        architecture: Architecture::Arm64,
        fingerprint,
        parts: Default::default(),
        rebuild,
        secrets: BTreeMap::new(),
        logins: Default::default(),
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
    assert!(
        deploy(&docker, &request("one", false))
            .await
            .unwrap_err()
            .to_string()
            .contains("closed the connection")
    );
    assert!(deploy(&docker, &request("one", false)).await.is_err());
    assert!(store.manifests.borrow().is_empty() && !store.blobs.borrow().is_empty());
    deploy(&docker, &request("one", false)).await.unwrap();
}

#[tokio::test]
async fn a_fault_is_for_the_build_or_push_that_it_was_planned_for() {
    let docker = ScriptedDocker::new(Rc::new(MemoryRegistry::default()));
    docker.plan_nth(2, Fault::PushRefused);
    docker.plan_nth(3, Fault::StepFails);
    let results =
        [deploy(&docker, &request("one", false)).await, deploy(&docker, &request("two", false)).await];
    assert!(results[0].is_ok());
    assert!(results[1].as_ref().unwrap_err().to_string().starts_with("denied"));
    assert!(deploy(&docker, &request("two", false)).await.unwrap_err().to_string().contains("exit code: 1"));
    deploy(&docker, &request("two", false)).await.unwrap();
}

#[tokio::test]
async fn a_stall_is_told_of_and_never_ends() {
    for fault in [Fault::BuildStalls, Fault::PushStalls] {
        let docker = ScriptedDocker::new(Rc::new(MemoryRegistry::default()));
        docker.plan(fault);
        let request = request("one", false);
        tokio::select! {
            _ = deploy(&docker, &request) => panic!("it was to stall"),
            () = docker.stalled() => {}
        }
        deploy(&docker, &request).await.unwrap();
    }
}

#[tokio::test]
async fn a_machine_without_docker_says_so() {
    let error = crate::NoDocker.build(&request("one", false), &|_| {}).await.unwrap_err().to_string();
    assert!(error.contains("need no Docker"), "{error}");
}
