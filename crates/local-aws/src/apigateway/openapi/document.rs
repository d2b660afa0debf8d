//! The document: OpenAPI 3 or Swagger 2, as JSON or YAML.

use super::super::errors::bad_request;
use crate::error::AwsError;
use serde_json::{Map, Value};

/// What becomes of the path that the document says all its paths are below.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BasePath {
    Ignore,
    /// Its parts become resources.
    Prepend,
    /// All parts but the first become resources.
    Split,
}

#[derive(Debug)]
pub(crate) struct Document {
    root: Value,
    base_path: BasePath,
}

/// Events of a YAML document that may come from its aliases.
const MAX_REPLAYED: usize = 50_000;

const METHODS: &[&str] =
    &["get", "put", "post", "delete", "patch", "options", "head", "x-amazon-apigateway-any-method"];

impl Document {
    /// What is neither JSON nor YAML, or says of itself to be neither OpenAPI 3 nor Swagger 2, is refused.
    pub(crate) fn read(bytes: &[u8], base_path: BasePath) -> Result<Self, AwsError> {
        let invalid = || bad_request("Invalid OpenAPI input.");
        let text = std::str::from_utf8(bytes).map_err(|_| invalid())?;
        let root: Value = serde_json::from_str(text)
            .ok()
            .or_else(|| serde_saphyr::from_str_with_options(text, options()).ok())
            .ok_or_else(invalid)?;
        let document = Self { root, base_path };
        let version = |name: &str| document.root.get(name).and_then(text_of).unwrap_or_default();
        let known = version("openapi").starts_with("3.") || version("swagger") == "2.0";
        if known { Ok(document) } else { Err(invalid()) }
    }

    pub(crate) fn is_swagger(&self) -> bool {
        self.root.get("swagger").is_some()
    }

    pub(crate) fn get(&self, member: &str) -> Option<&Value> {
        self.root.get(member).map(|value| self.resolve(value))
    }

    /// An extension of AWS, by what follows `x-amazon-apigateway-`.
    pub(crate) fn extension(&self, name: &str) -> Option<&Value> {
        self.get(&format!("x-amazon-apigateway-{name}"))
    }

    /// Follows `{"$ref": "#/…"}` inside the document.
    pub(crate) fn resolve<'a>(&'a self, value: &'a Value) -> &'a Value {
        let mut at = value;
        // A chain of references is short; one that never ends stays where it is.
        for _ in 0..16 {
            let target = at.get("$ref").and_then(Value::as_str).and_then(|r| r.strip_prefix('#'));
            match target.and_then(|pointer| self.root.pointer(pointer)) {
                Some(next) => at = next,
                None => break,
            }
        }
        at
    }

    /// `#/components/<kind>` of OpenAPI 3, `#/<swagger kind>` of Swagger 2.
    pub(crate) fn components(&self, kind: &str, swagger_kind: &str) -> Option<&Map<String, Value>> {
        let found = if self.is_swagger() {
            self.root.get(swagger_kind)
        } else {
            self.root.get("components")?.get(kind)
        };
        found?.as_object()
    }

    /// The paths as the API gets them, each with its item.
    pub(crate) fn paths(&self) -> Vec<(String, &Map<String, Value>)> {
        let prefix = self.prefix();
        let items = self.root.get("paths").and_then(Value::as_object).into_iter().flatten();
        let full = |path: &String| {
            format!(
                "/{}",
                format!("{prefix}/{path}").split('/').filter(|p| !p.is_empty()).collect::<Vec<_>>().join("/")
            )
        };
        let object = |(path, item)| Some((full(path), self.resolve(item).as_object()?));
        items.filter_map(object).collect()
    }

    fn prefix(&self) -> String {
        let base = self.base();
        let mut parts = base.split('/').filter(|p| !p.is_empty());
        match self.base_path {
            BasePath::Ignore => return String::new(),
            BasePath::Prepend => {}
            BasePath::Split => drop(parts.next()),
        }
        parts.collect::<Vec<_>>().join("/")
    }

    /// `basePath`, or the path of the first server's URL with its variables' defaults.
    fn base(&self) -> String {
        let text = |value: Option<&Value>| value.and_then(Value::as_str).unwrap_or_default().to_owned();
        if self.is_swagger() {
            return text(self.root.get("basePath"));
        }
        let Some(server) = self.root.get("servers").and_then(|s| s.get(0)) else { return String::new() };
        let variable = |name: &str| server.get("variables")?.get(name)?.get("default")?.as_str();
        let url = filled(server.get("url").and_then(Value::as_str).unwrap_or_default(), variable);
        match url.split_once("://") {
            Some((_, rest)) => rest.split_once('/').map(|(_, path)| path.to_owned()).unwrap_or_default(),
            None => url,
        }
    }

    /// What a parser of OpenAPI misses, which AWS answers as warnings.
    pub(crate) fn parse_issues(&self) -> Vec<String> {
        let mut missing = Vec::new();
        match self.root.get("info") {
            None => missing.push("info".to_owned()),
            Some(info) => {
                let members = ["title", "version"].into_iter().filter(|m| info.get(*m).is_none());
                missing.extend(members.map(|member| format!("info.{member}")));
            }
        }
        if self.root.get("paths").is_none() {
            missing.push("paths".to_owned());
        }
        for (path, item) in self.root.get("paths").and_then(Value::as_object).into_iter().flatten() {
            for (method, operation) in operations(self.resolve(item)).filter(|(m, _)| !m.starts_with("x-")) {
                missing.extend(self.missing_in(&format!("paths.'{path}'({method})"), operation));
            }
        }
        missing.into_iter().map(|what| format!("Parse issue: attribute {what} is missing")).collect()
    }

    fn missing_in(&self, at: &str, operation: &Value) -> Vec<String> {
        let Some(responses) = operation.get("responses").and_then(Value::as_object) else {
            return vec![format!("{at}.responses")];
        };
        let undescribed = responses.iter().filter(|(_, r)| self.resolve(r).get("description").is_none());
        undescribed.map(|(status, _)| format!("{at}.responses.{status}.description")).collect()
    }
}

/// Aliases may unfold to so much and no more.
fn options() -> serde_saphyr::Options {
    serde_saphyr::options! {
        alias_limits: serde_saphyr::alias_limits! { max_total_replayed_events: MAX_REPLAYED },
    }
}

/// A URL with its `{variables}` replaced, once: what a value holds is not looked at again.
fn filled<'a>(url: &str, variable: impl Fn(&str) -> Option<&'a str>) -> String {
    let mut parts = url.split('{');
    let mut filled = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        match part.split_once('}').and_then(|(name, rest)| Some((variable(name)?, rest))) {
            Some((value, rest)) => filled.extend([value, rest]),
            None => filled.extend(["{", part]),
        }
    }
    filled
}

/// A path item's methods, by the document's names for them.
pub(crate) fn operations(item: &Value) -> impl Iterator<Item = (&str, &Value)> {
    let members = item.as_object().into_iter().flatten();
    members.filter(|(name, _)| METHODS.contains(&name.as_str())).map(|(name, value)| (name.as_str(), value))
}

/// Text, or a number as text: YAML writes versions and status codes without quotes.
pub(crate) fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}
