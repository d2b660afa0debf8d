//! A status as text: every resource, then the chains of them that break silently.

use super::{
    object::Object,
    outputs,
    plan::{Detail, Sides, resource},
    text::{StyledText, lines},
};
use crate::engine::{Breaks, Chain, Change, Link, Plan, Planned};
use crate::{aws::Destination, outputs::Outputs, stack::Stack};
use serde_json::json;

/// What there is of a stack, beside what should be.
#[derive(Clone, Copy)]
pub(crate) struct Standing<'a> {
    pub stack: &'a Stack,
    pub plan: &'a Plan,
    pub outputs: &'a Outputs,
    pub destination: &'a Destination,
    /// The command that deploys the stack, as a person types it.
    pub deploy: &'a str,
}

/// Every resource with its standing, then the chains that break silently.
pub(super) fn render(standing: Standing<'_>, detail: Detail) -> StyledText {
    let Standing { stack, plan, outputs, destination, deploy } = standing;
    let head = StyledText::new().exact(format!("stack {} in {destination}", stack.name));
    if plan.items.iter().all(|i| i.change == Change::Create) {
        return lines([head, StyledText::new().exact(format!("not deployed; `{deploy}` deploys it"))]);
    }
    let mut all = vec![head];
    all.extend(plan.items.iter().flat_map(|item| line(item, detail)));
    all.extend(chains(plan).into_iter().map(|it| chain(plan, it)));
    all.push(outputs::render(outputs));
    lines(all)
}

pub(super) fn json(standing: Standing<'_>) -> Object {
    let Standing { plan, outputs, destination, .. } = standing;
    let plan = Object::new().any("plan", json!(plan.items)).exact("destination", json!(destination));
    plan.exact("outputs", json!(outputs))
}

fn line(item: &Planned, detail: Detail) -> Vec<StyledText> {
    let id = StyledText::new().exact(format!(" {}", item.id));
    let line = match (&item.change, &item.foreign) {
        (_, Some(what)) => {
            StyledText::new().red("!").then(id).plain(format!(": {what} does not belong to this stack"))
        }
        (Change::Keep, None) if item.adopted => StyledText::new().green("=").then(id).plain(" (adopted)"),
        (Change::Keep, None) => {
            let standing = item.standing.as_ref().map(|how| format!(": {how}")).unwrap_or_default();
            StyledText::new().green("=").then(id).plain(standing)
        }
        (Change::Create, None) => StyledText::new().red("+").then(id).plain(" is not in AWS"),
        (Change::Delete, None) => {
            StyledText::new().yellow("-").then(id).plain(" is no longer in the stack file")
        }
        (Change::Update(_), None) => return resource(item, detail, Sides::Named),
    };
    vec![line]
}

/// The chains that the plan's resources are links of, in the order of their first links: without such a link the stack has
/// no chain that could break.
fn chains(plan: &Plan) -> Vec<Chain> {
    let links = plan.items.iter().flat_map(|item| item.links).filter(|link| link.is_first);
    let mut all: Vec<Chain> = Vec::new();
    for link in links {
        if !all.contains(&link.chain) {
            all.push(link.chain);
        }
    }
    all
}

fn chain(plan: &Plan, chain: Chain) -> StyledText {
    let breaks = |item: &&Planned| item.links.iter().any(|link| link.chain == chain && breaks(item, link));
    let broken: Vec<_> = plan.items.iter().filter(breaks).map(|i| i.id.to_string()).collect();
    let Chain(name) = chain;
    if broken.is_empty() {
        StyledText::new().green("✓").exact(format!(" {name}"))
    } else {
        StyledText::new().red("✗").exact(format!(" {name} is broken at {}", broken.join(", ")))
    }
}

fn breaks(item: &Planned, link: &Link) -> bool {
    match (&item.change, &link.breaks) {
        _ if item.foreign.is_some() => true,
        (Change::Create, _) | (Change::Update(_), Breaks::Always) => true,
        (Change::Update(_), Breaks::Fields(fields)) => fields.iter().any(|f| item.change.touches(f)),
        (Change::Update(_), Breaks::Never) | (Change::Keep | Change::Delete, _) => false,
    }
}
