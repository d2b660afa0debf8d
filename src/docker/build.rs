//! Building through the engine: BuildKit where it has it, the classic builder where not.

use super::{
    BuildRequest, BuiltImage, OnProgress, Progress,
    build_log::BuildLog,
    connect::{Builder, Connection},
    context::Context,
    dockerfile::Dockerfile,
    hints::explain_build,
    pulls::Pulls,
    session::{Asked, DOCKERFILE, Files, Services, Session},
    tarball::{self, Sending},
    tidy::{self, local_name},
};
use anyhow::{Context as _, Result, anyhow, bail};
use bollard::{
    errors::Error,
    query_parameters::{BuildImageOptions, BuildImageOptionsBuilder},
};
use bytes::Bytes;
use futures_util::StreamExt;
use http::HeaderValue;
use std::{
    collections::{BTreeMap, HashMap},
    io,
    time::Duration,
};
use tokio::sync::mpsc;

/// A local image with this label stands in for one that can't be pulled, so it is never pulled anew.
const STAND_IN: &str = "lambdeploy.stand-in";

/// Heredocs and `--link` are built into BuildKit since Docker 23.
const DOCKER_23: (u32, u32) = (1, 42);

/// How a build says that its files are to be asked for on its session.
const CLIENT_SESSION: &str = "client-session";

/// The mount of `RUN` that reaches the ssh agent.
const SSH_MOUNT: &str = "type=ssh";

const TURNED_OFF: &str = "needs BuildKit, which DOCKER_BUILDKIT=0 turns off";

const NO_AGENT: &str = "warning: a step mounts the ssh agent, and there is none here (SSH_AUTH_SOCK is not set): start one \
                        with `eval $(ssh-agent)`, then `ssh-add`";

/// What BuildKit is to make. Lambda takes layers in gzip only, and without this a store that keeps layers as they came (that
/// of containerd) passes on plain ones and zstd. Other stores have gzip always, and skip what they don't know.
const OUTPUTS: &str = r#"[{"Type":"moby","Attrs":{"compression":"gzip","force-compression":"true"}}]"#;

/// Builds `request` and names it `lambdeploy/<repository>:<hash>`, so that it stays until it is pushed.
///
/// # Errors
/// See [`super::Docker::build`].
pub async fn build(
    connection: &Connection,
    request: &BuildRequest,
    on: OnProgress<'_>,
) -> Result<BuiltImage> {
    let path = &request.build.dockerfile;
    let text = tokio::fs::read(path).await.with_context(|| format!("cannot read {}", path.display()))?;
    let dockerfile = Dockerfile::parse(&String::from_utf8_lossy(&text), &known_args(connection, request));
    let wants_ssh = String::from_utf8_lossy(&text).contains(SSH_MOUNT);
    let files = if connection.builder == Builder::BuildKit { files_apart(request).await? } else { None };
    let chosen = choose(connection, request, wants_ssh, files.clone(), on).await?;
    refuse(&chosen, connection.api, request, &dockerfile).with_context(|| path.display().to_string())?;
    refuse_platform(request, &dockerfile).with_context(|| path.display().to_string())?;
    let pull = request.rebuild && may_pull(connection, &dockerfile, on).await?;
    let options = options(connection, request, pull)?;
    let mut log = BuildLog::new(on, &request.secrets);
    let before = tidy::holder(connection, &local_name(request)).await;
    let pulls = Pulls { logins: &connection.logins, own: request.logins.0.as_deref(), on };
    match chosen.session {
        Some((session, asks)) => {
            let client = with_buildkit(&connection.client);
            let mut options = BuildImageOptions { session: Some(session.id.clone()), ..options };
            if files.is_some() {
                options.remote = Some(CLIENT_SESSION.to_owned());
                DOCKERFILE.clone_into(&mut options.dockerfile);
            }
            let sending = files.is_none().then(|| tar(request));
            tokio::select! {
                done = run(&client, request, options, sending, &mut log) => {
                    done.map_err(|error| files.and_then(|f| f.changed()).map_or(error, Into::into))?;
                }
                never = pulls.answer(asks) => match never {},
            }
        }
        None => {
            let client = with_logins(&connection.client, pulls.header(&dockerfile.bases).await);
            run(&client, request, options, Some(tar(request)), &mut log).await?;
        }
    }
    let name = log.image.unwrap_or_else(|| local_name(request));
    let built = inspect(connection, &name, request).await?;
    tidy::nameless(connection, before, &built.id, on).await;
    Ok(built)
}

/// The files of a build whose Dockerfile is no part of its context, as BuildKit alone can take them.
async fn files_apart(request: &BuildRequest) -> Result<Option<Files>> {
    let (build, architecture) = (request.build.clone(), request.architecture);
    let (fingerprint, parts) = (request.fingerprint.clone(), request.parts.clone());
    let read = move || match Context::is_without_dockerfile(&build)? {
        true => Files::read(&build, architecture, (&fingerprint, &parts)),
        false => Ok(None),
    };
    tokio::task::spawn_blocking(read).await?
}

