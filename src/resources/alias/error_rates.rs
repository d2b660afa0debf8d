//! How often two versions fail, as CloudWatch counts it by the version that ran.

use super::{LIVE, wish::AliasOutput};
use crate::{
    aws::{Cloud, call, metric, metric_query},
    engine::Run,
};
use anyhow::Result;
use aws_sdk_cloudwatch::types::MetricDataQuery;
use std::{fmt, time::Duration};

/// Of one version, since a canary began.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Counted {
    pub calls: f64,
    pub errors: f64,
}

/// What has a share of the calls, beside what has the rest.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct ErrorRates {
    pub new: Counted,
    pub old: Counted,
}

/// Seconds of a figure of Lambda's.
const PERIOD: i32 = 60;

/// How far this machine's clock may be from AWS's, in seconds: what is signed further off is refused.
const SKEW: i64 = 300;

/// One error may be an accident.
const ERRORS: f64 = 2.0;

impl Counted {
    /// From 0 to 1.
    fn rate(self) -> f64 {
        if self.calls > 0.0 { self.errors / self.calls } else { 0.0 }
    }
}

impl ErrorRates {
    /// Until `elapsed` after `began`. A little before and after is counted too, for clocks that are off: the version that is to be
    /// replaced may have calls there, which say how often it fails.
    ///
    /// # Errors
    /// As the call.
    pub(crate) async fn read(
        cloud: &Cloud,
        alias: &AliasOutput,
        began: jiff::Timestamp,
        elapsed: Duration,
        run: &Run,
    ) -> Result<Self> {
        let new = alias.canary.clone().unwrap_or_default();
        let queries = [("new", &new), ("old", &alias.version)].into_iter().flat_map(|(id, version)| {
            ["Invocations", "Errors"]
                .map(|metric| query(&format!("{id}_{}", metric.to_lowercase()), metric, alias, version))
        });
        let time = |seconds: i64| aws_smithy_types::DateTime::from_secs(whole_minutes(seconds));
        let (began, elapsed) = (began.as_second(), i64::try_from(elapsed.as_secs())?);
        let request = aws_sdk_cloudwatch::Client::new(cloud.sdk()).get_metric_data();
        let request = request.start_time(time(began - SKEW)).end_time(time(began + elapsed + SKEW + 60));
        let request = request.set_metric_data_queries(Some(queries.collect()));
        let answer = call(run, "GetMetricData", || request.clone().send()).await?;
        let sum = |id: &str| {
            let of = answer.metric_data_results().iter().filter(|result| result.id() == Some(id));
            // The sum of nothing would be -0.
            of.flat_map(|result| result.values()).fold(0.0, |sum, value| sum + value)
        };
        let counted = |id: &str| Counted {
            calls: sum(&format!("{id}_invocations")),
            errors: sum(&format!("{id}_errors")),
        };
        Ok(Self { new: counted("new"), old: counted("old") })
    }

    /// Why the new version is not to go on: it fails more than twice as often as the old one.
    pub(crate) fn worse(&self) -> Option<String> {
        let limit = 2.0 * self.old.rate() + 0.01;
        (self.new.errors >= ERRORS && self.new.rate() > limit).then(|| self.to_string())
    }
}

/// A figure begins at a whole minute.
fn whole_minutes(seconds: i64) -> i64 {
    seconds / 60 * 60
}

fn query(id: &str, name: &str, alias: &AliasOutput, version: &str) -> MetricDataQuery {
    let resource = format!("{}:{LIVE}", alias.function);
    let of =
        [("FunctionName", alias.function.as_str()), ("Resource", &resource), ("ExecutedVersion", version)];
    metric_query(id, metric("AWS/Lambda", name, &of), "Sum", PERIOD)
}

impl fmt::Display for ErrorRates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { new, old } = self;
        write!(f, "{} of {} calls failed, before {} of {}", new.errors, new.calls, old.errors, old.calls)
    }
}

#[cfg(test)]
mod tests {
    use super::{Counted, ErrorRates};

    #[test]
    fn worse_is_more_than_twice_as_often_and_no_accident() {
        for (new, old, worse) in [
            ((10.0, 0.0), (90.0, 0.0), false),
            ((10.0, 1.0), (90.0, 0.0), false),
            ((10.0, 2.0), (90.0, 0.0), true),
            ((100.0, 10.0), (900.0, 60.0), false),
            ((100.0, 20.0), (900.0, 60.0), true),
            ((0.0, 0.0), (900.0, 900.0), false),
            ((2.0, 2.0), (0.0, 0.0), true),
            ((1000.0, 5.0), (9000.0, 0.0), false),
        ] {
            let counted = |(calls, errors)| Counted { calls, errors };
            let rates = ErrorRates { new: counted(new), old: counted(old) };
            assert_eq!(rates.worse().is_some(), worse, "{rates}");
        }
    }
}
