//! What stays out of a context, held against Docker's own client on random ignore files.
#![allow(clippy::unwrap_used)]

use crate::context::BuildContext;
use bytes::Bytes;
use fastrand::Rng;
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::{body::Incoming, service::service_fn};
use hyper_util::rt::TokioIo;
use lambdeploy_stack::Build;
use std::{
    collections::{BTreeMap, BTreeSet},
    fs, io,
    path::Path,
    process::Output,
    sync::{Arc, Mutex},
};

/// As many as take some seconds; LAMBDEPLOY_ORACLE_CASES asks for more.
const CASES: u64 = 40;

const NAMES: [&str; 8] = ["a", "b", "ab", "a.b", ".a", "b.md", "A", "a b"];
const PIECES: [&str; 16] =
    ["a", "b", ".", "*", "**", "?", "/", "/", "**/", "/**", "[ab]", "[^a]", "\\*", "..", "b.md", "a "];

fn name(dice: &mut Rng) -> String {
    let parts: Vec<_> = (0..dice.usize(1..4)).map(|_| NAMES[dice.usize(..NAMES.len())]).collect();
    parts.join("/")
}

fn pattern(dice: &mut Rng) -> String {
    let exception = if dice.u8(..4) == 0 { "!" } else { "" };
    let text: String = match dice.u8(..3) {
        0 => name(dice),
        _ => (0..dice.usize(1..5)).map(|_| PIECES[dice.usize(..PIECES.len())]).collect(),
    };
    format!("{exception}{text}\n")
}

fn tree(root: &Path, dice: &mut Rng) {
    for _ in 0..14 {
        let path = root.join(name(dice));
        // A file where a folder is wanted, or the other way around, is left out.
        if fs::create_dir_all(path.parent().unwrap()).is_ok() && !path.exists() {
            _ = fs::write(path, "x");
        }
    }
}

/// What Docker's own client sends of a folder. `Err` holds what it says where it refuses the ignore file.
async fn asked_of_docker(root: &Path, engine: &Engine) -> io::Result<Result<BTreeSet<String>, String>> {
    let mut command = tokio::process::Command::new("docker");
    command.args(["build", "."]).current_dir(root).env("DOCKER_BUILDKIT", "0");
    let Output { status, stderr, .. } = command.env("DOCKER_HOST", &engine.host).output().await?;
    let tar = engine.received.lock().unwrap().take();
    let Some(tar) = tar.filter(|_| status.success()) else {
        return Ok(Err(String::from_utf8_lossy(&stderr).into_owned()));
    };
    let mut archive = tar::Archive::new(tar.as_ref());
    let names = archive.entries()?.map(|e| Ok(e?.path()?.to_string_lossy().trim_end_matches('/').to_owned()));
    Ok(Ok(names.collect::<io::Result<_>>()?))
}

/// An engine that takes contexts and builds nothing.
struct Engine {
    host: String,
    received: Arc<Mutex<Option<Bytes>>>,
}

impl Engine {
    async fn start() -> io::Result<Self> {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        let host = format!("tcp://{}", listener.local_addr()?);
        let received = Arc::<Mutex<Option<Bytes>>>::default();
        let keep = Arc::clone(&received);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let keep = Arc::clone(&keep);
                let service = service_fn(move |request| take(request, Arc::clone(&keep)));
                let http = hyper::server::conn::http1::Builder::new();
                tokio::spawn(http.serve_connection(TokioIo::new(stream), service));
            }
        });
        Ok(Self { host, received })
    }
}

async fn take(
    request: Request<Incoming>,
    keep: Arc<Mutex<Option<Bytes>>>,
) -> hyper::Result<Response<Full<Bytes>>> {
    if request.uri().path().ends_with("/build") {
        let context = request.into_body().collect().await?.to_bytes();
        *keep.lock().unwrap() = Some(context);
    }
    let mut response = Response::new(Full::from("{}"));
    response.headers_mut().insert("api-version", http::HeaderValue::from_static("1.44"));
    Ok(response)
}

fn ours(root: &Path) -> Result<BTreeSet<String>, String> {
    let build = Build {
        context: root.to_owned(),
        dockerfile: root.join("Dockerfile"),
        target: None,
        args: BTreeMap::new(),
        secrets: BTreeMap::new(),
        left_out: Vec::new(),
    };
    let context = BuildContext::list(&build).map_err(|e| format!("{e:#}"))?;
    let own = context.entries.iter().filter(|e| !e.builders_own);
    Ok(own.map(|e| String::from_utf8_lossy(&e.name).into_owned()).collect())
}

/// Without folders, and without the two that the builder gets in any case.
fn files(root: &Path, names: &BTreeSet<String>) -> BTreeSet<String> {
    let sent_anyway = |n: &str| n == "Dockerfile" || n == ".dockerignore";
    names.iter().filter(|n| root.join(n).is_file() && !sent_anyway(n)).cloned().collect()
}

/// The classic client does not look for what an exception with wildcards lets in below an excluded folder; BuildKit and
/// we do.
fn agree(ignore: &str, docker: &BTreeSet<String>, ours: &BTreeSet<String>) -> bool {
    let wild = ignore.lines().any(|l| l.starts_with('!') && l.contains(['*', '?', '[', '\\']));
    if wild { ours.is_superset(docker) } else { ours == docker }
}

#[tokio::test]
async fn docker_leaves_out_the_same() {
    let engine = Engine::start().await.unwrap();
    let number = |name: &str| std::env::var(name).ok().and_then(|v| v.parse().ok());
    let seed = number("LAMBDEPLOY_ORACLE_SEED").unwrap_or(1);
    let cases = number("LAMBDEPLOY_ORACLE_CASES").unwrap_or(CASES);
    let mut differences = Vec::new();
    for case in 0..cases {
        let mut dice = Rng::with_seed(seed * 1_000_000 + case);
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        tree(root, &mut dice);
        let ignore: String = (0..dice.usize(1..6)).map(|_| pattern(&mut dice)).collect();
        fs::write(root.join(".dockerignore"), &ignore).unwrap();
        fs::write(root.join("Dockerfile"), "FROM scratch\nCOPY . /\n").unwrap();
        let docker = match asked_of_docker(root, &engine).await {
            Ok(docker) => docker,
            Err(error) => return eprintln!("skipped: docker's own client is not here: {error}"),
        };
        match (docker, ours(root)) {
            (Ok(docker), Ok(ours)) if agree(&ignore, &files(root, &docker), &files(root, &ours)) => {}
            (Err(_), Err(_)) => {}
            (docker, ours) => differences.push(format!("{ignore:?}\n  docker {docker:?}\n  ours {ours:?}")),
        }
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}
