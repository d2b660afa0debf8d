//! `patchOperations`: what the Update calls are told, and the ways in which they refuse it.

use super::{
    errors::{bad_request, not_found, refuse},
    input::parse,
};
use crate::{call::Call, constraint::Failures, error::AwsError};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;

pub(crate) const NO_PARAMETER: &str = "Invalid parameter name specified";
pub(crate) const NO_CONTENT_TYPE: &str = "Content-Type specified was not found";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Op {
    Add,
    Remove,
    Replace,
    /// `move`, `copy`, `test`: known to the model, supported nowhere here.
    Other,
}

#[derive(Debug, Clone)]
pub(crate) struct Patch {
    pub op: Op,
    /// As it was sent.
    pub path: String,
    pub value: Option<String>,
    name: String,
}

#[derive(Deserialize)]
struct Sent {
    op: Option<String>,
    path: Option<String>,
    value: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Sents {
    #[serde(default)]
    patch_operations: Vec<Sent>,
}

/// The patch operations of an input; unknown `op`s are refused together.
pub(crate) fn read(call: &Call<'_>, input: &Value) -> Result<Vec<Patch>, AwsError> {
    let sent: Sents = parse(input.clone())?;
    refuse(op_failures(call.operation, &sent.patch_operations))?;
    sent.patch_operations.into_iter().map(Patch::of).collect()
}

fn op_failures(operation: &str, sent: &[Sent]) -> Failures {
    const OPS: &[&str] = &["add", "remove", "move", "test", "replace", "copy"];
    let shape = format!("{}{}Input", operation[..1].to_lowercase(), &operation[1..]);
    let mut failures = Failures::default();
    for (n, patch) in sent.iter().enumerate() {
        let place = format!("{shape}.patchOperations.{}.member.op", n + 1);
        failures.one_of(&place, patch.op.as_deref(), OPS);
    }
    failures
}

impl Patch {
    fn of(sent: Sent) -> Result<Self, AwsError> {
        let path = sent.path.ok_or_else(|| bad_request("Invalid patch path null"))?;
        let name = sent.op.unwrap_or_else(|| "null".to_owned());
        let op = match name.as_str() {
            "add" => Op::Add,
            "remove" => Op::Remove,
            "replace" => Op::Replace,
            _ => Op::Other,
        };
        Ok(Self { op, path, value: sent.value, name })
    }

    /// The path's parts, unescaped (`~1` is `/`).
    pub(crate) fn parts(&self) -> Vec<String> {
        self.path
            .trim_start_matches('/')
            .split('/')
            .map(|p| p.replace("~1", "/").replace("~0", "~"))
            .collect()
    }

    /// The value, or "" where none was sent.
    pub(crate) fn text(&self) -> &str {
        self.value.as_deref().unwrap_or_default()
    }

    /// The value, with nothing and "" being the same.
    pub(crate) fn non_empty(&self) -> Option<String> {
        self.value.clone().filter(|v| !v.is_empty())
    }

    /// Anything but "true" is false.
    pub(crate) fn flag(&self) -> bool {
        self.text() == "true"
    }

    pub(crate) fn is_removal(&self) -> bool {
        self.op == Op::Remove
    }

    /// Adds to, replaces in, or removes from a map that the path leads into. Only `add` takes a key that is not
    /// there; for the others that is NotFound, with `missing` as its text.
    pub(crate) fn set<V>(
        &self,
        map: &mut BTreeMap<String, V>,
        key: &str,
        value: V,
        missing: &str,
    ) -> Result<(), AwsError> {
        match self.op {
            Op::Other => return Err(self.unknown_path()),
            Op::Replace | Op::Remove if !map.contains_key(key) => return Err(not_found(missing)),
            Op::Remove => drop(map.remove(key)),
            Op::Add | Op::Replace => drop(map.insert(key.to_owned(), value)),
        }
        Ok(())
    }

    pub(crate) fn unknown_path(&self) -> AwsError {
        bad_request(format!("Invalid patch path {}", self.path))
    }

    /// For paths that know only `replace`.
    pub(crate) fn replaces(&self) -> Result<(), AwsError> {
        if self.op == Op::Replace {
            return Ok(());
        }
        Err(bad_request("Invalid patch operation specified. Must be one of: [replace]"))
    }

    /// The other way in which AWS refuses: by operation, naming the paths that `replace` knows.
    pub(crate) fn unsupported(&self, paths: &[&str]) -> AwsError {
        let hint = if paths.is_empty() || self.op != Op::Replace {
            "Please choose supported operations".to_owned()
        } else {
            format!("Must be one of: [{}]", paths.join(", "))
        };
        self.refused(&hint)
    }

    /// As [`Patch::unsupported`], for an operation that is not `replace`.
    pub(crate) fn refused(&self, hint: &str) -> AwsError {
        bad_request(format!("Invalid patch path  '{}' specified for op '{}'. {hint}", self.path, self.name))
    }
}
