//! Against the engine of this machine. Without one, or without the base image, each says so and returns.
#![allow(clippy::unwrap_used)]
use super::*;
use crate::{
    docker::{Progress, SecretValue, fingerprint, tidy},
    stack::{Architecture, Build},
};
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

#[tokio::test]
async fn an_image_from_nothing() {
    let Some(engine) = engine().await else { return };
    let mut sample = Sample::new("FROM scratch\nCOPY . /\nLABEL made=here\n");
    fs::write(sample.path().join(".dockerignore"), "*\n!keep").unwrap();
    fs::write(sample.path().join("keep"), unique()).unwrap();
    let image = sample.build(&engine).await.unwrap();
    assert!(image.id.starts_with("sha256:") && image.os == "linux");
    assert_eq!(image.architecture, architecture().oci());
    assert_eq!(image.labels["made"], "here");
    assert!(sample.said("COPY . /"), "{:?}", sample.lines);
}

#[tokio::test]
async fn stages_targets_arguments_and_cache_mounts() {
    let Some(engine) = engine_with_base().await else { return };
    let dockerfile = format!(
        "ARG BASE={BASE}\nFROM ${{BASE}} AS made\nARG WORD\nRUN --mount=type=cache,target=/cache echo \"the word is $WORD\" | tee \
         /cache/word > /word\nFROM ${{BASE}} AS wanted\nCOPY --from=made /word /word\nRUN cat /word\nFROM scratch AS unwanted\nRUN false\n"
    );
    let mut sample = Sample::new(&dockerfile);
    sample.request.build.target = Some("wanted".into());
    let word = unique();
    sample.request.build.args.insert("WORD".into(), word.clone());
    sample.build(&engine).await.unwrap();
    assert!(sample.said(&format!("the word is {word}")), "{:?}", sample.lines);
}

#[tokio::test]
async fn secrets_reach_the_step_and_nothing_else() {
    let Some(engine) = engine_with_base().await else { return };
    let run = "cat /run/secrets/token; test \"$(cat /run/secrets/token)\" = \"s3cr3t-value\"";
    let mut sample =
        Sample::new(&format!("FROM {BASE}\nCOPY new /\nRUN --mount=type=secret,id=token {run}\n"));
    fs::write(sample.path().join("new"), unique()).unwrap();
    sample.request.secrets.insert("token".into(), SecretValue(b"s3cr3t-value".to_vec()));
    sample.build(&engine).await.unwrap();
    assert!(sample.said("***") && !sample.said("s3cr3t-value\n"), "{:?}", sample.lines);
    assert!(!sample.lines.borrow().iter().any(|l| l.contains("s3cr3t")), "{:?}", sample.lines);
}

#[tokio::test]
async fn a_failing_step_says_what_it_said() {
    let Some(engine) = engine_with_base().await else { return };
    let mut sample =
        Sample::new(&format!("FROM {BASE}\nCOPY new /\nRUN echo almost done; echo but no; exit 3\n"));
    fs::write(sample.path().join("new"), unique()).unwrap();
    let error = format!("{:#}", sample.build(&engine).await.unwrap_err());
    assert!(error.contains("RUN echo almost done") && error.contains("exit code: 3"), "{error}");
    assert!(error.ends_with("\nwhat it said last:\n  almost done\n  but no"), "{error}");
}

#[tokio::test]
async fn a_base_that_is_here_is_not_asked_of_a_registry() {
    let Some(engine) = engine_with_base().await else { return };
    let mut sample = Sample::new(&format!("FROM {BASE}\nCOPY new /\n"));
    fs::write(sample.path().join("new"), unique()).unwrap();
    sample.build(&engine).await.unwrap();
}

#[tokio::test]
async fn a_rebuild_pulls_the_base_or_names_it() {
    let Some(engine) = engine().await else { return };
    let mut sample = Sample::new("FROM registry.invalid/no/such:1\n");
    sample.request.rebuild = true;
    let error = format!("{:#}", sample.build(&engine).await.unwrap_err());
    assert!(error.contains("registry.invalid/no/such:1"), "{error}");
}

