//! The paths of the distribution API.

use http::Request;

/// What a path under `/v2/` means.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Route {
    Base,
    Catalog,
    Repository(String, Target),
}

/// What of a repository.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Target {
    Blob(String),
    Uploads,
    Upload(String),
    /// By tag or digest.
    Manifest(String),
    Tags,
}

impl Route {
    /// Repository names have slashes, so a path is read from its end.
    pub(crate) fn of(path: &str) -> Option<Self> {
        let path = path.strip_prefix("/v2")?.trim_matches('/');
        let parts: Vec<&str> = path.split('/').collect();
        let (length, target) = match parts.as_slice() {
            [""] => return Some(Self::Base),
            ["_catalog"] => return Some(Self::Catalog),
            [.., "blobs", "uploads"] => (2, Target::Uploads),
            [.., "blobs", "uploads", id] => (3, Target::Upload((*id).to_owned())),
            [.., "blobs", digest] => (2, Target::Blob((*digest).to_owned())),
            [.., "manifests", reference] => (2, Target::Manifest((*reference).to_owned())),
            [.., "tags", "list"] => (2, Target::Tags),
            _ => return None,
        };
        Some(Self::Repository(parts[..parts.len() - length].join("/"), target))
    }
}

/// What a request does, as a fault plan names it.
pub(crate) fn operation<B>(request: &Request<B>) -> &'static str {
    let target = match Route::of(request.uri().path()) {
        Some(Route::Base) => return "Ping",
        Some(Route::Catalog) => return "ListRepositories",
        Some(Route::Repository(_, target)) => target,
        None => return "Unknown",
    };
    match (request.method().as_str(), target) {
        ("HEAD", Target::Blob(_)) => "HeadBlob",
        (_, Target::Blob(_)) => "GetBlob",
        (_, Target::Uploads) => "StartUpload",
        ("PATCH", Target::Upload(_)) => "AppendUpload",
        ("PUT", Target::Upload(_)) => "FinishUpload",
        ("DELETE", Target::Upload(_)) => "CancelUpload",
        (_, Target::Upload(_)) => "GetUpload",
        ("PUT", Target::Manifest(_)) => "PutManifest",
        ("DELETE", Target::Manifest(_)) => "DeleteManifest",
        ("HEAD", Target::Manifest(_)) => "HeadManifest",
        (_, Target::Manifest(_)) => "GetManifest",
        (_, Target::Tags) => "ListTags",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_may_have_slashes_and_words_of_the_api() {
        let of = |path: &str| match Route::of(path) {
            Some(Route::Repository(name, target)) => (name, target),
            other => panic!("{path}: {other:?}"),
        };
        assert_eq!(of("/v2/a/b/manifests/v1"), ("a/b".to_owned(), Target::Manifest("v1".to_owned())));
        assert_eq!(of("/v2/a/blobs/uploads/"), ("a".to_owned(), Target::Uploads));
        assert_eq!(
            of("/v2/blobs/uploads/blobs/uploads/7"),
            ("blobs/uploads".to_owned(), Target::Upload("7".to_owned()))
        );
        assert_eq!(of("/v2/tags/tags/list"), ("tags".to_owned(), Target::Tags));
        assert_eq!(Route::of("/v2/"), Some(Route::Base));
        assert_eq!(Route::of("/v2/a/other"), None);
    }
}
