//! A status as text: every resource, then the chains of them that break silently.

use super::{
    object::Object,
    outcome::Standing,
    outputs,
    plan::{Detail, Sides, resource},
    text::{StyledText, lines},
};
use crate::engine::{Change, Plan, Planned};
use serde_json::json;

/// Every resource with its standing, then the chains that break silently.
pub(super) fn render(standing: Standing<'_>, detail: Detail) -> StyledText {
    let Standing { stack, plan, outputs, destination, deploy } = standing;
    let head = StyledText::new().exact(format!("stack {} in {destination}", stack.name));
    if plan.items.iter().all(|i| i.change == Change::Create) {
        return lines([head, StyledText::new().exact(format!("not deployed; `{deploy}` deploys it"))]);
    }
    let mut all = vec![head];
    all.extend(plan.items.iter().flat_map(|item| line(item, detail)));
    all.extend(CHAINS.iter().filter_map(|(name, links)| chain(plan, name, links)));
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
        (Change::Keep, None) => StyledText::new().green("=").then(id),
        (Change::Create, None) => StyledText::new().red("+").then(id).plain(" is not in AWS"),
        (Change::Delete, None) => {
            StyledText::new().yellow("-").then(id).plain(" is no longer in the stack file")
        }
        (Change::Update(_), None) => return resource(item, detail, Sides::Named),
    };
    vec![line]
}

/// Every difference of it breaks the chain.
const ANY: &[&str] = &["*"];

/// A kind, and the fields of it that carry a chain; without any, it only has to be there.
type Link = (&'static str, &'static [&'static str]);

/// What must hold together for a call to arrive.
const CHAINS: [(&str, &[Link]); 3] = [
    ("key → plan → stage", &[("api-key", &["enabled"]), ("usage-plan", &["keys", "stages"]), ("stage", &[])]),
    ("function → permission → API", &[("function", &[]), ("permission", ANY), ("rest-api", &[])]),
    ("live deployment → definition", &[("definition", ANY), ("stage", &["deployment"])]),
];

/// A chain whose first link the stack has none of is not there to break.
fn chain(plan: &Plan, name: &str, links: &[Link]) -> Option<StyledText> {
    let is_of = |item: &Planned, link: &Link| item.id.kind() == link.0;
    let (first, _) = links.split_first()?;
    plan.items.iter().find(|i| is_of(i, first))?;
    let breaks = |i: &&Planned| {
        links.iter().any(|link| is_of(i, link) && (i.foreign.is_some() || breaks(&i.change, link.1)))
    };
    let broken: Vec<_> = plan.items.iter().filter(breaks).map(|i| i.id.to_string()).collect();
    Some(if broken.is_empty() {
        StyledText::new().green("✓").exact(format!(" {name}"))
    } else {
        StyledText::new().red("✗").exact(format!(" {name} is broken at {}", broken.join(", ")))
    })
}

fn breaks(change: &Change, fields: &[&str]) -> bool {
    match change {
        Change::Create => true,
        Change::Update(_) => fields == ANY || fields.iter().any(|f| change.touches(f)),
        Change::Keep | Change::Delete => false,
    }
}
