//! The engine of this machine pulls base images from a registry that wants a login, and runs a step with an ssh agent.
#![allow(clippy::unwrap_used)]
use super::*;
use crate::{
    BuildRequest, BuiltImage, CallersLogins, Docker, Engine, Registry, ScriptedDocker, connect,
    endpoint::Environment, fingerprint, testing::World, tidy,
};
use anyhow::Result;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use bollard::query_parameters::RemoveImageOptionsBuilder;
use futures_util::{FutureExt, TryStreamExt, future::LocalBoxFuture};
use lambdeploy_stack::{Architecture, Build};
use std::{cell::RefCell, collections::BTreeMap, fs, path::Path, rc::Rc};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

fn architecture() -> Architecture {
    if cfg!(target_arch = "aarch64") { Architecture::Arm64 } else { Architecture::X86_64 }
}

/// A home folder of its own, the engine of this machine, and a Dockerfile.
struct Place {
    folder: TempDir,
    variables: BTreeMap<&'static str, String>,
    lines: RefCell<String>,
    own: CallersLogins,
}

impl Place {
    fn new(dockerfile: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("context")).unwrap();
        let unique = format!("{dockerfile}LABEL made=\"{:?}\"\n", std::time::SystemTime::now());
        fs::write(folder.path().join("context/Dockerfile"), unique).unwrap();
        let place = Self {
            folder,
            variables: BTreeMap::new(),
            lines: RefCell::default(),
            own: CallersLogins::default(),
        };
        place.config("{}");
        place
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn config(&self, text: &str) {
        fs::write(self.path().join("config.json"), text).unwrap();
    }

    /// `None`, and why, without an engine.
    async fn engine(&self) -> Option<Engine> {
        let folder = self.path().to_str().unwrap().to_owned();
        let variable = |name: &str| match name {
            "DOCKER_CONFIG" => Some(folder.clone()),
            "SSH_AUTH_SOCK" | "DOCKER_BUILDKIT" => self.variables.get(name).cloned(),
            other => std::env::var(other).ok(),
        };
        match connect::connect_in(&Environment { variable: &variable, home: None }).await {
            Ok(connection) => Some(Engine::over(connection)),
            Err(e) => {
                eprintln!("skipped: because {e:#}");
                None
            }
        }
    }

    /// Builds, and removes the image again.
    async fn build(&self, engine: &Engine) -> Result<BuiltImage> {
        let (image, name) = self.keep(engine).await?;
        remove(engine, &name).await;
        Ok(image)
    }

    /// Builds; gives the image's name too.
    async fn keep(&self, engine: &Engine) -> Result<(BuiltImage, String)> {
        let context = self.path().join("context");
        let dockerfile = context.join("Dockerfile");
        let (args, secrets) = (BTreeMap::new(), BTreeMap::new());
        let build = Build { context, dockerfile, target: None, args, secrets, left_out: Vec::new() };
        let request = BuildRequest {
            fingerprint: fingerprint(&build, architecture()).await.unwrap().hash,
            build,
            repository: format!("test-{}/pulls", std::process::id()),
            architecture: architecture(),
            parts: Default::default(),
            rebuild: false,
            secrets: BTreeMap::new(),
            logins: self.own.clone(),
        };
        let progress = |p| {
            if let Progress::Line(line) = p {
                *self.lines.borrow_mut() += &format!("{line}\n");
            }
        };
        Ok((engine.build(&request, &progress).await?, tidy::local_name(&request)))
    }
}

async fn remove(engine: &Engine, name: &str) {
    let options = RemoveImageOptionsBuilder::default().build();
    _ = engine.connection().await.unwrap().client.remove_image(name, Some(options), None).await;
}

/// A registry with an image that is there for those who log in; the image's name.
async fn private() -> (World, String) {
    let world = World::new().await;
    let docker = ScriptedDocker::new(Rc::new(world.exchange()));
    let place = Place::new("");
    let context = place.path().to_owned();
    let (args, secrets) = (BTreeMap::new(), BTreeMap::new());
    let build = Build {
        dockerfile: context.join("context/Dockerfile"),
        context,
        target: None,
        args,
        secrets,
        left_out: Vec::new(),
    };
    let request = BuildRequest {
        build,
        repository: "team/app".into(),
        architecture: architecture(),
        fingerprint: format!("{:?}", std::time::SystemTime::now()),
        parts: Default::default(),
        rebuild: false,
        secrets: BTreeMap::new(),
        logins: CallersLogins::default(),
    };
    let image = docker.build(&request, &|_| {}).await.unwrap();
    docker.push(&image, &world.registry, "team/app", "base", &|_| {}).await.unwrap();
    let name = format!("{}/team/app:base", world.registry.host);
    (world, name)
}

