//! JSON Web Tokens signed with RS256.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, RsaKeyPair, RsaPublicKeyComponents};
use serde_json::{Map, Value, json};

/// The claims of a token whose signature is right. Times and issuer are for the caller to check.
///
/// # Errors
/// What is wrong with the token, without repeating it.
pub(crate) fn verified(
    token: &str,
    key_id: &str,
    key: &RsaPublicKeyComponents<Vec<u8>>,
) -> Result<Map<String, Value>, String> {
    let mut parts = token.split('.');
    let (Some(header), Some(claims), Some(signature), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err("the token does not have three parts".to_owned());
    };
    let head = object(header)?;
    if head.get("alg") != Some(&json!("RS256")) || head.get("kid") != Some(&json!(key_id)) {
        return Err("the token is not signed with RS256 and a key of the pool".to_owned());
    }
    let signed = format!("{header}.{claims}");
    key.verify(&RSA_PKCS1_2048_8192_SHA256, signed.as_bytes(), &decoded(signature)?)
        .map_err(|_| "the token's signature is wrong".to_owned())?;
    object(claims)
}

/// A token with these claims.
///
/// # Errors
/// The key cannot sign.
pub(crate) fn signed(claims: &Map<String, Value>, key_id: &str, key: &RsaKeyPair) -> Result<String, String> {
    let encoded = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let header = json!({ "kid": key_id, "alg": "RS256" });
    let text = format!("{}.{}", encoded(&header), encoded(&Value::Object(claims.clone())));
    let mut signature = vec![0; key.public().modulus_len()];
    key.sign(&RSA_PKCS1_SHA256, &ring::rand::SystemRandom::new(), text.as_bytes(), &mut signature)
        .map_err(|_| "the key of the pool does not sign".to_owned())?;
    Ok(format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature)))
}

fn decoded(part: &str) -> Result<Vec<u8>, String> {
    URL_SAFE_NO_PAD.decode(part).map_err(|_| "the token is not base64url".to_owned())
}

fn object(part: &str) -> Result<Map<String, Value>, String> {
    serde_json::from_slice(&decoded(part)?).map_err(|_| "a part of the token is not a JSON object".to_owned())
}
