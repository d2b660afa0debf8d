//! What differs on Docker 29, against a scripted engine.
#![allow(clippy::unwrap_used)]
use super::{
    docker29::{BASE_HOST, Docker29, IMAGE},
    *,
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use endpoint::Environment;
use lambdeploy_stack::{Architecture, Build};
use std::{cell::RefCell, collections::BTreeMap, fs, sync::Arc};

/// A client of the engine, with a login for the base image's registry.
struct Client {
    folder: tempfile::TempDir,
    engine: Engine,
    lines: RefCell<Vec<String>>,
    bytes: RefCell<Vec<(u64, u64)>>,
}

impl Client {
    async fn of(engine: &Arc<Docker29>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let auth = STANDARD.encode("me:password");
        let config = serde_json::json!({"auths": {BASE_HOST: {"auth": auth}}});
        fs::write(folder.path().join("config.json"), config.to_string()).unwrap();
        let (host, home) = (engine.serve().await, folder.path().to_str().unwrap().to_owned());
        let variable = |name: &str| match name {
            "DOCKER_HOST" => Some(host.clone()),
            "DOCKER_CONFIG" => Some(home.clone()),
            _ => None,
        };
        let connection = connect::connect_in(&Environment { variable: &variable, home: None }).await.unwrap();
        let (lines, bytes) = Default::default();
        Self { folder, engine: Engine::over(connection), lines, bytes }
    }

    fn progress(&self) -> impl Fn(Progress) {
        |progress| match progress {
            Progress::Line(line) => self.lines.borrow_mut().push(line),
            Progress::Bytes { done, total } => self.bytes.borrow_mut().push((done, total)),
        }
    }

    async fn build(&self, dockerfile: &str) -> anyhow::Result<BuiltImage> {
        let context = self.folder.path().join("context");
        fs::create_dir_all(&context).unwrap();
        let dockerfile_path = context.join("Dockerfile");
        fs::write(&dockerfile_path, dockerfile).unwrap();
        let (args, secrets, left_out) = Default::default();
        let build = Build { context, dockerfile: dockerfile_path, target: None, args, secrets, left_out };
        let architecture = Architecture::X86_64;
        let request = BuildRequest {
            fingerprint: fingerprint(&build, architecture).await.unwrap().hash,
            build,
            repository: "team/app".into(),
            architecture,
            parts: Default::default(),
            rebuild: false,
            secrets: BTreeMap::from([("token".to_owned(), SecretValue(b"s3cr3t".to_vec()))]),
            logins: CallersLogins::default(),
        };
        self.engine.build(&request, &self.progress()).await
    }

    async fn push(&self) -> anyhow::Result<()> {
        let (architecture, os, labels) = ("amd64".to_owned(), "linux".to_owned(), BTreeMap::new());
        let image = BuiltImage { id: IMAGE.into(), architecture, os, labels };
        let (host, user, password) = ("registry.example.com".into(), "AWS".into(), "x".into());
        let to =
            Registry { host, user, password, insecure: false, network: lambdeploy_net::Network::direct() };
        self.engine.push(&image, &to, "team/app", "v1", &self.progress()).await
    }
}

#[tokio::test]
async fn the_session_goes_over_grpc_where_the_engine_has_no_other() {
    let engine = Arc::new(Docker29::default());
    let client = Client::of(&engine).await;
    let built = client.build(&format!("FROM {BASE_HOST}/x\nRUN --mount=type=secret,id=token x\n")).await;
    assert_eq!(built.unwrap_or_else(|e| panic!("{e:#}")).id, IMAGE);
    assert!(engine.saw("login me:password") && engine.saw("secret s3cr3t"), "{:?}", engine.seen);
    assert!(engine.saw("offers /moby.filesync.v1.Auth/Credentials"), "{:?}", engine.seen);
    assert!(!engine.seen.lock().unwrap().iter().any(|s| s.contains("/session")), "{:?}", engine.seen);
}

#[tokio::test]
async fn every_call_names_the_version_and_buildkit_is_asked_for_gzip() {
    let engine = Arc::new(Docker29::default());
    let client = Client::of(&engine).await;
    client.build("FROM scratch\n").await.unwrap();
    client.push().await.unwrap();
    let seen = engine.seen.lock().unwrap().clone();
    let calls = || seen.iter().filter(|s| s.contains(" /"));
    let unversioned: Vec<_> =
        calls().filter(|s| !s.contains(" /v1.53/") && !s.starts_with("offers")).collect();
    assert_eq!(unversioned, ["GET /version", "POST /moby.buildkit.v1.Control/Session"]);
    assert!(engine.saw("version=2"), "{seen:?}");
    let gzip = r#"outputs=[{"Type":"moby","Attrs":{"compression":"gzip","force-compression":"true"}}]"#;
    assert!(engine.saw(gzip), "{seen:?}");
}

#[tokio::test]
async fn why_buildkit_can_not_be_used_is_said_as_it_is() {
    let engine = Arc::new(Docker29 { http1_only: true, ..Docker29::default() });
    let client = Client::of(&engine).await;
    let error = format!(
        "{:#}",
        client.build("FROM scratch\nRUN --mount=type=cache,target=/x y\n").await.unwrap_err()
    );
    assert!(
        error.contains("line 2 needs BuildKit, and the engine opens no session for it (")
            && error.contains("POST /session answered 404 Not Found")
            && error.contains("page not found"),
        "{error}"
    );
    assert!(
        client.lines.borrow().iter().any(|l| l.contains("building with the classic builder")),
        "{:?}",
        client.lines
    );
}

/// A push that says `lines` and ends with `error`.
fn fails(lines: &str, error: &str) -> String {
    let detail = serde_json::json!({"errorDetail": {"message": error}, "error": error});
    format!("{lines}{detail}\n")
}

#[tokio::test]
async fn refusals_without_a_code_are_explained_and_not_repeated() {
    let engine = Arc::new(Docker29::default());
    let client = Client::of(&engine).await;
    for (said, hint) in [
        (
            "The repository with name 'team/app' does not exist in the registry with id '1'",
            "the repository is gone",
        ),
        (
            "The image tag 'v1' already exists in the 'team/app' repository and cannot be overwritten because the repository \
             is immutable.",
            "the repository is immutable",
        ),
        (
            "Your authorization token has expired. Reauthenticate and try again.",
            "the registry does not take the token",
        ),
    ] {
        engine.pushes.lock().unwrap().push_back(fails("", &format!("error from registry: {said}")));
        let error = format!("{:#}", client.push().await.unwrap_err());
        assert!(error.contains(said) && error.contains(&format!("hint: {hint}")), "{error}");
    }
    assert!(client.lines.borrow().is_empty(), "{:?}", client.lines);
}

#[tokio::test]
async fn a_push_that_may_go_better_is_tried_again() {
    let engine = Arc::new(Docker29::default());
    let client = Client::of(&engine).await;
    let slow = "failed to copy: failed to do request: Put \"https://x/y\": net/http: timeout awaiting response headers";
    engine.pushes.lock().unwrap().push_back(fails("", slow));
    client.push().await.unwrap();
    assert!(client.lines.borrow()[0].contains("again in 1 s"), "{:?}", client.lines);
}

#[tokio::test]
async fn layers_of_one_size_do_not_look_like_movement() {
    let engine = Arc::new(Docker29::default());
    let client = Client::of(&engine).await;
    let at = |done: u64| {
        format!("{{\"status\":\"Pushing\",\"progressDetail\":{{\"current\":{done},\"total\":9}}}}\n")
    };
    let lines = [at(3), at(1), at(3), at(1)].concat();
    engine.pushes.lock().unwrap().push_back(fails(&lines, "error from registry: denied"));
    client.push().await.unwrap_err();
    assert_eq!(*client.bytes.borrow(), [(3, 9); 4]);
}
