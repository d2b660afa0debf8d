//! Which payloads are binary, by the API's `binaryMediaTypes`.

/// Whether `media_type` (without parameters) is one of the binary types: `*/*` means every type, `image/*` all images.
/// A wildcard on the left alone (`*/png`) matches nothing.
pub(crate) fn is_binary(binary_types: &[String], media_type: &str) -> bool {
    let matches = |binary: &String| match binary.strip_suffix("/*") {
        Some("*") => true,
        Some(kind) => media_type.split_once('/').is_some_and(|(own, _)| own.eq_ignore_ascii_case(kind)),
        None => binary.eq_ignore_ascii_case(media_type),
    };
    binary_types.iter().any(matches)
}

/// Whether a client that accepts this gets bytes: API Gateway looks at the first media type of the header only.
pub(crate) fn wants_binary(binary_types: &[String], accept: Option<&str>) -> bool {
    let first = accept.unwrap_or("application/json").split([',', ';']).next().unwrap_or_default();
    is_binary(binary_types, first.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcards_match_on_the_right_only() {
        for (binary, media_type, expected) in [
            ("*/*", "application/json", true),
            ("image/*", "image/png", true),
            ("image/*", "IMAGE/svg+xml", true),
            ("image/*", "image", false),
            ("image/*", "application/image", false),
            ("image/*", "imagex/png", false),
            ("*/png", "image/png", false),
            ("image/png", "image/PNG", true),
            ("image/png", "image/png2", false),
        ] {
            assert_eq!(is_binary(&[binary.to_owned()], media_type), expected, "{binary} {media_type}");
        }
    }
}