fn docker_login(registry: &Registry) -> String {
    let auth = STANDARD.encode(format!("{}:{}", registry.user, registry.password));
    serde_json::json!({"auths": {registry.host.as_str(): {"auth": auth}}}).to_string()
}

#[tokio::test]
async fn a_private_base_is_pulled_with_the_login_of_docker() {
    for buildkit in ["1", "0"] {
        let (world, base) = private().await;
        let mut place = Place::new(&format!("FROM {base}\n"));
        place.variables.insert("DOCKER_BUILDKIT", buildkit.into());
        let Some(engine) = place.engine().await else { return };
        let error = format!("{:#}", place.build(&engine).await.unwrap_err());
        assert!(error.contains(&world.registry.host) && error.contains("hint: "), "{error}");
        place.config(&docker_login(&world.registry));
        let engine = place.engine().await.unwrap();
        let built = place.build(&engine).await;
        remove(&engine, &base).await;
        built.unwrap_or_else(|e| panic!("DOCKER_BUILDKIT={buildkit}: {e:#}"));
    }
}

/// Makes logins for one registry, and remembers who was asked for.
struct Ours(Registry, RefCell<Vec<String>>);

impl OwnLogins for Ours {
    fn is_ours(&self, host: &str) -> bool {
        host == self.0.host
    }

    fn login<'a>(&'a self, host: &'a str) -> LocalBoxFuture<'a, Result<Option<Login>>> {
        self.1.borrow_mut().push(host.to_owned());
        let login = Login { user: self.0.user.clone(), secret: self.0.password.clone() };
        let found = self.is_ours(host).then_some(login);
        async move { Ok(found) }.boxed_local()
    }
}

#[tokio::test]
async fn a_base_in_our_own_registry_needs_no_docker_login() {
    for buildkit in ["1", "0"] {
        let (world, base) = private().await;
        let mut place = Place::new(&format!("FROM {base}\n"));
        place.variables.insert("DOCKER_BUILDKIT", buildkit.into());
        let ours = Rc::new(Ours(world.registry.clone(), RefCell::default()));
        place.own = CallersLogins(Some(ours.clone()));
        let stale = Registry { password: "stale".into(), ..world.registry.clone() };
        place.config(&docker_login(&stale));
        let Some(engine) = place.engine().await else { return };
        let built = place.build(&engine).await;
        remove(&engine, &base).await;
        built.unwrap_or_else(|e| panic!("DOCKER_BUILDKIT={buildkit}: {e:#}"));
        assert!(ours.1.borrow().iter().all(|host| *host == world.registry.host), "{:?}", ours.1);
        assert!(!place.lines.borrow().contains(&world.registry.password));
    }
}

#[tokio::test]
async fn a_helper_that_is_missing_is_said_and_public_images_still_come() {
    let place = Place::new("FROM scratch\n");
    place.config(r#"{"credsStore": "of-another-machine"}"#);
    let Some(engine) = place.engine().await else { return };
    place.build(&engine).await.unwrap();
    let (logins, lines) = (&engine.connection().await.unwrap().logins, RefCell::new(String::new()));
    let progress = |p: Progress| *lines.borrow_mut() += &format!("{p:?}");
    assert!(Pulls { logins, own: None, progress: &progress }.login("ghcr.io").await.is_none());
    assert!(
        lines.borrow().contains("images of ghcr.io without a login")
            && lines.borrow().contains("of-another-machine")
    );
}

/// An image with Python, on this machine as a stand-in.
const BASE: &str = "public.ecr.aws/lambda/python:3.13";

async fn has_base(engine: &Engine) -> bool {
    let here = engine.connection().await.unwrap().client.inspect_image(BASE).await.is_ok();
    if !here {
        eprintln!("skipped: because there is no image {BASE} here");
    }
    here
}

#[tokio::test]
async fn proxies_of_docker_reach_the_steps_and_change_no_hash() {
    let place =
        Place::new(&format!("FROM {BASE}\nCOPY Dockerfile /x\nRUN echo \"<$http_proxy $HTTPS_PROXY>\"\n"));
    place.config(r#"{"proxies": {"default": {"httpProxy": "http://p.example:1", "httpsProxy": "http://p.example:2"}}}"#);
    let Some(engine) = place.engine().await else { return };
    if !has_base(&engine).await {
        return;
    }
    place.build(&engine).await.unwrap();
    let lines = place.lines.borrow();
    assert!(lines.contains("<http://p.example:1 http://p.example:2>"), "{lines}");
}

/// An ssh agent with one key; it ends with the test.
#[cfg(unix)]
fn serve_agent(at: &Path) {
    let listener = tokio::net::UnixListener::bind(at).unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut request = [0; 5];
                while stream.read_exact(&mut request).await.is_ok() {
                    assert_eq!(request, [0, 0, 0, 1, 11], "only keys are asked for");
                    stream.write_all(b"\0\0\0\x05\x0cKEYS").await.unwrap();
                }
            });
        }
    });
}

