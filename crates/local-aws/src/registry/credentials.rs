//! Who asks: Basic credentials of the user `AWS`, whose password names account and region.

use super::error::RegistryError;
use crate::{
    blobs::{RegistryAccess, read_password},
    body::Body,
    secret::Secret,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use http::{HeaderMap, Request, header};

/// From the `Authorization` header, or from the `token` of a download URL.
///
/// # Errors
/// There are none, or this local AWS did not give them out.
pub(crate) fn of(request: &Request<Body>, secret: &Secret) -> Result<RegistryAccess, RegistryError> {
    let password = match from_url(request) {
        Some(token) => token,
        None => from_header(request.headers())
            .ok_or_else(|| RegistryError::unauthorized(request.headers().get(header::HOST)))?,
    };
    read_password(&password, secret).ok_or_else(RegistryError::denied)
}

fn from_url(request: &Request<Body>) -> Option<String> {
    let query = request.uri().query()?;
    let parameters: Vec<(String, String)> = serde_urlencoded::from_str(query).ok()?;
    parameters.into_iter().find(|(name, _)| name == "token").map(|(_, token)| token)
}

/// The password of Basic credentials; empty where the user is not `AWS`.
fn from_header(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, encoded) = value.split_once(' ')?;
    let bytes = STANDARD.decode(encoded.trim()).ok().filter(|_| scheme.eq_ignore_ascii_case("basic"))?;
    let text = String::from_utf8(bytes).ok()?;
    Some(text.strip_prefix("AWS:").unwrap_or_default().to_owned())
}
