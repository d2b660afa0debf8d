//! Functions in real containers, where this machine has Docker and can build a static program.

use super::*;
use crate::{DockerEngine, home::Home, registry::testing::upload};
use bollard::{
    Docker,
    models::{ContainerCreateBody, ContainerSummary, HostConfig, NetworkCreateRequest},
    query_parameters::{
        CreateContainerOptions, ListContainersOptions, ListVolumesOptions, RemoveContainerOptions,
        StartContainerOptions, WaitContainerOptions,
    },
};
use flate2::{Compression, write::GzEncoder};
use futures_util::StreamExt;
use std::{collections::HashMap, path::Path, process::Command};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::oneshot,
    task::JoinHandle,
    time::{Instant, timeout},
};

mod served;

use served::{Served, architecture, bootstrap, containers, docker, native, push, running};

#[tokio::test]
async fn a_container_is_as_lambda_makes_it() {
    let Some(served) = Served::start(with(native(), json!({"MemorySize": 256}))).await else { return };
    assert_eq!(served.call("hello").await, json!("hello"));
    assert_eq!(served.call("env AWS_LAMBDA_FUNCTION_MEMORY_SIZE").await, json!("256"));
    assert_eq!(served.call("env _HANDLER").await, json!("app.handler"));
    assert_eq!(served.call("user").await, json!("993/990"));
    assert_eq!(served.call("write /here").await, json!("read-only filesystem or storage medium"));
    assert_eq!(served.call("write /tmp/here").await, json!("written"));
    assert_eq!(served.containers().await, 1);
    let lines = served.log(6).await;
    // The engine brings the output by another way than the Runtime API: their order is not certain.
    for line in ["bootstrap app.handler", "event \"hello\""] {
        assert!(lines.contains(&line.to_owned()), "{lines:?}");
    }
    let report = lines.iter().find(|l| l.starts_with("REPORT")).unwrap();
    assert!(
        report.contains("\tMemory Size: 256 MB\tMax Memory Used: ") && report.contains("Init Duration"),
        "{report}"
    );
    assert!(!report.contains("Max Memory Used: 0 MB"), "{report}");
    served.end().await;
}

#[tokio::test]
async fn a_container_reaches_its_own_runtime_api_and_no_other_door() {
    let Some(served) = Served::start(native()).await else { return };
    let other = json!({"FunctionName": "other", "Description": "beside it"});
    ok(&served.aws, "lambda", "CreateFunction", with(with(greet(), native()), other)).await;
    let of_other = async |event: &str| {
        let input = json!({"FunctionName": "other"});
        let payload = json!(event).to_string();
        let (status, body) = Client::of(&served.aws).call_with("lambda", "Invoke", input, payload).await;
        assert_eq!(status, 200, "{event}: {body}");
        body.as_str().unwrap().to_owned()
    };
    let api = served.call("env AWS_LAMBDA_RUNTIME_API").await.as_str().unwrap().to_owned();
    let next = "/2018-06-01/runtime/invocation/next";
    for path in [next, "/_local/dump", "/v2/"] {
        assert_eq!(of_other(&format!("from {api} {path}")).await, "no answer", "{path}");
        assert_eq!(outside(&served, &api, path).await, "no answer", "{path}");
    }
    // This machine itself is no container of the function's either.
    let mut stream = TcpStream::connect(&api).await.unwrap();
    let mut answer = Vec::new();
    _ = stream.write_all(format!("GET {next} HTTP/1.1\r\nHost: {api}\r\n\r\n").as_bytes()).await;
    _ = stream.read_to_end(&mut answer).await;
    assert_eq!(answer, b"");
    for path in ["/_local/dump", "/v2/", "/_aws/execute-api/a/b/", "/"] {
        let own = served.call(&format!("from {api} {path}")).await;
        assert!(own.as_str().unwrap().contains("must be signed"), "{path}: {own}");
    }
    served.end().await;
}

