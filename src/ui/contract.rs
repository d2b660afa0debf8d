//! The contract as a table: a tick, or what was seen instead and how to mend it.

use super::style::Style;
use crate::contract::{Outcome, Verdict};

pub fn render(outcomes: &[Outcome], style: Style) -> String {
    let mut text: String = outcomes.iter().map(|outcome| row(outcome, style)).collect();
    let broken = outcomes.iter().filter(|o| matches!(o.verdict, Verdict::Broken { .. })).count();
    let holds = outcomes.iter().filter(|o| o.verdict == Verdict::Holds).count();
    text += &match broken {
        0 => style.green(&format!("the contract holds: {holds} promises")),
        _ => style
            .red(&format!("the contract does not hold: {broken} of {} promises are broken", outcomes.len())),
    };
    text
}

fn row(outcome: &Outcome, style: Style) -> String {
    let promise = &outcome.promise;
    let answer = outcome.answer.as_ref().map(|a| format!("      {}\n", style.dim(a))).unwrap_or_default();
    match &outcome.verdict {
        Verdict::Holds => format!("  {} {promise}\n{answer}", style.green("✓")),
        Verdict::Unknown { why } => format!("  {} {promise}\n      not known: {why}\n", style.yellow("?")),
        Verdict::Broken { seen, mend } => {
            let seen: String = seen.iter().map(|s| format!("      seen: {s}\n")).collect();
            format!(
                "  {} {promise}\n{answer}{seen}      to mend it: {}\n",
                style.red("✗"),
                mend.replace('\n', "\n    ")
            )
        }
    }
}
