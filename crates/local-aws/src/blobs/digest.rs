//! Digests: by them blobs and manifests are named.

use sha2::{Digest, Sha256};

/// The only digests that are in use: `sha256:` and 64 lower-case hexadecimal digits.
pub(crate) fn is_digest(digest: &str) -> bool {
    let hex = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
    digest.strip_prefix("sha256:").is_some_and(|d| d.len() == 64 && d.bytes().all(hex))
}

/// `sha256:<hex>` of these bytes.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    of(Sha256::new_with_prefix(bytes))
}

/// The digest of what a hasher has seen.
pub(super) fn of(hasher: Sha256) -> String {
    format!("sha256:{}", hex::encode(hasher.finalize()))
}
