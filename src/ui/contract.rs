//! The contract as a table: a tick, or what was seen instead and how to fix it.

use super::text::{Text, lines};
use crate::contract::{Outcome, Verdict};

pub(super) fn render(outcomes: &[Outcome]) -> Text {
    let broken = outcomes.iter().filter(|o| matches!(o.verdict, Verdict::Broken { .. })).count();
    let holds = outcomes.iter().filter(|o| o.verdict == Verdict::Holds).count();
    let sum = match broken {
        0 => Text::new().green(format!("the contract holds: {holds} promises")),
        _ => Text::new()
            .red(format!("the contract does not hold: {broken} of {} promises are broken", outcomes.len())),
    };
    lines(outcomes.iter().flat_map(row).chain([sum]))
}

fn row(outcome: &Outcome) -> Vec<Text> {
    let (mark, below) = match &outcome.verdict {
        Verdict::Holds => (Text::new().green("✓"), Vec::new()),
        Verdict::Unknown { why } => (Text::new().yellow("?"), vec![format!("not known: {why}")]),
        Verdict::Broken { seen, fix } => {
            let seen = seen.iter().map(|s| format!("seen: {s}"));
            let fix = format!("to fix it: {}", fix.replace('\n', "\n    "));
            (Text::new().red("✗"), seen.chain([fix]).collect())
        }
    };
    let head = Text::from("  ").then(mark).plain(format!(" {}", outcome.promise));
    let answer = outcome.answer.iter().map(|answer| Text::from("      ").dim(answer));
    let below = below.into_iter().map(|text| Text::from(format!("      {text}")));
    std::iter::once(head).chain(answer).chain(below).collect()
}
