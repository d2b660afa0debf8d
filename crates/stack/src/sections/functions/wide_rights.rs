//! Rights that are wider than they look.

use super::{
    ManagedRole, Statement,
    role::{POLICIES, STATEMENTS},
};

/// AWS's own policies that give nearly everything, and what that is.
const WIDE_POLICIES: [(&str, &str); 3] = [
    ("AdministratorAccess", "do everything in the account (AdministratorAccess)"),
    ("PowerUserAccess", "do everything in the account but change rights (PowerUserAccess)"),
    ("IAMFullAccess", "give itself every right (IAMFullAccess)"),
];

/// The key of the role where it is given, and what the role may do: "do everything in the account".
pub(crate) fn of(role: &ManagedRole) -> Vec<(&'static str, String)> {
    let last = |name: &str| name.rsplit('/').next().unwrap_or(name).to_owned();
    let names = role.policies.iter().map(|name| last(name));
    let policies = names.filter_map(|name| WIDE_POLICIES.iter().find(|(wide, _)| *wide == name));
    let policies = policies.map(|(_, what)| (POLICIES.name, (*what).to_owned()));
    policies.chain(role.statements.iter().filter_map(allowed).map(|what| (STATEMENTS.name, what))).collect()
}

/// What a statement gives that is more than a person may have meant.
fn allowed(statement: &Statement) -> Option<String> {
    let everywhere = statement.resources.iter().any(|it| it == "*");
    let all = statement.actions.iter().any(|it| it == "*" || it == "*:*");
    let service =
        |name: &str| statement.actions.iter().any(|it| it.eq_ignore_ascii_case(&format!("{name}:*")));
    if all && everywhere {
        return Some("do everything in the account".to_owned());
    }
    if all {
        return Some(format!("do everything with {}", statement.resources.join(", ")));
    }
    if service("iam") {
        return Some("give itself every right (iam:*)".to_owned());
    }
    let whole = statement.actions.iter().find(|it| it.ends_with(":*")).filter(|_| everywhere)?;
    Some(format!("do everything with all of {}, deleting included", whole.trim_end_matches(":*")))
}
