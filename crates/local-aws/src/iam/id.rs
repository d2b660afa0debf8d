//! Ids and keys in AWS's forms, the same for the same seed.

use super::find::iam;
use crate::{call::Call, config::Config};
use base64::{Engine, engine::general_purpose::STANDARD};
use sha2::{Digest, Sha256};

const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// The next id: `prefix` and 17 characters.
pub(crate) fn next(call: &mut Call<'_>, prefix: &str) -> String {
    let iam = iam(call);
    iam.ids += 1;
    let count = iam.ids;
    let seed = format!("{}/{}/{count}", call.config.seed, call.account);
    prefix.to_owned() + &letters(&seed, 17)
}

/// An access key id is one character shorter.
pub(crate) fn next_access_key(call: &mut Call<'_>) -> String {
    let mut id = next(call, "AKIA");
    id.pop();
    id
}

/// The secret of an access key follows from its id and the seed, so that it is kept nowhere.
pub(crate) fn secret_of(config: &Config, access_key: &str) -> String {
    let digest = Sha256::digest(format!("{}/secret/{access_key}", config.seed));
    STANDARD.encode(&digest[..30])
}

fn letters(seed: &str, count: usize) -> String {
    let digest = Sha256::digest(seed);
    digest.iter().take(count).map(|b| char::from(ALPHABET[usize::from(b % 32)])).collect()
}
