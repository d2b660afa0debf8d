//! Against the engine of this machine. Without one, or without the base image, each says so and returns.
#![allow(clippy::unwrap_used)]

mod builds;
mod classic;
mod contexts;
mod failures;
mod rebuilds;

use super::*;
use crate::{Progress, SecretValue, fingerprint, tidy};
use lambdeploy_stack::{Architecture, Build};
use std::{
    cell::RefCell,
    collections::BTreeMap,
    fs,
    path::Path,
    sync::atomic::{AtomicU32, Ordering},
};

/// An image with a shell, on this machine as a stand-in.
const BASE: &str = "public.ecr.aws/lambda/python:3.13";

/// `None`, and why, where there is no engine that builds for this architecture.
async fn engine() -> Option<Engine> {
    let engine = Engine::new();
    if let Err(e) = engine.connection().await {
        eprintln!("skipped: because {e:#}");
        return None;
    }
    Some(engine)
}

async fn engine_with_base() -> Option<Engine> {
    let engine = engine().await?;
    if let Err(e) = engine.connection().await.unwrap().client.inspect_image(BASE).await {
        eprintln!("skipped: because there is no image {BASE} here: {e}");
        return None;
    }
    Some(engine)
}

fn architecture() -> Architecture {
    if cfg!(target_arch = "aarch64") { Architecture::Arm64 } else { Architecture::X86_64 }
}

struct Sample {
    folder: tempfile::TempDir,
    request: BuildRequest,
    lines: RefCell<Vec<String>>,
}

impl Sample {
    fn new(dockerfile: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("Dockerfile"), dockerfile).unwrap();
        let (context, dockerfile) = (folder.path().to_owned(), folder.path().join("Dockerfile"));
        let (args, secrets) = (BTreeMap::new(), BTreeMap::new());
        let build = Build { context, dockerfile, target: None, args, secrets, left_out: Vec::new() };
        let fingerprint = String::new();
        let request = BuildRequest {
            build,
            repository: unique_repository(),
            architecture: architecture(),
            fingerprint,
            parts: Default::default(),
            rebuild: false,
            secrets: BTreeMap::new(),
            logins: Default::default(),
        };
        Self { folder, request, lines: RefCell::default() }
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Builds, and removes the image again.
    async fn build(&mut self, engine: &Engine) -> Result<BuiltImage> {
        self.request.fingerprint =
            fingerprint(&self.request.build, self.request.architecture).await.unwrap().hash;
        let on = |progress: Progress| {
            if let Progress::Line(line) = progress {
                self.lines.borrow_mut().push(line);
            }
        };
        let image = engine.build(&self.request, &on).await?;
        let client = &engine.connection().await.unwrap().client;
        let name = tidy::local_name(&self.request);
        client
            .remove_image(&name, None::<bollard::query_parameters::RemoveImageOptions>, None)
            .await
            .unwrap();
        Ok(image)
    }

    fn said(&self, text: &str) -> bool {
        self.lines.borrow().iter().any(|l| l.contains(text))
    }
}

/// One for each test: nobody else's push tidies up behind it.
fn unique_repository() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    format!("test-{}/{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed))
}

fn unique() -> String {
    format!("{:?} {}", std::time::SystemTime::now(), std::process::id())
}
