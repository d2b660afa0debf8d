//! What a caller must show.

use std::collections::BTreeMap;

use super::{Reader, set, text, texts, whole};
use crate::stack::{
    defaults,
    mistake::Mistake,
    node::Node,
    shape::one_of,
    slips::nearest,
    types::{Auth, Authorizer, AuthorizerKind, Function},
};

/// What `auth` says, if it is there.
pub fn read(node: &Node) -> Option<Auth> {
    let auth = node.get("auth")?;
    if let Some(word) = set(Some(auth)) {
        return Some(match word.text.as_str() {
            "api_key" => Auth::ApiKey,
            "iam" => Auth::Iam,
            _ => Auth::None,
        });
    }
    let pools = texts(auth, "cognito").map(Auth::Cognito);
    pools.or_else(|| auth.get("authorizer").map(|node| Auth::Authorizer(authorizer(node))))
}

fn authorizer(node: &Node) -> Authorizer {
    let kind = text(node, "type").unwrap_or_else(|| defaults::AUTHORIZER.into());
    Authorizer {
        function: text(node, "function").unwrap_or_default(),
        kind: if kind == "request" { AuthorizerKind::Request } else { AuthorizerKind::Token },
        header: text(node, "header").unwrap_or_else(|| defaults::AUTHORIZER_HEADER.into()),
        ttl: whole(node, "ttl").unwrap_or(defaults::AUTHORIZER_TTL),
    }
}

impl Reader<'_> {
    /// An authorizer must be a function of the stack.
    pub(super) fn authorizer(&mut self, node: &Node, functions: &BTreeMap<String, Function>) {
        let Some(place) = node.get("auth").and_then(|a| a.get("authorizer")).and_then(|a| a.get("function"))
        else {
            return;
        };
        let Some(name) = set(Some(place)).filter(|name| !functions.contains_key(&name.text)) else { return };
        let names: Vec<_> = functions.keys().map(String::as_str).collect();
        let meant = nearest(&name.text, names.iter().copied());
        let guess = meant.map_or_else(String::new, |name| format!(", did you mean `{name}`?"));
        let mistake =
            Mistake::at(place.place, format!("the authorizer is a function that is not there{guess}"));
        self.tell(if names.is_empty() {
            mistake
        } else {
            mistake.expected(format!("expected {}", one_of(&names)))
        });
    }
}
