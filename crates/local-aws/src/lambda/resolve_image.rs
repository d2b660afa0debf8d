//! Which image a URI names, and whether Lambda takes it.

use super::{
    dependencies::{self, Found},
    errors::invalid,
    source::ImageSource,
};
use crate::{call::Call, error::AwsError};
use regex_lite::Regex;
use std::sync::LazyLock;

const MANIFESTS: [&str; 2] =
    ["application/vnd.docker.distribution.manifest.v2+json", "application/vnd.oci.image.manifest.v1+json"];

static URI: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let repository = "(?<repository>[a-z0-9]+(?:[._/-]+[a-z0-9]+)*)";
    let reference = r"(?::(?<tag>\w[\w.-]{0,127})|@(?<digest>sha256:[0-9a-f]{64}))";
    Regex::new(&format!("^(?<registry>[^/]+)/{repository}{reference}$")).ok()
});

impl ImageSource {
    /// Finds an image in this region's ECR, of this account or of another that lets this one in.
    ///
    /// # Errors
    /// A malformed URI, another region's registry, an image that is not there or that Lambda can't run.
    pub(crate) fn resolve(call: &mut Call, uri: &str) -> Result<Self, AwsError> {
        let not_valid = || invalid(format!("Source image {uri} is not valid. Provide a valid source image."));
        let parts = URI.as_ref().and_then(|u| u.captures(uri)).ok_or_else(not_valid)?;
        let part = |name| parts.name(name).map(|m| m.as_str());
        let registry = part("registry").unwrap_or_default();
        let account = account_of(call, registry).ok_or_else(not_valid)?;
        let repository = part("repository").unwrap_or_default();
        let reference = part("tag").or(part("digest")).unwrap_or_default();
        dependencies::ensure_open(call, &account, repository)?;
        let found = dependencies::image(call, &account, repository, reference).ok_or_else(|| {
            invalid(format!("Source image {uri} does not exist. Provide a valid source image."))
        })?;
        ensure_runnable(uri, &found)?;
        Ok(Self {
            uri: uri.to_owned(),
            registry: registry.to_owned(),
            account,
            repository: repository.to_owned(),
            flaw: flaw(&found),
            digest: found.digest,
        })
    }
}

/// Lambda runs a single-platform manifest: no index, nothing that is no image.
fn ensure_runnable(uri: &str, found: &Found) -> Result<(), AwsError> {
    if MANIFESTS.contains(&found.media_type.as_str()) {
        return Ok(());
    }
    Err(invalid(format!(
        "The image manifest, config or layer media type for the source image {uri} is not supported."
    )))
}

/// Lambda takes layers that are compressed by gzip, and says so only after it has accepted the image.
fn flaw(found: &Found) -> Option<String> {
    let gzip = |media_type: &str| media_type.ends_with("tar+gzip") || media_type.ends_with("tar.gzip");
    let (digest, _) = found.layers.iter().find(|(_, media_type)| !gzip(media_type))?;
    Some(format!("InvalidImage: ImageLayerFailure: UnsupportedImageLayerDetected - Layer Digest {digest}"))
}

/// Whose registry of this region that is: this server under the name by which it was called (or another one for
/// loopback) is the caller's own; the names that AWS would use say it themselves.
fn account_of(call: &Call, registry: &str) -> Option<String> {
    let here = loopback_port(registry).is_some_and(|p| Some(p) == loopback_port(&call.host));
    if registry == call.host || here {
        return Some(call.account.clone());
    }
    let account = registry.strip_suffix(&format!(".dkr.ecr.{}.amazonaws.com", call.region))?;
    (account.len() == 12 && account.bytes().all(|b| b.is_ascii_digit())).then(|| account.to_owned())
}

fn loopback_port(authority: &str) -> Option<&str> {
    let (host, port) = authority.rsplit_once(':')?;
    ["127.0.0.1", "localhost", "[::1]"].contains(&host).then_some(port)
}
