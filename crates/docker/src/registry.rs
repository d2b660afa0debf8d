//! What is pushed, where to, and what is said meanwhile.

use lambdeploy_net::Network;

/// What a build or push says while it runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress {
    /// A build step or a remark, one line.
    Line(String),
    /// Bytes moved of those to move (0: not known yet).
    Bytes { done: u64, total: u64 },
}

/// Where [`Progress`] goes.
pub(crate) type OnProgress<'a> = &'a dyn Fn(Progress);

/// An image in the engine's own store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BuiltImage {
    /// `sha256:…`, the engine's image id.
    pub id: String,
    /// OCI name of the architecture it was built for ("amd64").
    pub architecture: String,
    pub os: String,
    pub labels: std::collections::BTreeMap<String, String>,
}

/// Where an image goes, and the credentials for it, in memory only.
#[derive(Clone)]
pub struct Registry {
    /// `123456789012.dkr.ecr.eu-west-1.amazonaws.com` or `127.0.0.1:4510`: what stands before the repository.
    pub host: String,
    pub user: String,
    pub password: String,
    /// Plain HTTP, for the local AWS only.
    pub insecure: bool,
    /// The way there for what this process sends itself.
    pub network: Network,
}

impl std::fmt::Debug for Registry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Registry")
            .field("host", &self.host)
            .field("insecure", &self.insecure)
            .finish_non_exhaustive()
    }
}
