//! The paths of the distribution API.

use http::Request;

/// What a path under `/v2/` means.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum RegistryRoute {
    Base,
    Catalog,
    Repository(String, RepositoryPart),
}

/// What of a repository.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum RepositoryPart {
    Blob(String),
    Uploads,
    Upload(String),
    /// By tag or digest.
    Manifest(String),
    Tags,
}

impl RegistryRoute {
    /// Repository names have slashes, so a path is read from its end.
    pub(crate) fn of(path: &str) -> Option<Self> {
        let path = path.strip_prefix("/v2")?.trim_matches('/');
        let parts: Vec<&str> = path.split('/').collect();
        let (length, target) = match parts.as_slice() {
            [""] => return Some(Self::Base),
            ["_catalog"] => return Some(Self::Catalog),
            [.., "blobs", "uploads"] => (2, RepositoryPart::Uploads),
            [.., "blobs", "uploads", id] => (3, RepositoryPart::Upload((*id).to_owned())),
            [.., "blobs", digest] => (2, RepositoryPart::Blob((*digest).to_owned())),
            [.., "manifests", reference] => (2, RepositoryPart::Manifest((*reference).to_owned())),
            [.., "tags", "list"] => (2, RepositoryPart::Tags),
            _ => return None,
        };
        Some(Self::Repository(parts[..parts.len() - length].join("/"), target))
    }
}

/// What a request does, as a fault plan names it.
pub(crate) fn operation<B>(request: &Request<B>) -> &'static str {
    let target = match RegistryRoute::of(request.uri().path()) {
        Some(RegistryRoute::Base) => return "Ping",
        Some(RegistryRoute::Catalog) => return "ListRepositories",
        Some(RegistryRoute::Repository(_, target)) => target,
        None => return "Unknown",
    };
    match (request.method().as_str(), target) {
        ("HEAD", RepositoryPart::Blob(_)) => "HeadBlob",
        (_, RepositoryPart::Blob(_)) => "GetBlob",
        (_, RepositoryPart::Uploads) => "StartUpload",
        ("PATCH", RepositoryPart::Upload(_)) => "AppendUpload",
        ("PUT", RepositoryPart::Upload(_)) => "FinishUpload",
        ("DELETE", RepositoryPart::Upload(_)) => "CancelUpload",
        (_, RepositoryPart::Upload(_)) => "GetUpload",
        ("PUT", RepositoryPart::Manifest(_)) => "PutManifest",
        ("DELETE", RepositoryPart::Manifest(_)) => "DeleteManifest",
        ("HEAD", RepositoryPart::Manifest(_)) => "HeadManifest",
        (_, RepositoryPart::Manifest(_)) => "GetManifest",
        (_, RepositoryPart::Tags) => "ListTags",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_may_have_slashes_and_words_of_the_api() {
        let of = |path: &str| match RegistryRoute::of(path) {
            Some(RegistryRoute::Repository(name, target)) => (name, target),
            other => panic!("{path}: {other:?}"),
        };
        assert_eq!(of("/v2/a/b/manifests/v1"), ("a/b".to_owned(), RepositoryPart::Manifest("v1".to_owned())));
        assert_eq!(of("/v2/a/blobs/uploads/"), ("a".to_owned(), RepositoryPart::Uploads));
        assert_eq!(
            of("/v2/blobs/uploads/blobs/uploads/7"),
            ("blobs/uploads".to_owned(), RepositoryPart::Upload("7".to_owned()))
        );
        assert_eq!(of("/v2/tags/tags/list"), ("tags".to_owned(), RepositoryPart::Tags));
        assert_eq!(RegistryRoute::of("/v2/"), Some(RegistryRoute::Base));
        assert_eq!(RegistryRoute::of("/v2/a/other"), None);
    }
}