fn tar(request: &BuildRequest) -> Sending {
    tarball::send(
        request.build.clone(),
        request.architecture,
        request.fingerprint.clone(),
        request.parts.clone(),
    )
}

/// What builds, and what it asks us back on.
struct Chosen {
    builder: Builder,
    session: Option<(Session, mpsc::Receiver<Asked>)>,
    /// Why it is not BuildKit.
    without: String,
}

/// BuildKit wherever it can be had; where not, the classic builder, and why.
async fn choose(
    connection: &Connection,
    request: &BuildRequest,
    wants_ssh: bool,
    files: Option<Files>,
    on: OnProgress<'_>,
) -> Result<Chosen> {
    if connection.builder != Builder::BuildKit {
        return Ok(Chosen { builder: connection.builder, session: None, without: TURNED_OFF.to_owned() });
    }
    let agent = connection.ssh_agent.clone().filter(|_| wants_ssh);
    if wants_ssh && agent.is_none() {
        on(Progress::Line(NO_AGENT.to_owned()));
    }
    let (services, asks) = Services::new(&request.secrets, agent, files)?;
    match Session::open(connection, services).await {
        Ok(session) => {
            Ok(Chosen { builder: Builder::BuildKit, session: Some((session, asks)), without: String::new() })
        }
        Err(why) => {
            let without = format!("needs BuildKit, and the engine opens no session for it ({why:#})");
            on(Progress::Line(format!(
                "warning: the classic builder builds: BuildKit can't be used ({why:#})"
            )));
            Ok(Chosen { builder: Builder::Classic, session: None, without })
        }
    }
}

/// The build's own args and those that the builder sets.
fn known_args(connection: &Connection, request: &BuildRequest) -> BTreeMap<String, String> {
    let mut args = request.build.args.clone();
    args.insert("TARGETPLATFORM".into(), request.architecture.platform());
    args.insert("TARGETARCH".into(), request.architecture.oci().into());
    args.insert("TARGETOS".into(), "linux".into());
    args.insert("BUILDPLATFORM".into(), connection.platform.clone());
    args
}

/// What this engine can't build is said before anything is sent.
fn refuse(chosen: &Chosen, api: (u32, u32), request: &BuildRequest, dockerfile: &Dockerfile) -> Result<()> {
    let without = &chosen.without;
    match chosen.builder {
        Builder::Classic => match dockerfile.buildkit_option.or(dockerfile.heredoc) {
            Some(line) => bail!("line {line} {without}"),
            None if !request.secrets.is_empty() => bail!("`image.secrets` {without}"),
            None => Ok(()),
        },
        Builder::Buildah if !request.secrets.is_empty() => {
            bail!("`image.secrets` needs Docker with BuildKit: Podman's API takes none")
        }
        Builder::Buildah => Ok(()),
        Builder::BuildKit if api < DOCKER_23 && dockerfile.syntax.is_none() => {
            newer_than_the_engine(api, dockerfile)
        }
        Builder::BuildKit => Ok(()),
    }
}

/// What an older BuildKit learns from the image that `# syntax=` names, and only there.
fn newer_than_the_engine(api: (u32, u32), dockerfile: &Dockerfile) -> Result<()> {
    let heredoc = dockerfile.heredoc.map(|line| (line, "is a heredoc"));
    let link = dockerfile.link.map(|line| (line, "has `--link`"));
    match heredoc.into_iter().chain(link).min() {
        Some((line, what)) => bail!(
            "line {line} {what}, which this engine (API {}.{}) does not know by itself: update to Docker 23 or later, or make \
             `# syntax=docker/dockerfile:1` the first line",
            api.0,
            api.1
        ),
        None => Ok(()),
    }
}

/// Some builders put the wanted platform on an image whose base is another's: it would start on Lambda and fail there.
fn refuse_platform(request: &BuildRequest, dockerfile: &Dockerfile) -> Result<()> {
    let wanted = request.architecture.platform();
    match dockerfile.platform(request.build.target.as_deref()) {
        Some(set) if !set.starts_with(&wanted) => bail!(
            "`FROM --platform` makes this image for {set}, but the function's `architecture` is {}, {wanted}: leave the option \
             out, or change `architecture`",
            request.architecture.lambda()
        ),
        _ => Ok(()),
    }
}

/// A stand-in for a base can't be pulled, so a build with one uses what is here.
async fn may_pull(connection: &Connection, dockerfile: &Dockerfile, on: OnProgress<'_>) -> Result<bool> {
    for base in &dockerfile.bases {
        // What the engine can't find or can't read is no stand-in of ours: the build asks for it, and says what is wrong.
        let Ok(image) = connection.client.inspect_image(base).await else { continue };
        let labels = image.config.and_then(|c| c.labels).unwrap_or_default();
        if labels.get(STAND_IN).is_some_and(|v| v == "true") {
            on(Progress::Line(format!("{base} is a local stand-in: base images are not pulled anew")));
            return Ok(false);
        }
    }
    Ok(true)
}

