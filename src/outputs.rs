//! What a stack gives to the outside: its URL and keys, and a call to try.

use crate::stack::{Auth, Check, Route, Stack};
use serde::Serialize;

/// What there is to know about a stack from outside.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Outputs {
    pub stack: String,
    pub region: String,
    pub api_id: Option<String>,
    /// Of the stage, without a slash at its end; its host resolves everywhere. `None`: the stage is not there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    pub keys: Vec<Key>,
}

#[derive(Debug, Clone, Serialize)]
pub(crate) struct Key {
    pub name: String,
    pub id: String,
    /// Only where it was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
}

/// One stack of several.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct ListedStack {
    pub stack: String,
    pub region: String,
    pub api_id: String,
    pub api_name: String,
    /// When its API was made, in UTC.
    pub created: Option<String>,
    /// Its API was there before the stack.
    pub adopted: bool,
    /// Names in AWS.
    pub functions: Vec<String>,
    /// Names of its API keys.
    pub keys: Vec<String>,
}

/// A call that anybody who has the key can make.
pub(crate) struct SampleCall<'a> {
    pub route: &'a Route,
    pub path: String,
    headers: Vec<(&'a str, &'a str)>,
    body: Option<&'a str>,
}

impl Outputs {
    /// The values of the keys, where they were read.
    pub(crate) fn secrets(&self) -> impl Iterator<Item = String> {
        self.keys.iter().filter_map(|key| key.value.clone())
    }

    /// What to open: the stage itself where a route is at `/`, else a path at which the stack answers.
    pub(crate) fn opening(&self, stack: &Stack) -> Option<String> {
        let at_root = stack.api.routes.iter().any(|route| route.path == "/");
        let path =
            SampleCall::of(stack).filter(|_| !at_root).map_or_else(|| "/".to_owned(), |call| call.path);
        Some(format!("{}{path}", self.url.as_ref()?))
    }

    /// A line to try, which can be pasted: `show_key` is the command that prints the key alone.
    pub(crate) fn curl(&self, stack: &Stack, show_key: &str) -> Option<String> {
        let call = SampleCall::of(stack)?;
        let method = call.method();
        let mut line =
            format!("curl -X {method} {}", quoted(&format!("{}{}", self.url.as_ref()?, call.path)));
        if call.route.auth == Auth::ApiKey {
            line += &format!(" -H \"x-api-key: $({show_key})\"");
        }
        let typed = call.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-type"));
        let json = call.body.filter(|_| !typed).map(|_| ("content-type", "application/json"));
        for (name, value) in json.iter().chain(&call.headers) {
            line += &format!(" -H {}", quoted(&format!("{name}: {value}")));
        }
        if let Some(body) = call.body {
            line += &format!(" -d {}", quoted(body));
        }
        Some(line)
    }
}

impl<'a> SampleCall<'a> {
    /// The first of the file's own checks, else the first route that needs no more than the key.
    pub(crate) fn of(stack: &'a Stack) -> Option<Self> {
        let routes = || stack.api.routes.iter().filter(|r| matches!(r.auth, Auth::None | Auth::ApiKey));
        let checked = stack.checks.iter().filter(|check| is_plain(check)).find_map(|check| {
            let route = routes().find(|r| format!("{} {}", r.method, r.path) == check.route)?;
            let headers = check.headers.iter().map(|(name, value)| (name.as_str(), value.value.as_str()));
            let body = check.body.as_ref().map(|body| body.value.as_str());
            Some(Self { route, path: check.path.clone(), headers: headers.collect(), body })
        });
        checked.or_else(|| {
            let route = routes().find(|r| !r.path.contains('{')).or_else(|| routes().next())?;
            let body = matches!(route.method.as_str(), "POST" | "PUT" | "PATCH").then_some("{}");
            Some(Self { route, path: Self::path(&route.path), headers: Vec::new(), body })
        })
    }

    /// `/items/{id}` as somebody would call it.
    pub(crate) fn path(template: &str) -> String {
        let part = |part: &str| if part.starts_with('{') { "hello".to_owned() } else { part.to_owned() };
        template.split('/').map(part).collect::<Vec<_>>().join("/")
    }

    pub(crate) fn method(&self) -> &'a str {
        if self.route.method == "ANY" { "GET" } else { &self.route.method }
    }
}

/// Whether nothing in it is from outside the file.
fn is_plain(check: &Check) -> bool {
    !check.unset && !check.headers.values().chain(&check.body).any(|text| text.secret)
}

fn quoted(text: &str) -> String {
    shlex::try_quote(text).map(std::borrow::Cow::into_owned).unwrap_or_default()
}
