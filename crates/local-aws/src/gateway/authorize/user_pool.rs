//! Cognito user pools for tests. Every pool exists: it serves its keys at `/_local/cognito/<pool>/.well-known/jwks.json`
//! and mints a token for whoever asks at `/_local/cognito/<pool>/token?username=ann&token_use=id`.
//!
//! All pools sign with one key that is part of the program. It proves nothing to anybody but the local AWS, which gives
//! out tokens freely anyway.

use super::token;
use crate::body::{Body, text};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use http::{Response, StatusCode};
use jiff::Timestamp;
use ring::signature::{RsaKeyPair, RsaPublicKeyComponents};
use serde_json::{Map, Value, json};

/// PKCS #8, 2048 bits.
const KEY: &[u8] = include_bytes!("test_pool.pk8");
const KEY_ID: &str = "local-test-pool";
/// Seconds, as Cognito's default.
const LIFETIME: i64 = 3600;

/// Who issues the tokens of a pool; its region is the part before the underscore (`us-east-2_Abc123`).
pub(crate) fn issuer(pool: &str) -> String {
    let region = pool.split('_').next().unwrap_or_default();
    format!("https://cognito-idp.{region}.amazonaws.com/{pool}")
}

/// The claims of a token that a pool signed.
///
/// # Errors
/// What is wrong with the token, without repeating it.
pub(crate) fn verified(token: &str) -> Result<Map<String, Value>, String> {
    token::verified(token, KEY_ID, &RsaPublicKeyComponents::from(key()?.public()))
}

/// The pages `/_local/cognito/<pool>/…`.
pub(crate) fn page(page: &str, query: &str, now: Timestamp) -> Response<Body> {
    let parts: Vec<&str> = page.split('/').collect();
    let answer = match parts[..] {
        ["cognito", _, ".well-known", "jwks.json"] => jwks(),
        ["cognito", pool, "token"] => mint(pool, query, now.as_second()),
        _ => return text(StatusCode::NOT_FOUND, "a pool has token and .well-known/jwks.json\n".to_owned()),
    };
    match answer {
        Ok(answer) => text(StatusCode::OK, answer),
        Err(why) => text(StatusCode::BAD_REQUEST, why + "\n"),
    }
}

fn key() -> Result<RsaKeyPair, String> {
    RsaKeyPair::from_pkcs8(KEY).map_err(|e| format!("the key of the pool cannot be read: {e}"))
}

fn jwks() -> Result<String, String> {
    let public = RsaPublicKeyComponents::<Vec<u8>>::from(key()?.public());
    let encoded = |number: &[u8]| URL_SAFE_NO_PAD.encode(number);
    let key = json!({
        "kty": "RSA", "alg": "RS256", "use": "sig", "kid": KEY_ID,
        "n": encoded(&public.n), "e": encoded(&public.e),
    });
    Ok(json!({ "keys": [key] }).to_string())
}

/// Parameters are claims, but for `expires_in` (seconds, may be negative) and `groups` (with commas between).
/// `token_use` is `id` (the default) or `access`.
pub(crate) fn mint(pool: &str, query: &str, now: i64) -> Result<String, String> {
    let given: Vec<(String, String)> = serde_urlencoded::from_str(query).map_err(|e| e.to_string())?;
    let mut lifetime = LIFETIME;
    let mut claims = Map::from_iter([
        ("sub".to_owned(), json!("00000000-0000-4000-8000-000000000001")),
        ("iss".to_owned(), json!(issuer(pool))),
        ("token_use".to_owned(), json!("id")),
    ]);
    for (name, value) in given {
        match name.as_str() {
            "expires_in" => lifetime = value.parse().map_err(|_| "expires_in is a number of seconds")?,
            "groups" => drop(claims.insert("cognito:groups".to_owned(), value.split(',').collect())),
            _ => drop(claims.insert(name, value.into())),
        }
    }
    let is_access = claims["token_use"] == "access";
    let (name_claim, client_claim) =
        if is_access { ("username", "client_id") } else { ("cognito:username", "aud") };
    let name = claims.remove("username").unwrap_or_else(|| "tester".into());
    claims.insert(name_claim.to_owned(), name);
    claims.entry(client_claim).or_insert_with(|| "local-client".into());
    claims.insert("iat".to_owned(), now.into());
    claims.insert("auth_time".to_owned(), now.into());
    claims.insert("exp".to_owned(), (now + lifetime).into());
    token::signed(&claims, KEY_ID, &key()?)
}