/// As `docker build --pull`, which says itself what is wrong with a base.
#[tokio::test]
async fn a_base_that_cannot_be_looked_at_is_left_to_the_build() {
    let Some(engine) = engine().await else { return };
    let mut sample = Sample::new("FROM Upper/Case\n");
    sample.request.rebuild = true;
    let error = format!("{:#}", sample.build(&engine).await.unwrap_err());
    assert!(error.starts_with("the build failed") && error.contains("Upper/Case"), "{error}");
}

#[tokio::test]
async fn a_rebuild_on_a_stand_in_uses_it() {
    let Some(engine) = engine_with_base().await else { return };
    let stand_in = engine.connection().await.unwrap().client.inspect_image(BASE).await.unwrap();
    let labels = stand_in.config.and_then(|c| c.labels).unwrap_or_default();
    if !labels.contains_key("lambdeploy.stand-in") {
        return eprintln!("skipped: because {BASE} here is no stand-in");
    }
    let mut sample = Sample::new(&format!("FROM {BASE}\nRUN true\n"));
    sample.request.rebuild = true;
    sample.build(&engine).await.unwrap();
    assert!(sample.said("is a local stand-in"), "{:?}", sample.lines);
}

#[tokio::test]
async fn a_context_that_changed_makes_no_image() {
    let Some(engine) = engine().await else { return };
    let sample = Sample::new("FROM scratch\nCOPY new /\n");
    fs::write(sample.path().join("new"), unique()).unwrap();
    let mut request = sample.request.clone();
    let hashed = fingerprint(&request.build, request.architecture).await.unwrap();
    (request.fingerprint, request.parts) = (hashed.hash, hashed.parts);
    fs::write(sample.path().join("new"), "something else").unwrap();
    let error = format!("{:#}", engine.build(&request, &|_| {}).await.unwrap_err());
    assert!(error.starts_with("new changed while the build context was being read"), "{error}");
    let name = tidy::local_name(&request);
    assert!(engine.connection().await.unwrap().client.inspect_image(&name).await.is_err());
}

#[tokio::test]
async fn a_context_that_changed_is_built_once_more_as_it_is_now() {
    let Some(engine) = engine().await else { return };
    let sample = Sample::new("FROM scratch\nCOPY new /\n");
    fs::write(sample.path().join("new"), unique()).unwrap();
    let mut request = sample.request.clone();
    let hashed = fingerprint(&request.build, request.architecture).await.unwrap();
    (request.fingerprint, request.parts) = (hashed.hash.clone(), hashed.parts);
    fs::write(sample.path().join("new"), unique()).unwrap();
    let on = |progress: Progress| {
        if let Progress::Line(line) = progress {
            sample.lines.borrow_mut().push(line);
        }
    };
    crate::docker::build(&engine, &mut request, &on).await.unwrap();
    assert_ne!(request.fingerprint, hashed.hash, "the image is named by what is in it");
    assert!(sample.said("new changed since the plan: "), "{:?}", sample.lines);
    let name = tidy::local_name(&request);
    super::super::push::remove(engine.connection().await.unwrap(), &name, false).await.unwrap();
}

/// What a cache mount or a stub layer holds is newer than a source that was not edited since, and older than one that was.
#[tokio::test]
async fn files_arrive_with_their_own_times() {
    let Some(engine) = engine_with_base().await else { return };
    let mut sample = Sample::new(&format!("FROM {BASE}\nCOPY new /new\nRUN stat --format=%Y,%y /new\n"));
    fs::write(sample.path().join("new"), unique()).unwrap();
    let time = std::time::UNIX_EPOCH + std::time::Duration::new(1_700_000_001, 250_000_000);
    fs::File::options().write(true).open(sample.path().join("new")).unwrap().set_modified(time).unwrap();
    sample.build(&engine).await.unwrap();
    assert!(sample.said("1700000001,") && sample.said(":21.250000000 "), "{:?}", sample.lines);
}

