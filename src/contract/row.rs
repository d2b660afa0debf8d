//! One promise: a request, and what must come back.

use super::fix::Fix;
use std::collections::BTreeMap;

/// What the outside must see.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// "POST / without a key is refused, readably for a page": a sentence that holds, or does not.
    pub promise: String,
    pub ask: Ask,
    pub must: Vec<Must>,
    pub need: RowNeed,
    /// The functions that it may run, by their keys, as far as they have reserved executions: how many.
    pub reserved: BTreeMap<String, u32>,
    /// What to do when it does not hold.
    pub fix: Fix,
}

/// A request from outside, in terms that do not change with the URL or the key.
#[derive(Debug, Clone, PartialEq)]
pub struct Ask {
    pub method: String,
    /// Below the stage; begins with `/`.
    pub path: String,
    pub headers: Vec<(String, String)>,
    pub key: SentKey,
    pub body: Option<Vec<u8>>,
}

/// Stands for every path variable: an id that nobody has.
pub(super) const VARIABLE: &str = "lambdeploy-verify";

/// `/items/{id}` as somebody would call it.
pub(crate) fn concrete(path: &str) -> String {
    let part = |part: &str| if part.starts_with('{') { VARIABLE.to_owned() } else { part.to_owned() };
    path.split('/').map(part).collect::<Vec<_>>().join("/")
}

impl Ask {
    pub fn new(method: &str, path: &str) -> Self {
        Self {
            method: method.to_owned(),
            path: path.to_owned(),
            headers: Vec::new(),
            key: SentKey::None,
            body: None,
        }
    }

    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub fn key(self, key: SentKey) -> Self {
        Self { key, ..self }
    }
}

/// What stands in `x-api-key`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SentKey {
    None,
    Wrong,
    /// The stack's own.
    Right,
}

/// What an answer must be like.
#[derive(Debug, Clone, PartialEq)]
pub enum Must {
    Status(u16),
    /// 200 to 299.
    Succeed,
    /// API Gateway's own refusal says this.
    Say(&'static str),
    /// The function answered, whatever it said: neither refused before it, nor in its place.
    ComeFromTheFunction,
    /// A browser shows it to a page of this origin.
    LetRead {
        origin: String,
        credentials: bool,
    },
    /// It names neither this origin nor every origin.
    NotLetRead {
        origin: String,
    },
    /// A comma-separated header names all of these, in any case.
    List {
        header: &'static str,
        names: Vec<String>,
    },
    /// The JSON at this path equals this.
    Json {
        path: crate::stack::JsonPath,
        value: serde_json::Value,
    },
}

/// What a row takes to be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowNeed {
    /// Nothing: always asked.
    Nothing,
    /// A variable that is not set: never asked, and said.
    Variable,
    /// Requests until one is refused, or a body of megabytes: asked with `--load`.
    Load(Load),
}

/// What `--load` adds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Load {
    /// At most this many requests at once; one must be refused.
    Burst(u32),
    /// At most this many requests; one must be refused for the quota.
    Quota(u32),
    /// The row's one large body.
    Large,
}