#[tokio::test]
async fn a_container_has_no_door_to_the_machine() {
    let Some(served) = Served::start(with(native(), json!({"Timeout": 20}))).await else { return };
    for metadata in ["169.254.169.254:80", "169.254.170.2:80"] {
        assert_eq!(served.call(&format!("from {metadata} /latest/meta-data/")).await, json!("no answer"));
    }
    assert_ne!(served.call("write /dev/shm/here").await, json!("written"));
    assert_eq!(served.call("read /data/file").await, json!("of the image"));
    assert_eq!(served.call("write /data/here").await, json!("read-only filesystem or storage medium"));
    let running = running(&served.docker, &served.owner).await;
    let inspected = served.docker.inspect_container(running[0].id.as_ref().unwrap(), None).await.unwrap();
    assert_eq!(inspected.state.unwrap().health, None);
    let (docker, owner) = (served.docker.clone(), served.owner.clone());
    served.end().await;
    assert!(docker.inspect_network(&format!("lambdeploy-{owner}"), None).await.is_err());
    let volumes = docker.list_volumes(None::<ListVolumesOptions>).await.unwrap().volumes.unwrap_or_default();
    assert!(volumes.iter().all(|volume| !volume.name.contains(&owner)));
}

/// What a container that is none of ours, on a network of somebody else's, is answered.
async fn outside(served: &Served, api: &str, path: &str) -> String {
    let ours = running(&served.docker, &served.owner).await.remove(0).image_id;
    let docker = &served.docker;
    let network = format!("foreign-{}", crate::random().unwrap());
    let request = NetworkCreateRequest { name: network.clone(), ..NetworkCreateRequest::default() };
    docker.create_network(request).await.unwrap();
    let body = ContainerCreateBody {
        image: ours,
        env: Some(vec![format!("ASK={api} {path}")]),
        host_config: Some(HostConfig { network_mode: Some(network.clone()), ..HostConfig::default() }),
        ..ContainerCreateBody::default()
    };
    let id = docker.create_container(None::<CreateContainerOptions>, body).await.unwrap().id;
    docker.start_container(&id, None::<StartContainerOptions>).await.unwrap();
    let mut waiting = docker.wait_container(&id, None::<WaitContainerOptions>);
    let code = match waiting.next().await {
        Some(Ok(ended)) => ended.status_code,
        Some(Err(bollard::errors::Error::DockerContainerWaitError { code, .. })) => code,
        other => panic!("{other:?}"),
    };
    docker.remove_container(&id, None::<RemoveContainerOptions>).await.unwrap();
    docker.remove_network(&network).await.unwrap();
    if code == 9 { "no answer".to_owned() } else { format!("exit code {code}") }
}

#[tokio::test]
async fn crashes_timeouts_and_hunger_end_a_container() {
    let Some(served) = Served::start(with(native(), json!({"Timeout": 2}))).await else { return };
    let kind = |answer: Value| answer["errorType"].as_str().unwrap_or_default().to_owned();
    let text = |answer: Value| answer["errorMessage"].as_str().unwrap_or_default().to_owned();
    assert!(text(served.call("exit 3").await).ends_with("Error: Runtime exited with error: exit status 3"));
    assert_eq!(kind(served.call("sleep 9").await), "Sandbox.Timedout");
    assert!(text(served.call("eat 400").await).ends_with("Runtime exited with error: signal: killed"));
    assert_eq!(served.call("fine").await, json!("fine"));
    assert_eq!(served.containers().await, 1);
    served.end().await;
}

#[tokio::test]
async fn a_program_that_cannot_start_is_said_to_be_the_entrypoint() {
    let other = if architecture().0 == "arm64" { "x86_64" } else { "arm64" };
    let Some(served) = Served::start(json!({"Architectures": [other]})).await else { return };
    let answer = served.call("1").await;
    assert_eq!(answer["errorType"], json!("Runtime.InvalidEntrypoint"));
    assert!(answer["errorMessage"].as_str().unwrap().ends_with("fork/exec /bootstrap: exec format error"));
    assert!(served.log(1).await.iter().any(|l| l.starts_with("The image was built for")));
    let update = json!({"FunctionName": "greet", "ImageUri": format!("{REGISTRY}/app:v1"), "Architectures": [architecture().0]});
    ok(&served.aws, "lambda", "UpdateFunctionCode", update).await;
    let entry = json!({"FunctionName": "greet", "ImageConfig": {"EntryPoint": ["/nope"]}});
    ok(&served.aws, "lambda", "UpdateFunctionConfiguration", entry).await;
    let answer = served.call("2").await;
    assert_eq!(answer["errorType"], json!("Runtime.InvalidEntrypoint"), "{answer}");
    assert!(answer["errorMessage"].as_str().unwrap().contains("/nope"), "{answer}");
    let crash =
        json!({"FunctionName": "greet", "ImageConfig": {}, "Environment": {"Variables": {"CRASH": "1"}}});
    ok(&served.aws, "lambda", "UpdateFunctionConfiguration", crash).await;
    let answer = served.call("3").await;
    assert_eq!(answer["errorType"], json!("Runtime.ExitError"), "{answer}");
    assert!(answer["errorMessage"].as_str().unwrap().ends_with("exit status 7"), "{answer}");
    served.end().await;
}

