//! Which API and stage a URL names.

/// Which API and stage a request is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StageTarget {
    pub api: String,
    pub stage: String,
    /// The path below the stage, as it came (percent-encoded), with its leading slash; empty where there is none.
    pub path: String,
}

/// `http://<api>.execute-api.localhost/<stage>/…`: all of the path is the API's.
pub(crate) fn on_own_host(api: String, path: &str) -> StageTarget {
    of(api, path.trim_start_matches('/'))
}

/// `/_aws/execute-api/<api>/<stage>/…`
pub(crate) fn in_path(path: &str) -> Option<StageTarget> {
    let rest = path.strip_prefix("/_aws/execute-api/")?;
    let (api, rest) = rest.split_once('/').unwrap_or((rest, ""));
    Some(of(api.to_owned(), rest))
}

fn of(api: String, rest: &str) -> StageTarget {
    let (stage, path) = rest.split_once('/').map_or((rest, String::new()), |(s, p)| (s, format!("/{p}")));
    StageTarget { api, stage: stage.to_owned(), path }
}
