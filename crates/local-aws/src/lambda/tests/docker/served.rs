//! A local AWS whose function runs in a real container.

use super::*;

/// A served local AWS whose function `greet` is the fixture.
pub(super) struct Served {
    pub(super) aws: LocalAws,
    pub(super) docker: Docker,
    pub(super) owner: String,
    pub(super) stop: oneshot::Sender<()>,
    pub(super) server: JoinHandle<std::io::Result<()>>,
}

impl Served {
    /// With these members of CreateFunction beside the usual ones; `None`, with a word on why, where it can't be.
    pub(super) async fn start(members: Value) -> Option<Self> {
        let (docker, bootstrap) = (docker().await?, bootstrap()?);
        let aws = world(Arc::new(DockerEngine::new(docker.clone())), Consistency::Instant).await;
        push(&aws, &bootstrap).await;
        ok(&aws, "lambda", "CreateFunction", with(greet(), members)).await;
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let owner = aws.shared().home.id().to_owned();
        let (stop, stopped) = oneshot::channel();
        let server = tokio::spawn({
            let aws = aws.clone();
            async move { aws.serve(listener, async { drop(stopped.await) }).await }
        });
        Some(Self { aws, docker, owner, stop, server })
    }

    pub(super) async fn call(&self, event: &str) -> Value {
        let answer = invoke(&self.aws, json!(event).to_string()).await;
        assert_eq!(answer.status, 200, "{event}: {:?}", answer.body);
        answer.json()
    }

    /// The log, once so many invocations are in it to their end and nothing more comes.
    pub(super) async fn log(&self, invocations: usize) -> Vec<String> {
        loop {
            let lines = log(&self.aws).await;
            if lines.iter().filter(|l| l.starts_with("REPORT")).count() == invocations {
                return log(&self.aws).await;
            }
        }
    }

    pub(super) async fn containers(&self) -> usize {
        containers(&self.docker, &self.owner).await
    }

    /// Ends the server; nothing of it may be left.
    pub(super) async fn end(self) {
        self.stop.send(()).unwrap();
        timeout(Duration::from_mins(1), self.server).await.unwrap().unwrap().unwrap();
        assert_eq!(containers(&self.docker, &self.owner).await, 0);
    }
}

pub(super) async fn containers(docker: &Docker, owner: &str) -> usize {
    running(docker, owner).await.len()
}

pub(super) async fn running(docker: &Docker, owner: &str) -> Vec<ContainerSummary> {
    let label = vec![format!("lambdeploy.local={owner}")];
    let filters = Some(HashMap::from([("label".to_owned(), label)]));
    let options = ListContainersOptions { all: true, filters, ..ListContainersOptions::default() };
    docker.list_containers(Some(options)).await.unwrap()
}

pub(super) async fn docker() -> Option<Docker> {
    let docker = Docker::connect_with_defaults().ok()?;
    if let Err(error) = docker.ping().await {
        eprintln!("skipped: no Docker engine here: {error}");
        return None;
    }
    Some(docker)
}

/// The fixture as a static program for the engine's own architecture.
pub(super) fn bootstrap() -> Option<Vec<u8>> {
    if !cfg!(all(target_os = "linux", target_env = "gnu")) {
        eprintln!("skipped: this platform's compiler makes no static Linux programs");
        return None;
    }
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("bootstrap");
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lambda/tests/fixtures/bootstrap.rs");
    let rustc = std::env::var("RUSTC").unwrap_or_else(|_| "rustc".to_owned());
    let mut command = Command::new(rustc);
    command.args(["--edition", "2024", "-C", "target-feature=+crt-static", "-C", "opt-level=1", "-o"]);
    let output = command.arg(&program).arg(source).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(std::fs::read(program).unwrap())
}

/// Lambda's and Docker's names for this machine's architecture.
pub(super) fn architecture() -> (&'static str, &'static str) {
    if cfg!(target_arch = "aarch64") { ("arm64", "arm64") } else { ("x86_64", "amd64") }
}

/// Pushes an image that is nothing but the program, as `app:v1`.
pub(super) async fn push(aws: &LocalAws, program: &[u8]) {
    let mut header = tar::Header::new_gnu();
    header.set_size(program.len() as u64);
    header.set_mode(0o755);
    let mut tar = tar::Builder::new(Vec::new());
    tar.append_data(&mut header, "bootstrap", program).unwrap();
    header.set_size(12);
    header.set_mode(0o644);
    tar.append_data(&mut header, "data/file", &b"of the image"[..]).unwrap();
    let tar = tar.into_inner().unwrap();
    let diff_id = crate::blobs::sha256(&tar);
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    std::io::Write::write_all(&mut gzip, &tar).unwrap();
    let layer = gzip.finish().unwrap();
    let config = json!({
        "architecture": architecture().1, "os": "linux",
        "config": {
            "Entrypoint": ["/bootstrap"], "Cmd": ["app.handler"], "Volumes": {"/data": {}, "/tmp": {}},
            "Healthcheck": {"Test": ["CMD", "/bootstrap"]},
        },
        "rootfs": {"type": "layers", "diff_ids": [diff_id]},
    })
    .to_string();
    let sizes = (config.len(), layer.len());
    let (config, layer) = (upload(aws, "app", config).await, upload(aws, "app", layer).await);
    let manifest = ecr::testing::manifest(&config, sizes.0, &layer, sizes.1);
    let input = json!({"repositoryName": "app", "imageManifest": manifest, "imageTag": "v1"});
    ok(aws, "ecr", "PutImage", input).await;
}

pub(super) fn native() -> Value {
    json!({ "Architectures": [architecture().0] })
}