/// The stages run at once; one fails, and the other is cancelled.
#[tokio::test]
async fn the_stage_that_failed_first_is_the_one_that_is_told() {
    let Some(engine) = engine_with_base().await else { return };
    let mut sample = Sample::new(&format!(
        "FROM {BASE} AS deps\nCOPY new /\nRUN echo no matching distribution; sleep 1; exit 3\nFROM {BASE} AS assets\nCOPY new /\n\
         RUN echo building assets; sleep 30\nFROM {BASE}\nCOPY --from=deps /new /a\nCOPY --from=assets /new /b\n"
    ));
    fs::write(sample.path().join("new"), unique()).unwrap();
    let error = format!("{:#}", sample.build(&engine).await.unwrap_err());
    assert!(error.starts_with("the build failed in `[deps ") && error.contains("exit code: 3"), "{error}");
    assert!(error.ends_with("what it said last:\n  no matching distribution"), "{error}");
}

/// Each cause has its own sentence.
#[tokio::test]
async fn what_copy_does_not_find_is_told_by_its_cause() {
    let Some(engine) = engine_with_base().await else { return };
    let copy = async |copied: &str| {
        let mut sample = Sample::new(&format!("FROM {BASE} AS one\nFROM {BASE}\nCOPY {copied} /x\n"));
        fs::write(sample.path().join(".dockerignore"), "left-out\n").unwrap();
        fs::write(sample.path().join("left-out"), "x").unwrap();
        fs::create_dir(sample.path().join(".git")).unwrap();
        fs::write(sample.path().join(".git/HEAD"), "x").unwrap();
        format!("{:#}", sample.build(&engine).await.unwrap_err())
    };
    for (copied, hint) in [
        ("nope.txt", "hint: there is no `nope.txt` in the build context "),
        ("left-out", "hint: `left-out` is there, but .dockerignore leaves it out of the build context"),
        (".git", "hint: `.git` is left out of every build context"),
        ("--from=one /nope", "hint: the stage or image that `--from` names has no `/nope`"),
    ] {
        let error = copy(copied).await;
        assert!(error.contains(hint), "{copied}: {error}");
    }
}

#[tokio::test]
async fn a_link_option_builds_or_is_refused() {
    let Some(engine) = engine_with_base().await else { return };
    let mut sample = Sample::new(&format!("FROM {BASE}\nCOPY --link new /\n"));
    fs::write(sample.path().join("new"), unique()).unwrap();
    if let Err(error) = sample.build(&engine).await {
        assert!(format!("{error:#}").contains("line 2 has `--link`, which this engine"), "{error:#}");
    }
}

#[tokio::test]
async fn long_names_and_large_files_arrive() {
    let Some(engine) = engine_with_base().await else { return };
    let long = "n".repeat(180);
    let mut sample =
        Sample::new(&format!("FROM {BASE}\nCOPY . /here\nRUN wc -c < /here/large; ls /here/{long}\n"));
    fs::create_dir(sample.path().join(&long)).unwrap();
    fs::write(sample.path().join(&long).join("in it"), unique()).unwrap();
    fs::write(sample.path().join("large"), vec![7; 50_000_000]).unwrap();
    sample.build(&engine).await.unwrap();
    assert!(sample.said("50000000") && sample.said("in it"), "{:?}", sample.lines);
}

#[tokio::test]
async fn another_platform_is_noticed() {
    let Some(engine) = engine_with_base().await else { return };
    let mut sample = Sample::new(&format!("FROM --platform=$BUILDPLATFORM {BASE}\nRUN true\n"));
    sample.request.architecture =
        if architecture() == Architecture::Arm64 { Architecture::X86_64 } else { Architecture::Arm64 };
    let error = format!("{:#}", sample.build(&engine).await.unwrap_err());
    assert!(error.contains("`FROM --platform` makes this image for linux/"), "{error}");
}

#[tokio::test]
async fn a_heredoc_builds_or_is_refused() {
    let Some(engine) = engine_with_base().await else { return };
    let mut sample = Sample::new(&format!("FROM {BASE}\nRUN <<EOF\necho from a heredoc\nEOF\n"));
    match sample.build(&engine).await {
        Ok(_) => assert!(sample.said("from a heredoc")),
        Err(e) => assert!(format!("{e:#}").contains("line 2 is a heredoc"), "{e:#}"),
    }
}

