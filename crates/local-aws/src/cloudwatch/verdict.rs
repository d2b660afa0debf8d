//! What the data of an alarm's last periods say, and in which words.

use super::alarm::{Missing, Rule, StateValue};
use jiff::Timestamp;
use serde_json::{Value, json};

/// Periods farther back that AWS looks at where some of the last ones have no data: of three it takes five (User Guide,
/// "Configuring how CloudWatch alarms treat missing data").
pub(crate) const SPARE_PERIODS: usize = 2;

/// The data of a period.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Point {
    /// The start of the period, in seconds since 1970.
    pub at: i64,
    pub value: f64,
}

/// What is decided.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Verdict {
    pub state: StateValue,
    pub reason: String,
    /// The points that it is decided by, newest first.
    pub points: Vec<Point>,
}

impl Rule {
    /// Decides by the points of the last periods and the spare ones, newest first. `None`: the state stays.
    pub(crate) fn verdict(&self, found: &[Point], before: StateValue) -> Option<Verdict> {
        let points: Vec<Point> = found.iter().take(self.evaluation_periods).copied().collect();
        let absent = self.evaluation_periods - points.len();
        let breaching = points.iter().filter(|p| self.comparison.breaches(p.value, self.threshold)).count();
        let state = self.state(&points, breaching, absent)?;
        let reason = self.reason(state, before, &points, breaching, absent);
        Some(Verdict { state, reason, points })
    }

    fn state(&self, points: &[Point], breaching: usize, absent: usize) -> Option<StateValue> {
        let alarm_if = |holds| Some(if holds { StateValue::Alarm } else { StateValue::Ok });
        let enough = breaching >= self.datapoints_to_alarm;
        let one_sided = points.len() == breaching;
        match self.missing {
            _ if absent == 0 || enough => alarm_if(enough),
            Missing::Breaching => alarm_if(breaching + absent >= self.datapoints_to_alarm),
            Missing::Unknown if points.is_empty() => Some(StateValue::InsufficientData),
            Missing::Unknown => alarm_if(one_sided),
            Missing::Ignore if one_sided => None,
            Missing::Ignore | Missing::NotBreaching => alarm_if(false),
        }
    }

    fn reason(
        &self,
        state: StateValue,
        before: StateValue,
        points: &[Point],
        breaching: usize,
        absent: usize,
    ) -> String {
        if state == StateValue::InsufficientData {
            let were = if absent == 1 { "datapoint was" } else { "datapoints were" };
            return format!("Insufficient Data: {absent} {were} unknown.");
        }
        if points.is_empty() {
            return self.nothing_came(absent);
        }
        let decisive = if state == StateValue::Alarm { breaching } else { points.len() - breaching };
        let not = if state == StateValue::Alarm { "" } else { "not " };
        let were = if decisive == 1 { "was" } else { "were" };
        let of = points.len();
        let shown: Vec<String> = points
            .iter()
            .filter(|p| self.comparison.breaches(p.value, self.threshold) == (state == StateValue::Alarm))
            .map(|point| format!("{} ({})", number(point.value), day_and_time(point.at)))
            .collect();
        let plural = if of == 1 { "datapoint" } else { "datapoints" };
        let turn = self.turn(state, before);
        format!(
            "Threshold Crossed: {decisive} out of the last {of} {plural} [{}] {were} {not}{} the threshold ({}){turn}.",
            shown.join(", "),
            self.comparison.words(),
            number(self.threshold),
        )
    }

    /// How many points it takes to come from the state before to this one.
    fn turn(&self, state: StateValue, before: StateValue) -> String {
        let needed = match state {
            StateValue::Alarm => self.datapoints_to_alarm,
            _ => self.evaluation_periods - self.datapoints_to_alarm + 1,
        };
        let plural = if needed == 1 { "datapoint" } else { "datapoints" };
        match (before, state) {
            (StateValue::Ok | StateValue::InsufficientData, StateValue::Alarm) => {
                format!(" (minimum {needed} {plural} for OK -> ALARM transition)")
            }
            (StateValue::Alarm, StateValue::Ok) => {
                format!(" (minimum {needed} {plural} for ALARM -> OK transition)")
            }
            _ => String::new(),
        }
    }

    fn nothing_came(&self, absent: usize) -> String {
        let treated = if self.missing == Missing::Breaching { "Breaching" } else { "NonBreaching" };
        let (periods, were) =
            if absent == 1 { ("period", "datapoint was") } else { ("periods", "datapoints were") };
        format!(
            "Threshold Crossed: no datapoints were received for {absent} {periods} and {absent} missing {were} treated as [{treated}]."
        )
    }
}

impl Verdict {
    /// `StateReasonData`, as of the moment at which it was decided.
    pub(crate) fn data(&self, rule: &Rule, now: Timestamp) -> Value {
        let time = |at: i64| long_time(Timestamp::from_second(at).unwrap_or_default());
        let oldest_first = self.points.iter().rev();
        let mut data = json!({
            "version": "1.0",
            "queryDate": long_time(now),
            "period": rule.period,
            "recentDatapoints": oldest_first.map(|p| p.value).collect::<Vec<_>>(),
            "threshold": rule.threshold,
            "evaluatedDatapoints":
                self.points.iter().map(|p| json!({ "timestamp": time(p.at), "value": p.value })).collect::<Vec<_>>(),
        });
        if let Some(oldest) = self.points.last() {
            data["startDate"] = json!(time(oldest.at));
        }
        data
    }
}

/// With one decimal at least, as Java prints it.
pub(crate) fn number(value: f64) -> String {
    format!("{value:?}")
}

/// `2026-11-29T21:45:00.000+0000`
pub(crate) fn long_time(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%S%.3f+0000").to_string()
}

fn day_and_time(at: i64) -> String {
    let time = Timestamp::from_second(at).unwrap_or_default();
    time.strftime("%d/%m/%y %H:%M:%S").to_string()
}
