//! Functions that Lambda has put to sleep: the call that wakes one is lost, and so is every call until it is awake.

use super::{
    carrier::Carrier,
    check::ContractRun,
    finding::{Finding, Verdict},
    row::{Row, RowNeed},
};
use crate::engine::Interrupted;
use anyhow::Result;
use std::time::Duration;
use tokio::time::Instant;

/// Waking took 40 to 106 seconds where people measured it; AWS promises nothing.
const LONGEST: Duration = Duration::from_mins(3);

impl<C: Carrier> ContractRun<'_, C> {
    /// As [`ContractRun::run`], but what was lost on a function that sleeps is asked again when it is awake. `asleep` gives the
    /// names of those that are not.
    ///
    /// # Errors
    /// When interrupted; as `asleep`.
    pub async fn run_awake(
        &self,
        rows: &[Row],
        asleep: impl AsyncFn() -> Result<Vec<String>>,
    ) -> Result<Vec<Finding>> {
        let mut findings = self.run(rows).await?;
        while findings.iter().any(|o| o.lost) {
            match self.woken(&asleep).await? {
                Woken::NothingSlept => break,
                Woken::All => self.ask_again(rows, &mut findings).await?,
                Woken::NotYet(names) => {
                    findings.iter_mut().filter(|o| o.lost).for_each(|o| still_asleep(o, &names));
                    break;
                }
            }
        }
        Ok(findings)
    }

    async fn woken(&self, asleep: &impl AsyncFn() -> Result<Vec<String>>) -> Result<Woken> {
        let (since, mut wait, mut slept) = (Instant::now(), Duration::from_secs(1), false);
        loop {
            let names = asleep().await?;
            if names.is_empty() {
                return Ok(if slept { Woken::All } else { Woken::NothingSlept });
            }
            slept = true;
            let (names, waited) = (names.join(", "), since.elapsed());
            if waited + wait > LONGEST {
                return Ok(Woken::NotYet(names));
            }
            let (so_far, most) = (waited.as_secs(), LONGEST.as_secs());
            self.run.note(format!(
                "waiting for Lambda to wake {names}, which nobody called for weeks: {so_far} s of at most {most} s"
            ));
            self.run.stop.sleep(wait).await?;
            wait = (wait * 2).min(Duration::from_secs(8));
        }
    }

    /// Only rows that are asked of themselves get lost; their findings come first.
    async fn ask_again(&self, rows: &[Row], findings: &mut [Finding]) -> Result<(), Interrupted> {
        let asked = rows.iter().filter(|row| row.need == RowNeed::Nothing).zip(&*findings);
        let lost: Vec<Row> = asked.filter(|(_, o)| o.lost).map(|(row, _)| row.clone()).collect();
        let again = self.run(&lost).await?;
        for (finding, again) in findings.iter_mut().filter(|o| o.lost).zip(again) {
            *finding = again;
        }
        Ok(())
    }
}

enum Woken {
    NothingSlept,
    All,
    /// The names of those that sleep still.
    NotYet(String),
}

fn still_asleep(finding: &mut Finding, names: &str) {
    if let Verdict::Broken { fix, .. } = &mut finding.verdict {
        let most = LONGEST.as_secs();
        *fix = format!(
            "nobody called {names} for weeks, and Lambda has not woken it within {most} s; run `lambdeploy verify` again in some minutes"
        );
    }
}
