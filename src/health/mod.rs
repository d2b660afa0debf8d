//! How a stack is: what was called, how it went, what is used up, which alarms ring.
//!
//! Everything is asked at once, in at most three round trips; where the caller may not ask something, the rest is told, and the
//! right that is missing is named.

mod alarms;
mod budget;
mod each;
mod look;
mod numbers;
mod refusal;
mod release;
mod reports;
mod span;
mod usage;

pub use crate::resources::AlarmState;
use crate::{
    aws::Cloud,
    prices::Prices,
    resources::{own_api, tags_of},
    stack::Stack,
};
use anyhow::Result;
pub use budget::Spent;
use each::Each;
use look::Look;
pub use numbers::{ApiNumbers, FunctionNumbers, Times};
use refusal::refusal;
// Who makes up a look's answers.
#[cfg(any(test, feature = "testing"))]
pub use release::Canary;
pub use release::LiveRelease;
use reports::Report;
use serde::Serialize;
use span::Span;
use std::rc::Rc;
pub use usage::KeyUsage;

/// Everything that `metrics` tells.
#[derive(Debug, Serialize)]
pub struct Health {
    pub stack: String,
    pub region: String,
    /// UTC.
    pub from: String,
    pub until: String,
    /// Since when `pause` has shut the door.
    pub paused: Option<String>,
    pub api: Option<ApiNumbers>,
    pub functions: Vec<FunctionNumbers>,
    pub keys: Vec<KeyUsage>,
    pub alarms: Vec<AlarmState>,
    pub budget: Option<Spent>,
    /// What can't be told, or is not what it seems, and why.
    pub remarks: Vec<String>,
    /// Of GetMetricData, which is paid by their number.
    pub metrics_asked: usize,
    /// USD.
    pub costs: f64,
}

impl Health {
    /// Of the last `seconds`; `None`: the stack is not deployed.
    ///
    /// # Errors
    /// As the calls, but for rights that are missing.
    pub async fn read(stack: &Stack, cloud: &Rc<Cloud>, seconds: i64) -> Result<Option<Self>> {
        // Each look is one of its own time, also where one follows the other.
        cloud.forget_lists();
        let look = Look::at(stack, cloud, Span::last(seconds));
        let (caller, api, numbers, reports, releases, usage, alarms, budget) = tokio::join!(
            cloud.identify(),
            own_api(&look.aws),
            look.numbers(),
            look.reports(),
            look.releases(),
            look.usage(),
            look.alarms(),
            look.budget(),
        );
        caller?;
        let Some(api) = api? else { return Ok(None) };
        let mut remarks = look.other_apis().await?;
        let numbers = told(numbers, &mut remarks)?.unwrap_or_default();
        let mut functions = numbers.functions;
        add_reports(reports?, &mut functions, &mut remarks);
        add_releases(releases?, &mut functions, &mut remarks);
        let price = Prices::of(&cloud.region)?.each.metrics_asked;
        Ok(Some(Self {
            stack: stack.name.clone(),
            region: cloud.region.clone(),
            from: look.span.start_text(),
            until: look.span.end_text(),
            paused: tags_of(&api).remove(crate::aws::tags::PAUSED),
            api: numbers.api,
            functions,
            keys: told(usage, &mut remarks)?.unwrap_or_default(),
            alarms: told(alarms, &mut remarks)?.unwrap_or_default(),
            budget: told(budget, &mut remarks)?.flatten(),
            remarks,
            metrics_asked: numbers.asked,
            costs: f64::from(u32::try_from(numbers.asked)?) / 1000.0 * price,
        }))
    }
}

/// What was answered; a refusal is a remark that names the right.
fn told<T>(answer: Result<T>, remarks: &mut Vec<String>) -> Result<Option<T>> {
    match answer {
        Ok(it) => Ok(Some(it)),
        Err(error) => {
            remarks.push(refusal(error, "")?);
            Ok(None)
        }
    }
}

/// Starts and memory of each function.
fn add_reports(reports: Each<Report>, functions: &mut [FunctionNumbers], remarks: &mut Vec<String>) {
    for function in functions {
        let Some(report) = reports.of.get(&function.function) else { continue };
        function.starts = Some(report.starts);
        let starts = f64::from(report.starts);
        function.start_ms = (report.starts > 0).then(|| report.start_ms / starts);
        function.billed_ms = (report.calls > 0).then(|| report.billed_ms / f64::from(report.calls));
        function.memory_used = Some(report.memory_used).filter(|mb| *mb > 0);
        if report.cut {
            let key = &function.function;
            remarks
                .push(format!("{key} has more log lines than a look reads: its starts are the first ones'"));
        }
    }
    remarks.extend(reports.remarks);
}

/// What is live of each function.
fn add_releases(
    mut releases: Each<LiveRelease>,
    functions: &mut [FunctionNumbers],
    remarks: &mut Vec<String>,
) {
    for function in functions {
        function.release = releases.of.remove(&function.function);
    }
    remarks.append(&mut releases.remarks);
}
