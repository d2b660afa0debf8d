//! A function's code: an image in ECR, or the mark of a Zip file.

use super::errors::invalid;
use crate::error::AwsError;
use base64::{Engine, engine::general_purpose::STANDARD};
use serde::Serialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) enum Source {
    Image(ImageSource),
    /// Only what a reader can see of it: Zip functions do not run here.
    Zip {
        sha256: String,
        size: u64,
    },
}

/// An image, pinned to the digest that its tag had when it was given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct ImageSource {
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

/// Bytes of a Zip file in a request.
const ZIP_LIMIT: usize = 52_428_800;

impl Source {
    pub(crate) fn package_type(&self) -> &'static str {
        match self {
            Self::Image(_) => "Image",
            Self::Zip { .. } => "Zip",
        }
    }

    pub(crate) fn size(&self) -> u64 {
        match self {
            Self::Image(_) => 0,
            Self::Zip { size, .. } => *size,
        }
    }

    /// `CodeSha256`: of an image the digest's digits, of a Zip file its hash in base64.
    pub(crate) fn sha256(&self) -> &str {
        match self {
            Self::Image(image) => image.digest.trim_start_matches("sha256:"),
            Self::Zip { sha256, .. } => sha256,
        }
    }

    /// The output shape `FunctionCodeLocation`.
    pub(crate) fn location(&self) -> Value {
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
    pub(crate) fn flaw(&self) -> Option<&String> {
        match self {
            Self::Image(image) => image.flaw.as_ref(),
            Self::Zip { .. } => None,
        }
    }

    /// From the members of CreateFunction's `Code` or of UpdateFunctionCode.
    ///
    /// # Errors
    /// A Zip file that is none, one that is too large or that lies in S3.
    pub(crate) fn zip(code: &Value) -> Result<Self, AwsError> {
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
