//! What differs between what is and what is wished: the one comparison, for the plan's text and for the update.

use serde::Serialize;
use serde_json::{Map, Value};
#[cfg(feature = "testing")]
use std::collections::BTreeSet;

/// Stands for a value that is only known once a resource is there.
pub const UNKNOWN: &str = "(known after up)";

/// The key that marks a secret in canonical form: `{"$secret": "value"}`. Compared by value, printed as a mask.
pub const SECRET: &str = "$secret";

const MASK: &str = "***";

/// What has to happen to one resource.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(rename_all = "lowercase", tag = "action", content = "fields")]
pub enum Change {
    #[default]
    Keep,
    Create,
    Update(Vec<Field>),
    Delete,
}

/// One differing field. `null` is "not there". Secrets are masked already.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Field {
    /// `environment.GOOGLE_API_KEY`, `routes.POST /`.
    pub path: String,
    pub have: Value,
    pub want: Value,
}

impl Change {
    /// Compares two settings of one kind in canonical form.
    ///
    /// # Errors
    /// When a kind's settings can't be written as JSON, which is a mistake in that kind.
    pub fn between<P: Serialize>(have: Option<&P>, want: &P) -> serde_json::Result<Self> {
        let Some(have) = have else { return Ok(Self::Create) };
        let mut fields = Vec::new();
        compare("", &serde_json::to_value(have)?, &serde_json::to_value(want)?, &mut fields);
        Ok(if fields.is_empty() { Self::Keep } else { Self::Update(fields) })
    }

    pub fn is_keep(&self) -> bool {
        *self == Self::Keep
    }

    /// Whether a field at or below `path` differs. A creation differs everywhere.
    pub fn touches(&self, path: &str) -> bool {
        match self {
            Self::Update(fields) => fields.iter().any(|f| below(&f.path, path)),
            Self::Create => true,
            Self::Keep | Self::Delete => false,
        }
    }
}

/// Whether `path` is `root` or a part of it.
pub(super) fn below(path: &str, root: &str) -> bool {
    path.strip_prefix(root).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

fn compare(path: &str, have: &Value, want: &Value, fields: &mut Vec<Field>) {
    let have = as_shown(have, want);
    match (have, want) {
        (Value::Object(h), Value::Object(w)) if !is_secret(h) && !is_secret(w) => objects(path, h, w, fields),
        _ if have == want => {}
        _ => fields.push(Field { path: path.to_owned(), have: masked(have), want: masked_new(have, want) }),
    }
}

/// What AWS reports is a secret until the stack file shows a value in its place.
fn as_shown<'a>(have: &'a Value, want: &Value) -> &'a Value {
    let hidden = have.as_object().filter(|map| is_secret(map)).map(|map| &map[SECRET]);
    hidden.filter(|_| want.is_string()).unwrap_or(have)
}

/// The value itself, of a secret or of what is none.
pub fn revealed(value: &Value) -> &Value {
    value.as_object().filter(|map| is_secret(map)).map_or(value, |map| &map[SECRET])
}

fn objects(path: &str, have: &Map<String, Value>, want: &Map<String, Value>, fields: &mut Vec<Field>) {
    let mut keys: Vec<&String> = have.keys().chain(want.keys()).collect();
    keys.sort();
    keys.dedup();
    for key in keys {
        let none = &Value::Null;
        compare(&below_path(path, key), have.get(key).unwrap_or(none), want.get(key).unwrap_or(none), fields);
    }
}

fn is_secret(map: &Map<String, Value>) -> bool {
    map.len() == 1 && map.contains_key(SECRET)
}

/// The paths of everything in some settings that is compared: what a plan could show of them.
///
/// # Errors
/// As [`Change::between`].
#[cfg(feature = "testing")]
pub(super) fn paths<P: Serialize>(props: &P) -> serde_json::Result<BTreeSet<String>> {
    let mut found = BTreeSet::new();
    collect("", &serde_json::to_value(props)?, &mut found);
    Ok(found)
}

#[cfg(feature = "testing")]
fn collect(path: &str, value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(map) if !map.is_empty() && !is_secret(map) => {
            map.iter().for_each(|(key, value)| collect(&below_path(path, key), value, found));
        }
        // Settings without fields have nothing to show.
        _ if path.is_empty() => {}
        _ => _ = found.insert(path.to_owned()),
    }
}

fn below_path(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}

/// The value with every secret in it replaced by a mask.
pub(crate) fn masked(value: &Value) -> Value {
    match value {
        Value::Object(map) if is_secret(map) => MASK.into(),
        Value::Object(map) => map.iter().map(|(k, v)| (k.clone(), masked(v))).collect(),
        Value::Array(items) => items.iter().map(masked).collect(),
        other => other.clone(),
    }
}

/// A secret that replaces another is told from it without showing either.
fn masked_new(have: &Value, want: &Value) -> Value {
    let both = |v: &Value| v.as_object().is_some_and(is_secret);
    if both(have) && both(want) { format!("{MASK} (another value)").into() } else { masked(want) }
}
