//! A function's code: an image in ECR, or the mark of a Zip file.

use super::{
    constraints::invalid,
    neighbours::{self, Found},
};
use crate::{error::AwsError, operation::Call};
use base64::{Engine, engine::general_purpose::STANDARD};
use regex_lite::Regex;
use serde::Serialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::sync::LazyLock;

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub enum Source {
    Image(ImageSource),
    /// Only what a reader can see of it: Zip functions do not run here.
    Zip {
        sha256: String,
        size: u64,
    },
}

/// An image, pinned to the digest that its tag had when it was given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ImageSource {
    /// As it was given.
    pub uri: String,
    /// `host[:port]` of the URI.
    pub registry: String,
    /// Whose registry that is.
    pub account: String,
    pub repository: String,
    /// `sha256:…` of a single-platform manifest.
    pub digest: String,
    /// Why Lambda will find, once it has a closer look, that it can't run the image.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub flaw: Option<String>,
}

const MANIFESTS: [&str; 2] =
    ["application/vnd.docker.distribution.manifest.v2+json", "application/vnd.oci.image.manifest.v1+json"];
/// Bytes of a Zip file in a request.
const ZIP_LIMIT: usize = 52_428_800;

static URI: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let repository = "(?<repository>[a-z0-9]+(?:[._/-]+[a-z0-9]+)*)";
    let reference = r"(?::(?<tag>\w[\w.-]{0,127})|@(?<digest>sha256:[0-9a-f]{64}))";
    Regex::new(&format!("^(?<registry>[^/]+)/{repository}{reference}$")).ok()
});

impl Source {
    pub fn package_type(&self) -> &'static str {
        match self {
            Self::Image(_) => "Image",
            Self::Zip { .. } => "Zip",
        }
    }

    pub fn size(&self) -> u64 {
        match self {
            Self::Image(_) => 0,
            Self::Zip { size, .. } => *size,
        }
    }

    /// `CodeSha256`: of an image the digest's digits, of a Zip file its hash in base64.
    pub fn sha256(&self) -> &str {
        match self {
            Self::Image(image) => image.digest.trim_start_matches("sha256:"),
            Self::Zip { sha256, .. } => sha256,
        }
    }

    /// The output shape `FunctionCodeLocation`.
    pub fn location(&self) -> Value {
        match self {
            Self::Image(image) => json!({
                "RepositoryType": "ECR",
                "ImageUri": image.uri,
                "ResolvedImageUri": format!("{}/{}@{}", image.registry, image.repository, image.digest),
            }),
            Self::Zip { .. } => json!({ "RepositoryType": "S3" }),
        }
    }

    /// Why a function with this code fails after it was accepted.
    pub fn flaw(&self) -> Option<&String> {
        match self {
            Self::Image(image) => image.flaw.as_ref(),
            Self::Zip { .. } => None,
        }
    }

    /// From the members of CreateFunction's `Code` or of UpdateFunctionCode.
    ///
    /// # Errors
    /// A Zip file that is none, one that is too large or that lies in S3.
    pub fn zip(code: &Value) -> Result<Self, AwsError> {
        const NO_ZIP: &str =
            "Could not unzip uploaded file. Please check your file, then try to upload again.";
        if code["S3Bucket"].is_string() {
            return Err(AwsError::not_implemented("code in S3"));
        }
        let bytes = code["ZipFile"].as_str().and_then(|text| STANDARD.decode(text).ok());
        let bytes = bytes.filter(|b| b.starts_with(b"PK")).ok_or_else(|| invalid(NO_ZIP))?;
        if bytes.len() > ZIP_LIMIT {
            let why = format!("Zipped size must be smaller than {ZIP_LIMIT} bytes");
            return Err(AwsError::new(413, "RequestEntityTooLargeException", why));
        }
        Ok(Self::Zip { sha256: STANDARD.encode(Sha256::digest(&bytes)), size: bytes.len() as u64 })
    }
}

impl ImageSource {
    /// Finds an image in this region's ECR, of this account or of another that lets this one in.
    ///
    /// # Errors
    /// A malformed URI, another region's registry, an image that is not there or that Lambda can't run.
    pub fn resolve(call: &mut Call, uri: &str) -> Result<Self, AwsError> {
        let not_valid = || invalid(format!("Source image {uri} is not valid. Provide a valid source image."));
        let parts = URI.as_ref().and_then(|u| u.captures(uri)).ok_or_else(not_valid)?;
        let part = |name| parts.name(name).map(|m| m.as_str());
        let registry = part("registry").unwrap_or_default();
        let account = account_of(call, registry).ok_or_else(not_valid)?;
        let repository = part("repository").unwrap_or_default();
        let reference = part("tag").or(part("digest")).unwrap_or_default();
        neighbours::ensure_open(call, &account, repository)?;
        let found = neighbours::image(call, &account, repository, reference).ok_or_else(|| {
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
