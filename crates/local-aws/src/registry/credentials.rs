//! Who asks: Basic credentials of the user `AWS`, whose password names account and region.

use super::error::RegistryError;
use crate::{secret::Secret, server::Body};
use base64::{Engine, engine::general_purpose::STANDARD, engine::general_purpose::URL_SAFE_NO_PAD};
use http::{HeaderMap, Request, header};
use serde::{Deserialize, Serialize};

/// The registry that a password opens.
#[derive(Debug, PartialEq, Eq)]
pub struct Credentials {
    pub account: String,
    pub region: String,
}

/// What a signature is for.
const PASSWORD: &str = "registry";

/// What a password says; the payload is this local AWS's signature, so that nobody else can make one.
#[derive(Serialize, Deserialize)]
struct Password {
    account: String,
    region: String,
    payload: String,
    version: String,
    #[serde(rename = "type")]
    kind: String,
}

/// The password of the user `AWS` for the registry of an account in a region.
pub fn password(secret: &Secret, account: &str, region: &str) -> String {
    let password = Password {
        account: account.to_owned(),
        region: region.to_owned(),
        payload: secret.sign(PASSWORD, &registry(account, region)),
        version: "2".to_owned(),
        kind: "DATA_KEY".to_owned(),
    };
    URL_SAFE_NO_PAD.encode(serde_json::json!(password).to_string())
}

fn registry(account: &str, region: &str) -> String {
    format!("{account}/{region}")
}

impl Credentials {
    /// From the `Authorization` header, or from the `token` of a download URL.
    pub fn of(request: &Request<Body>, secret: &Secret) -> Result<Self, RegistryError> {
        let password = match from_url(request) {
            Some(token) => token,
            None => from_header(request.headers())
                .ok_or_else(|| RegistryError::unauthorized(request.headers().get(header::HOST)))?,
        };
        Self::read(&password, secret).ok_or_else(RegistryError::denied)
    }

    fn read(password: &str, secret: &Secret) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(password).ok()?;
        let Password { account, region, payload, .. } = serde_json::from_slice(&bytes).ok()?;
        let signed = secret.has_signed(PASSWORD, &registry(&account, &region), &payload);
        signed.then_some(Self { account, region })
    }
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_password_says_account_and_region_and_is_of_one_local_aws() {
        let (secret, other) = (Secret::random().unwrap(), Secret::random().unwrap());
        let password = password(&secret, "123456789012", "eu-west-1");
        let credentials = Credentials { account: "123456789012".to_owned(), region: "eu-west-1".to_owned() };
        assert_eq!(Credentials::read(&password, &secret), Some(credentials));
        assert_eq!(Credentials::read(&password, &other), None);
        assert_eq!(Credentials::read(&password[1..], &secret), None);
        assert_eq!(Credentials::read("", &secret), None);
    }
}
