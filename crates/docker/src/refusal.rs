//! What can't be built is said before anything is sent.

use super::{BuildRequest, connect::Builder, dockerfile::Dockerfile};
use anyhow::{Result, bail};

/// Heredocs and `--link` are built into BuildKit since Docker 23.
const DOCKER_23: (u32, u32) = (1, 42);

/// Whether `builder` of an engine with this API can build it; `without`: why it is not BuildKit.
pub(crate) fn check(
    builder: Builder,
    without: &str,
    api: (u32, u32),
    request: &BuildRequest,
    dockerfile: &Dockerfile,
) -> Result<()> {
    check_platform(request, dockerfile)?;
    match builder {
        Builder::Classic => match dockerfile.buildkit_option.or(dockerfile.heredoc) {
            Some(line) => bail!("line {line} {without}"),
            None if !request.secrets.is_empty() => bail!("`image.secrets` {without}"),
            None => Ok(()),
        },
        Builder::Buildah if !request.secrets.is_empty() => {
            bail!("`image.secrets` needs Docker with BuildKit: Podman's API takes none")
        }
        Builder::BuildKit if api < DOCKER_23 && dockerfile.syntax.is_none() => check_version(api, dockerfile),
        Builder::Buildah | Builder::BuildKit => Ok(()),
    }
}

/// What an older BuildKit learns from the image that `# syntax=` names, and only there.
fn check_version(api: (u32, u32), dockerfile: &Dockerfile) -> Result<()> {
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
fn check_platform(request: &BuildRequest, dockerfile: &Dockerfile) -> Result<()> {
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
