//! A text in encodings that don't spell its characters: base64 and hexadecimal.

use base64::{Engine as _, engine::general_purpose::STANDARD};

/// Bytes: the encoding of a shorter text is so short that it would be found by chance.
const SHORTEST: usize = 6;

/// The text in hexadecimal and in base64, wherever it stands in what was encoded (`user:password`, a whole document).
pub(super) fn forms(text: &str) -> Vec<String> {
    if text.len() < SHORTEST {
        return Vec::new();
    }
    let hex = hex::encode(text);
    let mut all = vec![hex.to_uppercase(), hex];
    for standard in std::iter::once(STANDARD.encode(text)).chain((0..3).map(|offset| core(text, offset))) {
        all.push(standard.replace('+', "-").replace('/', "_"));
        all.push(standard);
    }
    all
}

/// The characters of the base64 of anything that holds `text` after `offset` bytes (modulo 3) which follow from `text`
/// alone.
fn core(text: &str, offset: usize) -> String {
    let bytes = [&b"\0\0"[..offset], text.as_bytes()].concat();
    let encoded = STANDARD.encode(&bytes);
    let first = (offset * 8).div_ceil(6);
    let last = bytes.len() * 8 / 6;
    encoded[first..last].to_owned()
}
