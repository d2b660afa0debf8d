//! The contract as a table: a tick, or what was seen instead and how to fix it.

use super::text::{StyledText, lines};
use crate::contract::{Finding, Verdict};

pub(super) fn render(findings: &[Finding]) -> StyledText {
    let broken = findings.iter().filter(|o| matches!(o.verdict, Verdict::Broken { .. })).count();
    let holds = findings.iter().filter(|o| o.verdict == Verdict::Holds).count();
    let unknown = match findings.len() - holds - broken {
        0 => String::new(),
        n => format!(", {n} not known"),
    };
    let sum = match broken {
        0 => StyledText::new().green(format!("the contract holds: {holds} promises{unknown}")),
        _ => StyledText::new()
            .red(format!("the contract does not hold: {broken} of {} promises are broken", findings.len())),
    };
    lines(findings.iter().flat_map(row).chain([sum]))
}

fn row(finding: &Finding) -> Vec<StyledText> {
    let (mark, below) = match &finding.verdict {
        Verdict::Holds => (StyledText::new().green("✓"), Vec::new()),
        Verdict::Unknown { why } => (StyledText::new().yellow("?"), vec![format!("not known: {why}")]),
        Verdict::Broken { seen, fix } => {
            let seen = seen.iter().map(|s| format!("seen: {s}"));
            let fix = format!("to fix it: {}", fix.replace('\n', "\n    "));
            (StyledText::new().red("✗"), seen.chain([fix]).collect())
        }
    };
    let head = StyledText::from("  ").then(mark).plain(format!(" {}", finding.promise));
    let answer = finding.answer.iter().map(|answer| StyledText::from("      ").dim(answer));
    let below = below.into_iter().map(|text| StyledText::from(format!("      {text}")));
    std::iter::once(head).chain(answer).chain(below).collect()
}
