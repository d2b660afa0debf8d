//! A status as text: every resource, then the chains of them that break silently.

use super::{
    plan::{render_outputs, resource},
    style::Style,
};
use crate::{
    engine::{Change, Plan, Planned},
    outputs::Outputs,
    stack::Stack,
};
use std::fmt::Write;

/// Every resource with its standing, then the chains that break silently.
pub fn render(stack: &Stack, plan: &Plan, outputs: &Outputs, style: Style) -> String {
    let mut text = format!("stack {} in {}\n", stack.name, outputs.region);
    if plan.items.iter().all(|i| i.change == Change::Create) {
        return text + "nothing of it is there; `lambdeploy up` makes it\n";
    }
    for item in &plan.items {
        match (&item.change, &item.foreign) {
            (_, Some(what)) => {
                _ = writeln!(text, "{} {}: {what} is not this stack's", style.red("!"), item.id)
            }
            (Change::Keep, None) => {
                let adopted = if item.adopted { " (adopted)" } else { "" };
                _ = writeln!(text, "{} {}{adopted}", style.green("="), item.id);
            }
            (Change::Create, None) => _ = writeln!(text, "{} {} is not there", style.red("+"), item.id),
            (Change::Delete, None) => _ = writeln!(text, "{} {} left the file", style.yellow("-"), item.id),
            (Change::Update(_), None) => text += &resource(item, style),
        }
    }
    for line in CHAINS.iter().filter_map(|(name, links)| chain(plan, name, links, style)) {
        _ = writeln!(text, "{line}");
    }
    text += &render_outputs(outputs);
    text
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
fn chain(plan: &Plan, name: &str, links: &[Link], style: Style) -> Option<String> {
    let is_of = |item: &Planned, link: &Link| item.id.kind() == link.0;
    let (first, _) = links.split_first()?;
    plan.items.iter().find(|i| is_of(i, first))?;
    let breaks = |i: &&Planned| {
        links.iter().any(|link| is_of(i, link) && (i.foreign.is_some() || breaks(&i.change, link.1)))
    };
    let broken: Vec<_> = plan.items.iter().filter(breaks).map(|i| i.id.to_string()).collect();
    Some(if broken.is_empty() {
        format!("{} {name}", style.green("✓"))
    } else {
        format!("{} {name} is broken at {}", style.red("✗"), broken.join(", "))
    })
}

fn breaks(change: &Change, fields: &[&str]) -> bool {
    match change {
        Change::Create => true,
        Change::Update(_) => fields == ANY || fields.iter().any(|f| change.touches(f)),
        Change::Keep | Change::Delete => false,
    }
}