/// The same engine, told not to use BuildKit.
async fn classic() -> Option<Engine> {
    engine_with_base().await?;
    let variable =
        |name: &str| if name == "DOCKER_BUILDKIT" { Some("0".into()) } else { std::env::var(name).ok() };
    let environment =
        crate::docker::endpoint::Environment { variable: &variable, home: std::env::home_dir() };
    Some(Engine(OnceCell::new_with(Some(connect::connect_in(&environment).await.unwrap()))))
}

#[tokio::test]
async fn the_classic_builder() {
    let Some(engine) = classic().await else { return };
    let mut sample = Sample::new(&format!("FROM {BASE}\nRUN echo oh; exit 4\n"));
    let error = format!("{:#}", sample.build(&engine).await.unwrap_err());
    assert!(error.contains("RUN echo oh") && error.ends_with("what it said last:\n  oh"), "{error}");
    fs::write(sample.path().join("Dockerfile"), format!("FROM {BASE}\nCOPY . /here\nRUN ls -A /here\n"))
        .unwrap();
    fs::write(sample.path().join("new"), unique()).unwrap();
    fs::write(sample.path().join(".dockerignore"), "Dockerfile\n.dockerignore").unwrap();
    sample.build(&engine).await.unwrap();
    assert!(
        sample.said("new") && !sample.lines.borrow().iter().any(|l| l.starts_with("Dockerfile")),
        "{:?}",
        sample.lines
    );
}

#[tokio::test]
async fn the_classic_builder_refuses_what_it_lacks() {
    let Some(engine) = classic().await else { return };
    let mut sample = Sample::new(&format!("FROM {BASE}\n\nRUN --mount=type=cache,target=/c true\n"));
    let error = format!("{:#}", sample.build(&engine).await.unwrap_err());
    assert!(error.contains("line 3 needs BuildKit"), "{error}");
}

/// Names of the images that the engine keeps of a repository.
async fn kept(client: &bollard::Docker, repository: &str) -> Vec<String> {
    let filters = std::collections::HashMap::from([("reference", vec![repository])]);
    let options = bollard::query_parameters::ListImagesOptionsBuilder::default().filters(&filters).build();
    let all = client.list_images(Some(options)).await.unwrap();
    let mut names: Vec<String> = all.into_iter().flat_map(|i| i.repo_tags).collect();
    names.sort();
    names
}

#[tokio::test]
async fn older_images_of_a_repository_go_and_nothing_else() {
    let Some(engine) = engine().await else { return };
    let connection = engine.connection().await.unwrap();
    let client = &connection.client;
    let mut sample = Sample::new("FROM scratch\nCOPY new /\n");
    let mut make = async |content: String| {
        fs::write(sample.path().join("new"), content).unwrap();
        let hash = fingerprint(&sample.request.build, sample.request.architecture).await.unwrap().hash;
        sample.request.fingerprint = hash;
        let image = engine.build(&sample.request, &|_| {}).await.unwrap();
        (image, tidy::local_name(&sample.request), sample.request.repository.clone())
    };
    let (first, first_name, repository) = make(unique()).await;
    let (theirs, theirs_name, _) = make(unique()).await;
    let tag = bollard::query_parameters::TagImageOptionsBuilder::default();
    let mine = format!("{repository}-by-hand");
    client.tag_image(&theirs.id, Some(tag.repo(&mine).tag("v1").build())).await.unwrap();
    let (newest, newest_name, _) = make(unique()).await;
    let store = format!("lambdeploy/{repository}");
    assert_eq!(kept(client, &store).await.len(), 3);

    tidy::older(connection, &repository, &newest.id, &|p| panic!("{p:?}")).await;
    assert_eq!(kept(client, &store).await, [newest_name.as_str()]);
    assert!(client.inspect_image(&first.id).await.is_err(), "{first_name} is left without a name");
    assert_eq!(client.inspect_image(&theirs.id).await.unwrap().repo_tags.unwrap(), [format!("{mine}:v1")]);
    assert!(client.inspect_image(&theirs_name).await.is_err());

    engine.forget(&repository, &|p| panic!("{p:?}")).await;
    assert!(kept(client, &store).await.is_empty(), "the repository is gone");
    super::super::push::remove(connection, &format!("{mine}:v1"), false).await.unwrap();
}

