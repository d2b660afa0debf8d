//! What nobody should agree to unseen: rights that are given, doors that are open, files from elsewhere.

use super::StyledText;
use crate::{
    engine::{Change, Planned},
    stack::{Auth, Function, ImageSource, Role, SecretSource, Stack, Statement},
};
use std::path::{Component, Path, PathBuf};

/// Lines of what is made, or changed in that respect.
pub(super) fn of(stack: &Stack, item: &Planned) -> Vec<StyledText> {
    let is = |kind: &str| item.id.kind() == kind;
    let function = item.id.as_str().split_once('/').and_then(|(_, key)| stack.functions.get(key));
    let facts = match (function, &item.change) {
        (Some(function), Change::Create) if is("role") => rights(function),
        (Some(function), Change::Create | Change::Update(_)) if is("image") => files(stack, function),
        (None, change) if is("definition") && change.touches("routes") => open_routes(stack),
        _ => Vec::new(),
    };
    facts.into_iter().map(|(what, value)| StyledText::from(format!("    {what}  {value}"))).collect()
}

type Fact = (&'static str, String);

fn rights(function: &Function) -> Vec<Fact> {
    let Role::Managed(role) = &function.role else { return Vec::new() };
    let policies = role.policies.iter().map(|name| ("policy", name.clone()));
    let allows = |s: &Statement| format!("{} on {}", s.actions.join(", "), s.resources.join(", "));
    policies.chain(role.statements.iter().map(|s| ("allows", allows(s)))).collect()
}

fn open_routes(stack: &Stack) -> Vec<Fact> {
    if !stack.api.allow_from.is_empty() {
        return Vec::new();
    }
    let open = stack.api.routes.iter().filter(|route| route.auth == Auth::None);
    let names: Vec<String> = open.map(|route| format!("{} {}", route.method, route.path)).collect();
    if names.is_empty() { Vec::new() } else { vec![("anybody may call", names.join(", "))] }
}

/// What a build is given from outside the stack's folder.
fn files(stack: &Stack, function: &Function) -> Vec<Fact> {
    let elsewhere =
        |file: &Path| (!is_within(file, &stack.folder)).then(|| plain(file).display().to_string());
    let ImageSource::Context(build) = &function.image.source else { return Vec::new() };
    let context = elsewhere(&build.context).map(|folder| ("sends to the build", folder));
    let secrets = build.secrets.iter().filter_map(|(id, source)| {
        let SecretSource::File(file) = source else { return None };
        Some(("gives the build", format!("the secret {id} from {}", elsewhere(file)?)))
    });
    context.into_iter().chain(secrets).collect()
}

fn is_within(file: &Path, folder: &Path) -> bool {
    plain(file).starts_with(plain(folder))
}

/// Without `.` and `..`.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => _ = plain.pop(),
            other => plain.push(other),
        }
    }
    plain
}
