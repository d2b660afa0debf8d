//! Building through the engine: BuildKit where it has it, the classic builder where not.

use super::{
    BuildRequest, BuiltImage, OnProgress, Progress,
    build_failure::{failed, sending_failed},
    build_log::BuildLog,
    connect::{Builder, Connection},
    context::BuildContext,
    dockerfile::Dockerfile,
    pulls::Pulls,
    refusal,
    session::{Asked, BuildSession, DOCKERFILE, Files, Services},
    stand_in::is_stand_in,
    tarball::{self, Sending},
    tidy::{self, local_name},
};
use anyhow::{Context as _, Result, anyhow, bail};
use bollard::query_parameters::{BuildImageOptions, BuildImageOptionsBuilder};
use bytes::Bytes;
use futures_util::StreamExt;
use http::HeaderValue;
use std::collections::{BTreeMap, HashMap};
use tokio::sync::mpsc;

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
pub(super) async fn build(
    connection: &Connection,
    request: &BuildRequest,
    progress: OnProgress<'_>,
) -> Result<BuiltImage> {
    let path = &request.build.dockerfile;
    let text = tokio::fs::read(path).await.with_context(|| format!("cannot read {}", path.display()))?;
    let dockerfile = Dockerfile::parse(&String::from_utf8_lossy(&text), &known_args(connection, request));
    let wants_ssh = String::from_utf8_lossy(&text).contains(SSH_MOUNT);
    let files = if connection.builder == Builder::BuildKit { files_apart(request).await? } else { None };
    let chosen = choose(connection, request, wants_ssh, files.clone(), progress).await?;
    refusal::check(chosen.builder, &chosen.without, connection.api, request, &dockerfile)
        .with_context(|| path.display().to_string())?;
    let pull = request.rebuild && may_pull(connection, &dockerfile, progress).await?;
    let options = options(connection, request, pull)?;
    let mut log = BuildLog::new(progress, &request.secrets);
    let before = tidy::holder(connection, &local_name(request)).await;
    let pulls = Pulls { logins: &connection.logins, own: request.logins.0.as_deref(), progress };
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
    tidy::nameless(connection, before, &built.id, progress).await;
    Ok(built)
}

/// The files of a build whose Dockerfile is no part of its context, as BuildKit alone can take them.
async fn files_apart(request: &BuildRequest) -> Result<Option<Files>> {
    let (build, architecture) = (request.build.clone(), request.architecture);
    let (fingerprint, parts) = (request.fingerprint.clone(), request.parts.clone());
    let read = move || match BuildContext::is_without_dockerfile(&build)? {
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
    session: Option<(BuildSession, mpsc::Receiver<Asked>)>,
    /// Why it is not BuildKit.
    without: String,
}

/// BuildKit wherever it can be had; where not, the classic builder, and why.
async fn choose(
    connection: &Connection,
    request: &BuildRequest,
    wants_ssh: bool,
    files: Option<Files>,
    progress: OnProgress<'_>,
) -> Result<Chosen> {
    if connection.builder != Builder::BuildKit {
        return Ok(Chosen { builder: connection.builder, session: None, without: TURNED_OFF.to_owned() });
    }
    let agent = connection.ssh_agent.clone().filter(|_| wants_ssh);
    if wants_ssh && agent.is_none() {
        progress(Progress::Line(NO_AGENT.to_owned()));
    }
    let (services, asks) = Services::new(&request.secrets, agent, files)?;
    match BuildSession::open(connection, services).await {
        Ok(session) => {
            Ok(Chosen { builder: Builder::BuildKit, session: Some((session, asks)), without: String::new() })
        }
        Err(why) => {
            let without = format!("needs BuildKit, and the engine opens no session for it ({why:#})");
            progress(Progress::Line(format!(
                "warning: building with the classic builder, because BuildKit can't be used ({why:#})"
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

/// A stand-in for a base can't be pulled, so a build with one uses what is here.
async fn may_pull(
    connection: &Connection,
    dockerfile: &Dockerfile,
    progress: OnProgress<'_>,
) -> Result<bool> {
    for base in &dockerfile.bases {
        // What the engine can't find or can't read is no stand-in of ours: the build asks for it, and says what is wrong.
        let Ok(image) = connection.client.inspect_image(base).await else { continue };
        let labels = image.config.and_then(|c| c.labels).unwrap_or_default();
        if is_stand_in(labels.keys()) {
            progress(Progress::Line(format!("{base} is a local stand-in: base images are not pulled again")));
            return Ok(false);
        }
    }
    Ok(true)
}

fn options(connection: &Connection, request: &BuildRequest, pull: bool) -> Result<BuildImageOptions> {
    let dockerfile = String::from_utf8(BuildContext::dockerfile_name(&request.build)?).map_err(|_| {
        anyhow!(
            "{}: the engine takes only a Dockerfile whose path is Unicode",
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
