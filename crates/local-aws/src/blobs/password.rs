//! The password of the registry's user `AWS`, which names account and region.

use crate::secret::Secret;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};

/// The registry that a password opens: whoever has the password is the user `AWS` of its account.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct RegistryAccess {
    pub account: String,
    pub region: String,
    /// Of whom asked for the password: with whose rights it opens. Empty: with all of them.
    pub access_key: String,
}

/// What a signature is for.
const PASSWORD: &str = "registry";

/// What a password says; the payload is this local AWS's signature, so that nobody else can make one.
#[derive(Serialize, Deserialize)]
struct Password {
    account: String,
    region: String,
    access_key: String,
    payload: String,
    version: String,
    #[serde(rename = "type")]
    kind: String,
}

/// The password of the user `AWS` for the registry of an account in a region, with the rights of an access key's owner.
pub(crate) fn password(secret: &Secret, account: &str, region: &str, access_key: &str) -> String {
    let password = Password {
        account: account.to_owned(),
        region: region.to_owned(),
        access_key: access_key.to_owned(),
        payload: secret.sign(PASSWORD, &registry(account, region, access_key)),
        version: "2".to_owned(),
        kind: "DATA_KEY".to_owned(),
    };
    URL_SAFE_NO_PAD.encode(serde_json::json!(password).to_string())
}

fn registry(account: &str, region: &str, access_key: &str) -> String {
    format!("{account}/{region}/{access_key}")
}

/// What a password opens, where this local AWS has made it.
pub(crate) fn read_password(password: &str, secret: &Secret) -> Option<RegistryAccess> {
    let bytes = URL_SAFE_NO_PAD.decode(password).ok()?;
    let Password { account, region, access_key, payload, .. } = serde_json::from_slice(&bytes).ok()?;
    let signed = secret.has_signed(PASSWORD, &registry(&account, &region, &access_key), &payload);
    signed.then_some(RegistryAccess { account, region, access_key })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_password_says_account_and_region_and_is_of_one_local_aws() {
        let (secret, other) = (Secret::random().unwrap(), Secret::random().unwrap());
        let password = password(&secret, "123456789012", "eu-west-1", "AKIA");
        let credentials = RegistryAccess {
            account: "123456789012".to_owned(),
            region: "eu-west-1".to_owned(),
            access_key: "AKIA".to_owned(),
        };
        assert_eq!(read_password(&password, &secret), Some(credentials));
        assert_eq!(read_password(&password, &other), None);
        assert_eq!(read_password(&password[1..], &secret), None);
        assert_eq!(read_password("", &secret), None);
    }
}
