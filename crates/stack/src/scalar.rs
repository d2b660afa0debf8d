//! Numbers and flags as they are spelled in the file.

/// Plain digits: what else YAML calls a whole number (`0x80`, `1_000`, `+5`) is hard to read twice alike.
pub(crate) fn whole(text: &str) -> Option<u64> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

pub(crate) fn decimal(text: &str) -> Option<f64> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    plain.then(|| text.parse().ok()).flatten().filter(|number: &f64| number.is_finite())
}

pub(crate) fn flag(text: &str) -> Option<bool> {
    text.to_ascii_lowercase().parse().ok()
}
