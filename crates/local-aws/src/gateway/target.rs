//! Which API and stage a URL names.

use crate::server::Body;
use http::{Request, header};

/// Which API and stage a request is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    pub api: String,
    pub stage: String,
    /// The path below the stage, as it came (percent-encoded), with its leading slash; empty where there is none.
    pub path: String,
}

/// `http://<api>.execute-api.<anything>/<stage>/…` or `/_aws/execute-api/<api>/<stage>/…`.
pub fn target(request: &Request<Body>) -> Option<Target> {
    let path = request.uri().path();
    let host = request.headers().get(header::HOST).and_then(|h| h.to_str().ok()).unwrap_or_default();
    let (api, rest) = match path.strip_prefix("/_aws/execute-api/") {
        Some(rest) => rest.split_once('/').unwrap_or((rest, "")),
        None => (host.split_once(".execute-api.")?.0, path.trim_start_matches('/')),
    };
    let (stage, below) = rest.split_once('/').map_or((rest, String::new()), |(s, p)| (s, format!("/{p}")));
    Some(Target { api: api.to_owned(), stage: stage.to_owned(), path: below })
}
