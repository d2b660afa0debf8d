//! Ids that look random and are not: the same calls give the same ids.

use sha2::{Digest, Sha256};

/// An id in the form of a UUID that depends on `parts` only.
pub(crate) fn uuid(parts: &[&str]) -> String {
    let hash = hex(parts);
    format!("{}-{}-4{}-8{}-{}", &hash[..8], &hash[8..12], &hash[13..16], &hash[17..20], &hash[20..32])
}

/// 64 hexadecimal digits that depend on `parts` only.
pub(crate) fn hex(parts: &[&str]) -> String {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update(part.as_bytes());
        hasher.update([0]);
    }
    hex::encode(hasher.finalize())
}
