//! A plan as text.

mod detail;
mod fields;

use super::text::{StyledText, lines};
use crate::{
    aws::Destination,
    engine::{Change, Id, Plan, Planned},
};
pub(super) use detail::Detail;
pub(super) use fields::Sides;
use std::collections::BTreeSet;

/// What a plan leaves as it is.
pub(super) fn kept(plan: &Plan) -> BTreeSet<Id> {
    plan.items.iter().filter(|i| i.change.is_keep()).map(|i| i.id.clone()).collect()
}

/// One line a resource that changes, its fields below, the unchanged ones counted; nothing, where nothing changes.
pub(super) fn render(plan: &Plan, destination: &Destination, detail: Detail) -> StyledText {
    if !plan.has_changes() {
        return StyledText::new();
    }
    let mut all = vec![head(destination)];
    for item in plan.items.iter().filter(|i| !i.change.is_keep()) {
        all.extend(resource(item, detail, Sides::Arrow));
        all.extend(item.notable.iter().map(|it| StyledText::from(format!("    {}  {}", it.what, it.value))));
        if let (Detail::Whole, Some(settings)) = (detail, &item.settings) {
            all.extend(fields::settings(settings));
        }
    }
    all.extend(unchanged(plan));
    all.push(counts(plan, true));
    lines(all)
}

/// What a `destroy` would delete, and what it leaves; nothing, where there is nothing.
pub(super) fn render_deletion(plan: &Plan, destination: &Destination) -> StyledText {
    let deleted = plan.items.iter().filter(|i| !i.change.is_keep());
    let mut all: Vec<StyledText> = deleted.flat_map(|i| resource(i, Detail::Short, Sides::Arrow)).collect();
    let kept = plan.items.iter().filter(|i| i.adopted && i.change.is_keep());
    all.extend(kept.map(|item| {
        let why = " was here before the stack and is kept (--include-adopted deletes it)";
        StyledText::new().dim("=").exact(format!(" {}", item.id)).plain(why)
    }));
    let needed = plan.items.iter().filter_map(|i| Some((&i.id, i.kept_for.as_ref()?)));
    all.extend(needed.map(|(id, user)| {
        let why = format!(" is kept: {user} stays and works with it");
        StyledText::new().dim("=").exact(format!(" {id}")).plain(why)
    }));
    let foreign = plan.items.iter().filter_map(|i| i.foreign.as_ref());
    all.extend(foreign.map(|what| {
        StyledText::new().dim("=").plain(format!(" {what} does not belong to this stack and is left alone"))
    }));
    all.push(counts(plan, false));
    all.retain(|line| !line.is_empty());
    if all.is_empty() {
        return StyledText::new();
    }
    all.insert(0, head(destination));
    lines(all)
}

/// Where a plan changes things.
fn head(destination: &Destination) -> StyledText {
    StyledText::new().exact(destination)
}

/// The first two that stay as they are; the rest is counted.
fn unchanged(plan: &Plan) -> Option<StyledText> {
    let kept: Vec<_> = plan.items.iter().filter(|i| i.change.is_keep()).map(|i| i.id.to_string()).collect();
    let more = kept.len().saturating_sub(2);
    let rest = if more > 0 { format!(", {more} more") } else { String::new() };
    let names = kept.iter().take(2).cloned().collect::<Vec<_>>().join(", ");
    (!names.is_empty()).then(|| StyledText::new().dim("=").exact(format!(" {names}{rest}")))
}

/// A resource that changes, and how.
pub(super) fn resource(item: &Planned, detail: Detail, sides: Sides) -> Vec<StyledText> {
    match &item.change {
        Change::Keep => Vec::new(),
        Change::Create => vec![StyledText::new().green("+").then(named(item))],
        Change::Delete => {
            let loses = item.loses.as_ref().map(|what| format!(", with {what}")).unwrap_or_default();
            vec![StyledText::new().red("-").then(named(item)).plain(loses)]
        }
        Change::Update(changed) => {
            let head = StyledText::new().yellow("~").then(named(item));
            std::iter::once(head).chain(fields::changed(item.words, changed, detail, sides)).collect()
        }
    }
}

/// The id, and beside it what AWS calls the thing.
fn named(item: &Planned) -> StyledText {
    let id = StyledText::new().exact(format!(" {}", item.id));
    if item.aws_name.is_empty() { id } else { id.plain("  ").dim(&item.aws_name) }
}

fn counts(plan: &Plan, unchanged: bool) -> StyledText {
    let of = |wanted: fn(&Change) -> bool| plan.items.iter().filter(|i| wanted(&i.change)).count();
    let all = [
        (of(|c| *c == Change::Create), "to create"),
        (of(|c| matches!(c, Change::Update(_))), "to update"),
        (of(|c| *c == Change::Delete), "to delete"),
        (if unchanged { of(Change::is_keep) } else { 0 }, "unchanged"),
    ];
    let some: Vec<_> = all.iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("{n} {what}")).collect();
    StyledText::new().exact(some.join(", "))
}