#[cfg(unix)]
#[tokio::test]
async fn a_step_reaches_the_ssh_agent_and_can_only_use_its_keys() {
    // It asks for the keys (11), and then that all be removed (19).
    let ask = "import os, socket; s = socket.socket(socket.AF_UNIX); s.connect(os.environ['SSH_AUTH_SOCK']); \
               s.sendall(b'\\0\\0\\0\\1\\x0b'); print('keys', s.recv(99)); \
               s.sendall(b'\\0\\0\\0\\1\\x13'); print('removed', s.recv(99))";
    let mut place =
        Place::new(&format!("FROM {BASE}\nCOPY Dockerfile /x\nRUN --mount=type=ssh python3 -c \"{ask}\"\n"));
    place.variables.insert("SSH_AUTH_SOCK", place.path().join("agent").to_str().unwrap().into());
    serve_agent(&place.path().join("agent"));
    let Some(engine) = place.engine().await else { return };
    if !has_base(&engine).await {
        return;
    }
    let built = place.build(&engine).await;
    let lines = place.lines.borrow();
    built.unwrap_or_else(|e| panic!("{e:#}"));
    assert!(lines.contains(r"keys b'\x00\x00\x00\x05\x0cKEYS'"), "{lines}");
    assert!(lines.contains(r"removed b'\x00\x00\x00\x01\x05'"), "{lines}");
}

#[tokio::test]
async fn a_missing_ssh_agent_is_said() {
    let place = Place::new("FROM scratch\n# RUN --mount=type=ssh git clone\n");
    let Some(engine) = place.engine().await else { return };
    place.build(&engine).await.unwrap();
    assert!(place.lines.borrow().contains("SSH_AUTH_SOCK is not set"), "{:?}", place.lines);
}

/// An image with one layer that is not compressed, as `docker save` writes it on a classic store.
fn saved(name: &str) -> Vec<u8> {
    let member = |tar: &mut tar::Builder<Vec<u8>>, name: &str, content: &[u8]| {
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        tar.append_data(&mut header, name, content).unwrap();
    };
    let mut layer = tar::Builder::new(Vec::new());
    member(&mut layer, "file", name.as_bytes());
    let layer = layer.into_inner().unwrap();
    let config = serde_json::json!({
        "os": "linux", "architecture": architecture().oci(), "config": {},
        "rootfs": {"type": "layers", "diff_ids": [crate::blob::digest(&layer)]},
    });
    let manifest = serde_json::json!([{"Config": "c.json", "RepoTags": [name], "Layers": ["l/layer.tar"]}]);
    let mut tar = tar::Builder::new(Vec::new());
    member(&mut tar, "l/layer.tar", &layer);
    member(&mut tar, "c.json", config.to_string().as_bytes());
    member(&mut tar, "manifest.json", manifest.to_string().as_bytes());
    tar.into_inner().unwrap()
}

#[tokio::test]
async fn a_base_that_was_loaded_with_plain_layers_is_pushed_with_gzip() {
    let base = format!("test-{}/plain:1", std::process::id());
    let place = Place::new(&format!("FROM {base}\nCOPY Dockerfile /x\n"));
    let Some(engine) = place.engine().await else { return };
    let client = &engine.connection().await.unwrap().client;
    let options = bollard::query_parameters::ImportImageOptionsBuilder::default().quiet(true).build();
    let load = client.import_image(options, bollard::body_full(saved(&base).into()), None);
    load.try_collect::<Vec<_>>().await.unwrap();
    let world = World::new().await;
    let (image, name) = place.keep(&engine).await.unwrap_or_else(|e| panic!("{e:#}"));
    engine.push(&image, &world.registry, "team/app", "v1", &|_| {}).await.unwrap();
    remove(&engine, &name).await;
    remove(&engine, &base).await;
    let layers = world.layers("v1").await;
    assert_eq!(layers.len(), 2);
    assert!(layers.iter().all(|l| l.ends_with("tar+gzip") || l.ends_with("tar.gzip")), "{layers:?}");
}
