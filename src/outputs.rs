//! What a stack gives to the outside: its URL and keys.

use crate::stack::{Auth, Stack};
use serde::Serialize;

/// What there is to know about a stack from outside.
#[derive(Debug, Clone, Serialize)]
pub struct Outputs {
    pub stack: String,
    pub region: String,
    pub api_id: Option<String>,
    /// `None`: the stage is not there.
    #[serde(flatten)]
    pub url: Option<Url>,
    pub keys: Vec<Key>,
}

#[derive(Debug, Clone, Serialize)]
pub struct Url {
    /// Without a slash at its end.
    pub url: String,
    /// The same stage by a name that resolves everywhere: another one only on the local AWS.
    #[serde(skip)]
    pub callable: String,
}

#[derive(Debug, Clone, Serialize)]
pub struct Key {
    pub name: String,
    pub id: String,
    /// Only where it was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
}

/// One stack of several.
#[derive(Debug, Clone, Serialize)]
pub struct Listed {
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

impl Outputs {
    /// A line to try, without the key's value.
    pub fn curl(&self, stack: &Stack) -> Option<String> {
        let url = self.url.as_ref()?;
        let route = stack.api.routes.first()?;
        let method = if route.method == "ANY" { "GET" } else { &route.method };
        let quote = |text: &str| shlex::try_quote(text).map(|q| q.into_owned()).unwrap_or_default();
        let mut line = format!("curl -X {method} {}", quote(&format!("{}{}", url.url, route.path)));
        if route.auth == Auth::ApiKey {
            line += " -H \"x-api-key: $KEY\"";
        }
        if matches!(method, "POST" | "PUT" | "PATCH") {
            line += " -H 'content-type: application/json' -d '{\"name\": \"Jeremias\"}'";
        }
        Some(line)
    }
}
