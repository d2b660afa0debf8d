//! What a stack can cost, as a table with its reasons, and as a line.

use super::{
    object::Object,
    text::{StyledText, lines},
};
use crate::cost::{Amount, CallCost, Cost, CostLine, MeasuredCost, UnitPrice, usd};
use serde_json::json;

/// Everything, for who asked.
pub(super) fn render(cost: &Cost) -> StyledText {
    let head = format!(
        "what {} can cost at most in {} (list prices of {}, no free tier)",
        cost.stack, cost.region, cost.prices_of
    );
    let mut all = vec![StyledText::new().exact(head)];
    if !cost.of_region {
        let text = format!("the table has no prices of {}: these are us-east-1's", cost.region);
        all.push(StyledText::new().yellow("note").exact(format!(": {text}")));
    }
    all.extend(table(cost));
    all.push(StyledText::from("a call"));
    all.extend(cost.calls.iter().flat_map(call));
    all.push(StyledText::from("and what the file can't limit"));
    all.extend(cost.rates.iter().map(rate));
    all.push(StyledText::new().dim(
        "AWS's quotas and throttles are best effort: a few calls more get through. What is refused costs nothing.",
    ));
    lines(all)
}

/// For who asked for something else.
pub(super) fn in_short(cost: &Cost) -> StyledText {
    let boundless: Vec<_> = cost.boundless().map(|line| line.what.as_str()).collect();
    let most = format!("{} a day, {} a month", usd(cost.most.day), usd(cost.most.month));
    let text = match (&boundless[..], cost.lines.len()) {
        ([], _) => format!("at most {most}"),
        (all, lines) if all.len() == lines => format!("no ceiling for {}", named(all)),
        (all, _) => format!("at most {most}, and no ceiling for {}", named(all)),
    };
    StyledText::from("cost on AWS: ").plain(text).exact(" (`lambdeploy cost` says why)")
}

pub(super) fn json_in_short(cost: &Cost) -> Object {
    let no_ceiling: Vec<_> = cost.boundless().map(|line| &line.what).collect();
    let Cost { most, currency, prices_of, .. } = cost;
    let short =
        json!({ "most": most, "no_ceiling": no_ceiling, "currency": currency, "prices_of": prices_of });
    Object::new().any("cost", short)
}

/// The first two, and how many more.
fn named(all: &[&str]) -> String {
    let more = all.len().saturating_sub(2);
    let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
    all.iter().take(2).copied().collect::<Vec<_>>().join(", ") + &rest
}

fn table(cost: &Cost) -> Vec<StyledText> {
    let width = cost.lines.iter().map(|line| line.what.chars().count()).max().unwrap_or_default().max(4);
    let left = |what: &str| StyledText::from(format!("  {what:width$}"));
    let columns = |day: &str, month: &str| format!("  {day:>13}  {month:>13}");
    let sums = |most: &Amount| columns(&usd(most.day), &usd(most.month));
    let mut all = vec![left("").dim(columns("a day", "a month"))];
    for CostLine { what, most, why, key } in &cost.lines {
        let line = match most {
            Some(most) => left(what).exact(sums(most)),
            None => left(what).yellow(columns("no ceiling", "no ceiling")),
        };
        let write = key.map(|key| format!("; to limit it: `{key}`")).unwrap_or_default();
        all.push(line.plain(format!("  {why}{write}")));
    }
    let rest = if cost.boundless().next().is_some() { "  besides what has no ceiling" } else { "" };
    all.push(left("most").exact(sums(&cost.most)).plain(rest));
    all
}

fn call(it: &CallCost) -> Vec<StyledText> {
    let CallCost { function, request, second, longest, measured: was } = it;
    let line = StyledText::from(format!("  {function}: ")).exact(format!(
        "{}, and {} for each second that it runs; {} if it takes all its time",
        usd(*request),
        usd(*second),
        usd(*longest)
    ));
    std::iter::once(line).chain(was.iter().map(|was| measured(function, was))).collect()
}

fn measured(function: &str, it: &MeasuredCost) -> StyledText {
    let used = it.memory_used.map(|mb| format!(", and at most {mb} of its {} MB used", it.memory));
    StyledText::from(format!("  {function}: ")).exact(format!(
        "{} as it was: {:.0} ms billed on average, starts included{}",
        usd(it.call),
        it.billed_ms,
        used.unwrap_or_default()
    ))
}

fn rate(it: &UnitPrice) -> StyledText {
    StyledText::from(format!("  {}: ", it.what)).exact(format!("{} for a {}", usd(it.price), it.per))
}
