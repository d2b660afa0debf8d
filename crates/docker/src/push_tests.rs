//! The engine of this machine pushes to a served local AWS. Without an engine, each says so and returns.
#![allow(clippy::unwrap_used)]
use super::*;
use crate::{
    BuildRequest, Docker, Engine, NoDocker, ScriptedDocker, fingerprint,
    testing::{World, nowhere},
};
use lambdeploy_stack::{Architecture, Build};
use std::{cell::RefCell, rc::Rc};

/// A build for a repository of its own: nobody else's push tidies up behind it.
fn request(build: Build, architecture: Architecture, fingerprint: String) -> BuildRequest {
    let repository = format!("test-{}-{}", std::process::id(), &fingerprint[..3]);
    BuildRequest {
        build,
        repository,
        architecture,
        fingerprint,
        parts: Default::default(),
        rebuild: false,
        secrets: BTreeMap::new(),
        logins: Default::default(),
    }
}

/// An engine with an image of its own; `None`, and why, without one.
async fn built() -> Option<(Engine, BuiltImage, String)> {
    let engine = Engine::new();
    if let Err(e) = engine.connection().await {
        eprintln!("skipped: because {e:#}");
        return None;
    }
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("Dockerfile"), "FROM scratch\nCOPY content /\n").unwrap();
    // Nothing that can be compressed: engines count either bytes.
    let content: Vec<u8> = std::iter::repeat_with(|| fastrand::u8(..)).take(1_000_000).collect();
    std::fs::write(folder.path().join("content"), content).unwrap();
    let (context, dockerfile) = (folder.path().to_owned(), folder.path().join("Dockerfile"));
    let (args, secrets) = (BTreeMap::new(), BTreeMap::new());
    let build = Build { context, dockerfile, target: None, args, secrets, left_out: Vec::new() };
    let architecture = if cfg!(target_arch = "aarch64") { Architecture::Arm64 } else { Architecture::X86_64 };
    let fingerprint = fingerprint(&build, architecture).await.unwrap().hash;
    let request = request(build, architecture, fingerprint);
    let name = tidy::local_name(&request);
    let image = engine.build(&request, &|_| {}).await.unwrap();
    Some((engine, image, name))
}

/// A way to `host` on which half a megabyte takes a second; the way's address.
async fn slow(host: String) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    tokio::spawn(async move {
        while let Ok((caller, _)) = listener.accept().await {
            let (from, to) = caller.into_split();
            let (back, there) = tokio::net::TcpStream::connect(&host).await.unwrap().into_split();
            tokio::spawn(trickle(from, there));
            tokio::spawn(trickle(back, to));
        }
    });
    address
}

