//! What Lambda's REPORT lines say: starts, how long they took, and memory.

use super::{each::Each, look::Look};
use crate::{
    aws::{FoundExt, call},
    resources::log_group_name,
};
use anyhow::Result;

/// Pages of 10,000 lines that are read of a function: more would take longer than a look should.
const PAGES: usize = 3;

/// The sum of a function's lines.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Report {
    pub calls: u32,
    /// Milliseconds that are billed, of all calls; starts are among them.
    pub billed_ms: f64,
    pub starts: u32,
    /// Milliseconds of all starts.
    pub start_ms: f64,
    /// The most, in MB.
    pub memory_used: u32,
    /// There are more lines than were read.
    pub cut: bool,
}

impl Look<'_> {
    pub(super) async fn reports(&self) -> Result<Each<Report>> {
        self.each(async |function| self.report(&function.name).await.map(Some)).await
    }

    async fn report(&self, function: &str) -> Result<Report> {
        let (mut report, mut next) = (Report::default(), None);
        for _ in 0..PAGES {
            let request = self.aws.cloud.logs.filter_log_events().log_group_name(log_group_name(function));
            let request = request.start_time(self.span.start_ms()).filter_pattern("REPORT");
            let request = request.set_next_token(next);
            // A group that is not there has no lines: the function was never called.
            let page = call(&self.run, "FilterLogEvents", || request.clone().send()).await.found()?;
            let Some(page) = page else { return Ok(report) };
            page.events().iter().filter_map(|e| e.message()).for_each(|line| report.add(line));
            next = page.next_token;
            if next.is_none() {
                return Ok(report);
            }
        }
        report.cut = true;
        Ok(report)
    }
}

impl Report {
    /// `REPORT RequestId: …  Duration: 3.01 ms  …  Max Memory Used: 64 MB  Init Duration: 210.55 ms`
    fn add(&mut self, line: &str) {
        if !line.starts_with("REPORT ") {
            return;
        }
        self.calls += 1;
        self.billed_ms += number(line, "Billed Duration: ").unwrap_or_default();
        if let Some(ms) = number(line, "Init Duration: ") {
            self.starts += 1;
            self.start_ms += ms;
        }
        let memory = number(line, "Max Memory Used: ").map_or(0, whole);
        self.memory_used = self.memory_used.max(memory);
    }
}

/// The number behind `name`.
fn number(line: &str, name: &str) -> Option<f64> {
    let (_, rest) = line.split_once(name)?;
    rest.split_whitespace().next()?.parse().ok()
}

/// Of MB, which Lambda writes as whole ones.
fn whole(number: f64) -> u32 {
    format!("{number:.0}").parse().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::Report;

    #[test]
    fn a_report_line() {
        let mut report = Report::default();
        let line = |rest: &str| {
            format!(
                "REPORT RequestId: 1\tDuration: 3.01 ms\tBilled Duration: 4 ms\tMemory Size: 128 MB\t{rest}"
            )
        };
        report.add(&line("Max Memory Used: 64 MB\tInit Duration: 210.5 ms\t\n"));
        report.add(&line("Max Memory Used: 96 MB\t\n"));
        report.add("what a function says about a REPORT with Init Duration: 9 ms");
        let wanted =
            Report { calls: 2, billed_ms: 8.0, starts: 1, start_ms: 210.5, memory_used: 96, cut: false };
        assert_eq!(report, wanted);
    }
}