fn options(connection: &Connection, request: &BuildRequest, pull: bool) -> Result<BuildImageOptions> {
    let dockerfile = String::from_utf8(Context::dockerfile_name(&request.build)?).map_err(|_| {
        anyhow!(
            "{}: the engine's API wants a Dockerfile whose path is Unicode",
            request.build.dockerfile.display()
        )
    })?;
    // As Docker's client does; they change neither the content hash nor BuildKit's cache.
    let proxies = connection.logins.config.proxies(&connection.dialer.endpoint().to_string());
    let args: HashMap<_, _> = proxies.into_iter().chain(request.build.args.clone()).collect();
    let mut options = BuildImageOptionsBuilder::default()
        .dockerfile(&dockerfile)
        .t(&local_name(request))
        .platform(&request.architecture.platform())
        .target(request.build.target.as_deref().unwrap_or_default())
        .buildargs(&args)
        .nocache(request.rebuild)
        .rm(true)
        .forcerm(true)
        .build();
    options.pull = pull.then(|| "1".to_owned());
    Ok(options)
}

async fn run(
    client: &bollard::Docker,
    request: &BuildRequest,
    options: BuildImageOptions,
    sending: Option<Sending>,
    log: &mut BuildLog<'_>,
) -> Result<()> {
    let (body, outcome) = sending.map(|it| (it.body, it.outcome)).unzip();
    // bollard wants a body, also where the files go another way.
    let body = body.map_or_else(|| bollard::body_full(Bytes::new()), bollard::body_try_stream);
    let mut messages = client.build_image(options, None, Some(body));
    let mut result = Ok(());
    while let Some(message) = messages.next().await {
        match message {
            Ok(info) => log.take(info),
            Err(e) => result = result.and(Err(e)),
        }
    }
    drop(messages);
    match (result, outcome) {
        (Ok(()), Some(outcome)) => outcome.await?,
        (Ok(()), None) => Ok(()),
        (Err(e), Some(outcome)) => {
            Err(sending_failed(outcome).await.unwrap_or_else(|| failed(&e, log, request)))
        }
        (Err(e), None) => Err(failed(&e, log, request)),
    }
}

/// bollard opens a session of its own for version 2, and knows no such outputs, so both are set on the way out.
fn with_buildkit(client: &bollard::Docker) -> bollard::Docker {
    let outputs = percent_encoding::utf8_percent_encode(OUTPUTS, percent_encoding::NON_ALPHANUMERIC);
    let ours = format!("&version=2&outputs={outputs}&");
    client.clone().with_request_modifier(move |mut request| {
        if let Ok(uri) = request.uri().to_string().replace("&version=1&", &ours).parse() {
            *request.uri_mut() = uri;
        }
        request
    })
}

/// bollard's own header is in an alphabet of base64 that engines refuse.
fn with_logins(client: &bollard::Docker, header: Option<HeaderValue>) -> bollard::Docker {
    let Some(header) = header else { return client.clone() };
    client.clone().with_request_modifier(move |mut request| {
        request.headers_mut().insert("x-registry-config", header.clone());
        request
    })
}

/// Why the context stopped being sent, unless it is that the engine did not want more of it.
async fn sending_failed(outcome: tokio::task::JoinHandle<Result<()>>) -> Option<anyhow::Error> {
    let outcome = tokio::time::timeout(Duration::from_secs(5), outcome).await.ok()?;
    let error = outcome.map_err(anyhow::Error::from).flatten().err()?;
    let unwanted = error
        .chain()
        .filter_map(|c| c.downcast_ref::<io::Error>())
        .any(|e| e.kind() == io::ErrorKind::BrokenPipe);
    (!unwanted).then_some(error)
}

fn failed(error: &Error, log: &BuildLog<'_>, request: &BuildRequest) -> anyhow::Error {
    let message = match error {
        Error::DockerStreamError { error } => error.clone(),
        Error::DockerResponseServerError { message, .. } => message.clone(),
        other => format!("the engine closed the connection: {}", chain(other)),
    };
    anyhow!(explain_build(&log.failure(message.trim()), &request.build.context))
}

/// An error with its causes, which hyper's own text leaves out.
pub fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |e| e.source());
    causes.fold(error.to_string(), |text, cause| {
        let cause = cause.to_string();
        if text.contains(&cause) { text } else { format!("{text}: {cause}") }
    })
}

/// Asks the engine what was built, and holds it against what was wanted.
async fn inspect(connection: &Connection, name: &str, request: &BuildRequest) -> Result<BuiltImage> {
    let image =
        connection.client.inspect_image(name).await.context("the engine does not know the image it built")?;
    let built = BuiltImage {
        id: image.id.context("the engine gave no image id")?,
        architecture: image.architecture.unwrap_or_default(),
        os: image.os.unwrap_or_default(),
        labels: image.config.and_then(|c| c.labels).unwrap_or_default().into_iter().collect(),
    };
    let wanted = request.architecture;
    if built.architecture != wanted.oci() || built.os != "linux" {
        bail!(
            "the image was built for {}/{}, the function is {} (linux/{}): does the base image exist for that platform, and is \
             there no `--platform` in a FROM line?",
            built.os,
            built.architecture,
            wanted.lambda(),
            wanted.oci()
        );
    }
    Ok(built)
}