async fn trickle(mut from: impl tokio::io::AsyncRead + Unpin, mut to: impl tokio::io::AsyncWrite + Unpin) {
    use tokio::io::AsyncReadExt;
    let mut part = vec![0; 50_000];
    while let Ok(n @ 1..) = from.read(&mut part).await {
        if to.write_all(&part[..n]).await.is_err() {
            return;
        }
        if n > 1000 {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
}

async fn remove(engine: &Engine, name: &str) {
    let client = &engine.connection().await.unwrap().client;
    client.remove_image(name, None::<bollard::query_parameters::RemoveImageOptions>, None).await.unwrap();
}

#[tokio::test]
async fn one_platform_is_pushed_and_no_tag_stays_behind() {
    let Some((engine, image, name)) = built().await else { return };
    let (mut world, bytes) = (World::new().await, RefCell::new(0));
    // Docker 29 tells of bytes ten times a second, and of none if it is done before.
    world.registry.host = slow(world.registry.host.clone()).await;
    let progress = |p| {
        if let Progress::Bytes { done, .. } = p {
            bytes.replace(done);
        }
    };
    engine.push(&image, &world.registry, "team/app", "ctx-1", &progress).await.unwrap();
    let (_, media_type) = world.image("ctx-1").await.unwrap();
    assert!(!media_type.contains("index") && !media_type.contains("list"), "{media_type}");
    assert!(*bytes.borrow() > 100_000, "{bytes:?}");
    let inspected = engine.connection().await.unwrap().client.inspect_image(&image.id).await.unwrap();
    assert_eq!(inspected.repo_tags.unwrap(), [name.as_str()]);
    // The store of Docker 29 has a digest for the image's own name.
    let digests = inspected.repo_digests.unwrap_or_default();
    assert!(!digests.iter().any(|d| d.starts_with(&world.registry.host)), "{digests:?}");
    engine.push(&image, &world.registry, "team/app", "ctx-1", &progress).await.unwrap();
    remove(&engine, &name).await;
}

#[tokio::test]
async fn refusals_are_explained_and_no_tag_stays_behind() {
    let Some((engine, image, name)) = built().await else { return };
    let world = World::new().await;
    let push = |registry: Registry, repository: &'static str| {
        let (engine, image) = (&engine, &image);
        async move { format!("{:#}", engine.push(image, &registry, repository, "v1", &|_| {}).await.unwrap_err()) }
    };
    let error = push(world.registry.clone(), "team/gone").await;
    assert!(error.contains("team/gone") && error.contains("hint: the repository is gone"), "{error}");
    let mut wrong = world.registry.clone();
    wrong.password = "wrong-password".into();
    let error = push(wrong, "team/app").await;
    assert!(error.contains("hint: ") && !error.contains("wrong-password"), "{error}");
    let inspected = engine.connection().await.unwrap().client.inspect_image(&image.id).await.unwrap();
    assert_eq!(inspected.repo_tags.unwrap(), [name.as_str()]);
    remove(&engine, &name).await;
}

#[tokio::test]
async fn a_registry_in_trouble_is_pushed_to_again_and_no_name_stays_behind() {
    let Some((engine, image, name)) = built().await else { return };
    let world = World::new().await;
    for (tag, status) in [("busy", 429), ("broken", 500)] {
        world.refuse("registry:PutManifest", status);
        engine.push(&image, &world.registry, "team/app", tag, &|_| {}).await.unwrap();
        assert!(world.image(tag).await.is_some());
    }
    let inspected = engine.connection().await.unwrap().client.inspect_image(&image.id).await.unwrap();
    assert_eq!(inspected.repo_tags.unwrap(), [name.as_str()]);
    remove(&engine, &name).await;
}

#[tokio::test]
async fn a_push_that_is_broken_off_leaves_no_name_once_it_is_abandoned() {
    let Some((engine, image, name)) = built().await else { return };
    let deaf = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let host = deaf.local_addr().unwrap().to_string();
    let to = Registry {
        host: host.clone(),
        user: "AWS".into(),
        password: "x".into(),
        insecure: true,
        network: lambdeploy_net::Network::direct(),
    };
    let names = async || {
        let client = &engine.connection().await.unwrap().client;
        client.inspect_image(&image.id).await.unwrap().repo_tags.unwrap()
    };
    let push = engine.push(&image, &to, "team/app", "v1", &|_| {});
    assert!(tokio::time::timeout(Duration::from_secs(1), push).await.is_err());
    assert!(names().await.contains(&format!("{host}/team/app:v1")));
    engine.abandon(&to, "team/app", "v1").await;
    assert_eq!(names().await, [name.as_str()]);
    engine.abandon(&to, "team/app", "v1").await;
    remove(&engine, &name).await;
}

#[tokio::test]
async fn names_that_are_gone_already_are_no_trouble() {
    let Some((engine, image, name)) = built().await else { return };
    let connection = engine.connection().await.unwrap();
    untag(connection, &image, "registry.test/team/app", "v1").await.unwrap();
    remove(&engine, &name).await;
}

#[tokio::test]
async fn what_the_engine_saves_is_pushed_from_here() {
    let Some((engine, image, name)) = built().await else { return };
    let world = World::new().await;
    let connection = engine.connection().await.unwrap();
    from_here(connection, &image, &world.registry, "team/app", "saved", &|_| {}).await.unwrap();
    let (digest, media_type) = world.image("saved").await.unwrap();
    assert_eq!(media_type, "application/vnd.oci.image.manifest.v1+json");
    assert!(digest.starts_with("sha256:"));
    remove(&engine, &name).await;
}

#[tokio::test]
async fn an_unreachable_loopback_is_told_apart() {
    let refused = Error::DockerStreamError {
        error: "Get \"http://127.0.0.1:1/v2/\": dial tcp: connection refused".into(),
    };
    assert!(is_out_of_reach(&refused) && is_our_loopback("127.0.0.1:4510") && is_our_loopback("localhost:1"));
    assert!(!is_our_loopback("123456789012.dkr.ecr.eu-west-1.amazonaws.com"));
    assert!(!is_out_of_reach(&Error::DockerStreamError { error: "denied".into() }));
}

#[tokio::test]
async fn a_scripted_push_is_an_image_for_the_local_aws() {
    let world = World::new().await;
    let docker = ScriptedDocker::new(Rc::new(world.exchange()));
    let (fingerprint, architecture) = ("abc".to_owned(), Architecture::X86_64);
    let request = request(nowhere(), architecture, fingerprint);
    let image = docker.build(&request, &|_| {}).await.unwrap();
    docker.push(&image, &world.registry, "team/app", "v1", &|_| {}).await.unwrap();
    assert_eq!(world.image("v1").await.unwrap().1, "application/vnd.oci.image.manifest.v1+json");
}

#[tokio::test]
async fn an_archive_needs_no_docker() {
    let Some((engine, image, name)) = built().await else { return };
    let file = tempfile::NamedTempFile::new().unwrap();
    let mut saved = tokio::fs::File::from_std(file.reopen().unwrap());
    let mut bytes = engine.connection().await.unwrap().client.export_image(&image.id);
    while let Some(chunk) = bytes.next().await {
        saved.write_all(&chunk.unwrap()).await.unwrap();
    }
    saved.flush().await.unwrap();
    remove(&engine, &name).await;
    let world = World::new().await;
    let architecture = if cfg!(target_arch = "aarch64") { Architecture::Arm64 } else { Architecture::X86_64 };
    let digest = NoDocker
        .push_archive(file.path(), architecture, &world.registry, "team/app", "v1", &|_| {})
        .await
        .unwrap();
    assert_eq!(world.image("v1").await.unwrap().0, digest);
}