#[tokio::test]
async fn an_engine_that_cannot_reach_the_registry_gets_the_image_uploaded() {
    let (Some(docker), Some(program)) = (docker().await, bootstrap()) else { return };
    let aws = world(Arc::new(DockerEngine::new(docker.clone())), Consistency::Instant).await;
    push(&aws, &program).await;
    ok(&aws, "lambda", "CreateFunction", with(greet(), native())).await;
    assert_eq!(invoke(&aws, json!("hello").to_string()).await.json(), json!("hello"));
    let image = code_image(&aws).await;
    assert!(docker.inspect_image(&image).await.is_ok(), "{image}");
    aws.inner().pool.stop_all().await;
    assert_eq!(containers(&docker, aws.shared().home.id()).await, 0);
    assert!(docker.inspect_image(&image).await.is_err(), "{image} was left behind");
}

#[tokio::test]
async fn what_a_killed_local_aws_left_behind_is_removed_before_the_first_start() {
    let (Some(docker), Some(program)) = (docker().await, bootstrap()) else { return };
    let aws = world(Arc::new(DockerEngine::new(docker.clone())), Consistency::Instant).await;
    push(&aws, &program).await;
    ok(&aws, "lambda", "CreateFunction", with(greet(), native())).await;
    assert_eq!(invoke(&aws, "1").await.json(), json!("1"));
    let (home, living) = (Home::make().unwrap(), Home::make().unwrap());
    home.claim().unwrap();
    living.claim().unwrap();
    let dead = home.abandon();
    // Of one on another machine, with which this one shares the engine, nothing is known here.
    let elsewhere = crate::random().unwrap();
    let mut kept = Vec::new();
    for owner in [&dead, living.id(), &elsewhere] {
        kept.push(create(&docker, &code_image(&aws).await, owner).await);
    }
    let sweeper = DockerEngine::new(docker.clone());
    let other = world(Arc::new(sweeper), Consistency::Instant).await;
    push(&other, &program).await;
    ok(&other, "lambda", "CreateFunction", with(greet(), native())).await;
    assert_eq!(invoke(&other, "1").await.json(), json!("1"));
    assert_eq!(containers(&docker, &dead).await, 0);
    assert_eq!(containers(&docker, living.id()).await, 1);
    assert_eq!(containers(&docker, &elsewhere).await, 1);
    for id in &kept[1..] {
        docker.remove_container(id, None::<RemoveContainerOptions>).await.unwrap();
    }
    other.inner().pool.stop_all().await;
    aws.inner().pool.stop_all().await;
}

/// A container with the label of a local AWS at `owner`.
async fn create(docker: &Docker, image: &str, owner: &str) -> String {
    let body = ContainerCreateBody {
        image: Some(image.to_owned()),
        labels: Some(HashMap::from([("lambdeploy.local".to_owned(), owner.to_owned())])),
        ..ContainerCreateBody::default()
    };
    docker.create_container(None::<CreateContainerOptions>, body).await.unwrap().id
}

async fn code_image(aws: &LocalAws) -> String {
    let function = ok(aws, "lambda", "GetFunctionConfiguration", json!({"FunctionName": "greet"})).await;
    let owner = aws.shared().home.id().to_owned();
    format!("lambdeploy.local/{owner}/app:{}", function["CodeSha256"].as_str().unwrap())
}

#[tokio::test]
async fn a_warm_call_costs_next_to_nothing() {
    let Some(served) = Served::start(native()).await else { return };
    served.call("cold").await;
    let mut times = Vec::new();
    for _ in 0..200 {
        let began = Instant::now();
        served.call("warm").await;
        times.push(began.elapsed());
    }
    times.sort();
    let median = times[times.len() / 2];
    eprintln!("a warm call takes {median:?}");
    assert!(median < Duration::from_millis(20), "{median:?}");
    served.end().await;
}
