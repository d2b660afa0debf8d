//! Which payloads are binary, by the API's `binaryMediaTypes`.

/// Whether `media_type` (without parameters) is one of the binary types; `*/*` means every type.
pub fn is_binary(binary_types: &[String], media_type: &str) -> bool {
    binary_types.iter().any(|t| t == "*/*" || t.eq_ignore_ascii_case(media_type))
}

/// Whether a client that accepts this gets bytes: API Gateway looks at the first media type of the header only.
pub fn wants_binary(binary_types: &[String], accept: Option<&str>) -> bool {
    let first = accept.unwrap_or("application/json").split([',', ';']).next().unwrap_or_default();
    is_binary(binary_types, first.trim())
}
