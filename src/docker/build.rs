//! Building through the engine: BuildKit where it has it, the classic builder where not.

use super::{
    BuildRequest, BuiltImage, OnProgress, Progress,
    build_log::BuildLog,
    connect::{Builder, Connection},
    context::Context,
    dockerfile::Dockerfile,
    hints::explain_build,
    session::Session,
    tarball::{self, Sending},
    tidy::{self, local_name},
};
use anyhow::{Context as _, Result, anyhow, bail};
use bollard::{
    errors::Error,
    query_parameters::{BuildImageOptions, BuildImageOptionsBuilder},
};
use futures_util::StreamExt;
use std::{collections::BTreeMap, io, time::Duration};

/// A local image with this label stands in for one that can't be pulled, so it is never pulled anew.
const STAND_IN: &str = "lambdeploy.stand-in";

/// Heredocs are built into BuildKit since Docker 23.
const HEREDOC_API: (u32, u32) = (1, 42);

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
    let session = match connection.builder {
        Builder::BuildKit => Session::open(connection, &request.secrets).await?,
        Builder::Classic | Builder::Buildah => None,
    };
    let builder = if connection.builder == Builder::BuildKit && session.is_none() {
        Builder::Classic
    } else {
        connection.builder
    };
    refuse(builder, connection.api, request, &dockerfile).with_context(|| path.display().to_string())?;
    refuse_platform(request, &dockerfile).with_context(|| path.display().to_string())?;
    let pull = request.rebuild && may_pull(connection, &dockerfile, on).await?;
    let mut options = options(request, pull)?;
    options.session = session.as_ref().map(|s| s.id.clone());
    let mut log = BuildLog::new(on, &request.secrets);
    let before = tidy::holder(connection, &local_name(request)).await;
    run(connection, request, options, &mut log).await?;
    let name = log.image.unwrap_or_else(|| local_name(request));
    let built = inspect(connection, &name, request).await?;
    tidy::nameless(connection, before, &built.id, on).await;
    Ok(built)
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
fn refuse(builder: Builder, api: (u32, u32), request: &BuildRequest, dockerfile: &Dockerfile) -> Result<()> {
    const NO_BUILDKIT: &str =
        "needs BuildKit, which this engine does not have or DOCKER_BUILDKIT=0 turns off";
    match builder {
        Builder::Classic => match dockerfile.buildkit_option.or(dockerfile.heredoc) {
            Some(line) => bail!("line {line} {NO_BUILDKIT}"),
            None if !request.secrets.is_empty() => bail!("`image.secrets` {NO_BUILDKIT}"),
            None => Ok(()),
        },
        Builder::Buildah if !request.secrets.is_empty() => {
            bail!("`image.secrets` needs Docker with BuildKit: Podman's API takes none")
        }
        Builder::Buildah => Ok(()),
        Builder::BuildKit => match (dockerfile.heredoc, &dockerfile.syntax) {
            (Some(line), None) if api < HEREDOC_API => bail!(
                "line {line} is a heredoc, which this engine (API {}.{}) does not know by itself: update to Docker 23, or make \
                 `# syntax=docker/dockerfile:1` the first line",
                api.0,
                api.1
            ),
            _ => Ok(()),
        },
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
        let labels = match connection.client.inspect_image(base).await {
            Ok(image) => image.config.and_then(|c| c.labels).unwrap_or_default(),
            Err(Error::DockerResponseServerError { status_code: 404, .. }) => continue,
            Err(e) => return Err(e).with_context(|| format!("looking for the base image {base}")),
        };
        if labels.get(STAND_IN).is_some_and(|v| v == "true") {
            on(Progress::Line(format!("{base} is a local stand-in: base images are not pulled anew")));
            return Ok(false);
        }
    }
    Ok(true)
}

fn options(request: &BuildRequest, pull: bool) -> Result<BuildImageOptions> {
    let dockerfile = String::from_utf8(Context::dockerfile_name(&request.build)?).map_err(|_| {
        anyhow!(
            "{}: the engine's API wants a Dockerfile whose path is Unicode",
            request.build.dockerfile.display()
        )
    })?;
    let args = request.build.args.clone().into_iter().collect();
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
    connection: &Connection,
    request: &BuildRequest,
    options: BuildImageOptions,
    log: &mut BuildLog<'_>,
) -> Result<()> {
    let client =
        if options.session.is_some() { with_buildkit(&connection.client) } else { connection.client.clone() };
    let Sending { body, outcome } =
        tarball::send(request.build.clone(), request.architecture, request.fingerprint.clone());
    let mut messages = client.build_image(options, None, Some(bollard::body_try_stream(body)));
    let mut result = Ok(());
    while let Some(message) = messages.next().await {
        match message {
            Ok(info) => log.take(info),
            Err(e) => result = result.and(Err(e)),
        }
    }
    drop(messages);
    match result {
        Ok(()) => outcome.await?,
        Err(e) => Err(sending_failed(outcome).await.unwrap_or_else(|| failed(&e, log))),
    }
}

/// bollard opens a session of its own for version 2; ours serves secrets, so the version is set on the way out.
fn with_buildkit(client: &bollard::Docker) -> bollard::Docker {
    client.clone().with_request_modifier(|mut request| {
        if let Ok(uri) = request.uri().to_string().replace("&version=1&", "&version=2&").parse() {
            *request.uri_mut() = uri;
        }
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

fn failed(error: &Error, log: &mut BuildLog<'_>) -> anyhow::Error {
    let message = match error {
        Error::DockerStreamError { error } => error.clone(),
        Error::DockerResponseServerError { message, .. } => message.clone(),
        other => format!("the engine broke off: {}", chain(other)),
    };
    anyhow!(explain_build(&log.failure(message.trim())))
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