#[tokio::test]
async fn a_rebuild_leaves_no_image_without_a_name() {
    let Some(engine) = engine_with_base().await else { return };
    let client = &engine.connection().await.unwrap().client;
    let mut sample = Sample::new(&format!("FROM {BASE}\nRUN date +%N > /when\n"));
    sample.request.fingerprint =
        fingerprint(&sample.request.build, sample.request.architecture).await.unwrap().hash;
    let first = engine.build(&sample.request, &|_| {}).await.unwrap();
    sample.request.rebuild = true;
    let second = engine.build(&sample.request, &|_| {}).await.unwrap();
    assert_ne!(first.id, second.id);
    assert!(client.inspect_image(&first.id).await.is_err());
    sample.build(&engine).await.unwrap();
}

/// What `docker build` leaves out of a context, `COPY .` does not find: an excluded Dockerfile, and one from elsewhere.
#[tokio::test]
async fn the_builders_own_files_are_no_part_of_the_context() {
    let Some(engine) = engine_with_base().await else { return };
    let dockerfile =
        format!("FROM {BASE}\nCOPY . /here\nRUN cd /here && find . -printf '%p %y %m %l %s %T@;' | sort\n");
    let mut sample = Sample::new(&dockerfile);
    fs::create_dir(sample.path().join("a")).unwrap();
    fs::write(sample.path().join("a/new"), unique()).unwrap();
    fs::write(sample.path().join("a-large"), vec![7; 3_000_000]).unwrap();
    fs::write(sample.path().join("empty"), "").unwrap();
    let time = std::time::UNIX_EPOCH + std::time::Duration::new(1_700_000_001, 250_000_000);
    fs::File::options().write(true).open(sample.path().join("empty")).unwrap().set_modified(time).unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink("a/new", sample.path().join("link")).unwrap();
    fs::write(sample.path().join(".dockerignore"), "Dockerfile\n.dockerignore\n").unwrap();
    sample.build(&engine).await.unwrap();
    let found =
        |line: &str| sample.lines.borrow().iter().find(|l| l.contains(line)).cloned().unwrap_or_default();
    let listed = found("./a-large");
    assert!(!listed.contains("ockerfile") && !listed.contains(".dockerignore"), "{listed}");
    assert!(listed.contains("./empty f 644  0 1700000001.2500000000;"), "{listed}");
    assert!(listed.contains("./a d 755 ") && listed.contains("./a-large f 644  3000000 "), "{listed}");
    assert!(cfg!(not(unix)) || listed.contains("./link l 777 a/new "), "{listed}");

    sample.lines.borrow_mut().clear();
    let elsewhere = tempfile::tempdir().unwrap();
    fs::remove_file(sample.path().join(".dockerignore")).unwrap();
    fs::remove_file(sample.path().join("Dockerfile")).unwrap();
    let dockerfile = format!("FROM {BASE}\nCOPY . /here\nRUN cd /here && find . -printf '%p %y;'\n");
    fs::write(elsewhere.path().join("Other"), dockerfile).unwrap();
    sample.request.build.dockerfile = elsewhere.path().join("Other");
    sample.build(&engine).await.unwrap();
    let listed = sample.lines.borrow().join("\n");
    assert!(listed.contains("./empty f;") && !listed.contains("ockerfile f;"), "{listed}");
}

#[tokio::test]
async fn a_context_that_is_sent_apart_is_held_against_its_hash_too() {
    let Some(engine) = engine_with_base().await else { return };
    let sample = Sample::new(&format!("FROM {BASE}\nCOPY new /\n"));
    fs::write(sample.path().join(".dockerignore"), "Dockerfile\n").unwrap();
    fs::write(sample.path().join("new"), unique()).unwrap();
    let mut request = sample.request.clone();
    let hashed = fingerprint(&request.build, request.architecture).await.unwrap();
    (request.fingerprint, request.parts) = (hashed.hash, hashed.parts);
    fs::write(sample.path().join("new"), "something else").unwrap();
    let error = engine.build(&request, &|_| {}).await.unwrap_err();
    assert!(error.is::<crate::docker::Changed>() && error.to_string().starts_with("new changed"), "{error}");
}
