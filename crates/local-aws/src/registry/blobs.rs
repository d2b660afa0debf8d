//! Reading blobs.

use super::{
    download,
    error::{RegistryAnswer, RegistryError, empty, set},
    scope::RepositoryScope,
};
use http::{HeaderMap, Response, StatusCode, header};

/// The blob, or the range of it that is asked for.
pub(crate) async fn get(scope: &RepositoryScope<'_>, digest: &str, headers: &HeaderMap) -> RegistryAnswer {
    let unknown = || {
        let text = format!("The blob '{digest}' does not exist in the repository '{}'", scope.owner.name);
        RegistryError::not_found("BLOB_UNKNOWN", text)
    };
    scope.with(|repository| if repository.layers.contains_key(digest) { Ok(()) } else { Err(unknown()) })?;
    let (file, size) = scope.shared.blobs.open(digest).await?;
    let asked = headers.get(header::RANGE).and_then(|r| r.to_str().ok()).and_then(|r| Range::of(r, size));
    let (status, range) = match asked {
        None => (StatusCode::OK, Range { start: 0, length: size }),
        Some(Some(range)) => (StatusCode::PARTIAL_CONTENT, range),
        Some(None) => {
            let headers = [("content-range", format!("bytes */{size}"))];
            return Ok(empty(StatusCode::RANGE_NOT_SATISFIABLE, &headers));
        }
    };
    let mut response = Response::new(download::stream(file, range.start, range.length).await?);
    *response.status_mut() = status;
    set(
        &mut response,
        &[
            ("content-type", "application/octet-stream".to_owned()),
            ("content-length", range.length.to_string()),
            ("accept-ranges", "bytes".to_owned()),
            ("docker-content-digest", digest.to_owned()),
        ],
    );
    if status == StatusCode::PARTIAL_CONTENT {
        let last = range.start + range.length - 1;
        set(&mut response, &[("content-range", format!("bytes {}-{last}/{size}", range.start))]);
    }
    Ok(response)
}

#[derive(Debug, PartialEq, Eq)]
struct Range {
    start: u64,
    length: u64,
}

impl Range {
    /// `None` where the header is no single range (the whole is answered then), `Some(None)` where nothing is there.
    #[expect(clippy::option_option, reason = "no range, and an empty one, are two answers")]
    fn of(header: &str, size: u64) -> Option<Option<Self>> {
        let (first, last) = header.strip_prefix("bytes=")?.split_once('-')?;
        let (start, end) = match (first.parse::<u64>().ok(), last.parse::<u64>().ok()) {
            (Some(start), Some(end)) if start <= end => (start, size.min(end.saturating_add(1))),
            (Some(start), None) if last.is_empty() => (start, size),
            (None, Some(tail)) if first.is_empty() => (size.saturating_sub(tail), size),
            _ => return None,
        };
        Some((start < end).then(|| Self { start, length: end - start }))
    }
}

#[cfg(test)]
mod tests {
    use super::Range;

    #[test]
    fn ranges_have_two_ends_or_one() {
        let range = |start, length| Some(Some(Range { start, length }));
        assert_eq!(Range::of("bytes=2-3", 10), range(2, 2));
        assert_eq!(Range::of("bytes=2-", 10), range(2, 8));
        assert_eq!(Range::of("bytes=-3", 10), range(7, 3));
        assert_eq!(Range::of("bytes=0-99", 10), range(0, 10));
        assert_eq!(Range::of("bytes=10-", 10), Some(None));
        assert_eq!(Range::of("bytes=1-2,4-5", 10), None);
        assert_eq!(Range::of("lines=1-2", 10), None);
    }
}
