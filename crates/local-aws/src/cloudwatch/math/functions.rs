//! The functions of metric math.

use super::outcome::Outcome;
use crate::cloudwatch::series::{Series, Span};
use std::collections::{BTreeMap, BTreeSet};

/// Each with the least and the most arguments.
const ALL: [(&str, usize, usize); 21] = [
    ("ABS", 1, 1),
    ("AVG", 1, 1),
    ("CEIL", 1, 1),
    ("DATAPOINT_COUNT", 1, 1),
    ("DIFF", 1, 1),
    ("DIFF_TIME", 1, 1),
    ("FILL", 2, 2),
    ("FLOOR", 1, 1),
    ("IF", 2, 3),
    ("LOG", 1, 1),
    ("LOG10", 1, 1),
    ("MAX", 1, 1),
    ("METRICS", 0, 1),
    ("METRIC_COUNT", 1, 1),
    ("MIN", 1, 1),
    ("PERIOD", 1, 1),
    ("RATE", 1, 1),
    ("RUNNING_SUM", 1, 1),
    ("STDDEV", 1, 1),
    ("SUM", 1, 1),
    ("TIME_SERIES", 1, 1),
];
/// Of AWS, and not here.
const NOT_EMULATED: [&str; 16] = [
    "ANOMALY_DETECTION_BAND",
    "DAY",
    "DB_PERF_INSIGHTS",
    "EPOCH",
    "FIRST",
    "HOUR",
    "INSIGHT_RULE_METRIC",
    "LAMBDA",
    "LAST",
    "MINUTE",
    "MONTH",
    "REMOVE_EMPTY",
    "SEARCH",
    "SERVICE_QUOTA",
    "SLICE",
    "SORT",
];

/// # Errors
/// There is no such function, or it takes another number of arguments.
pub(crate) fn check(name: &str, arguments: usize) -> Result<(), String> {
    if NOT_EMULATED.contains(&name) {
        return Err(format!("{name} is not implemented by the local AWS"));
    }
    let (_, least, most) =
        ALL.iter().find(|(n, ..)| *n == name).ok_or_else(|| format!("Unsupported function {name}"))?;
    if (*least..=*most).contains(&arguments) {
        return Ok(());
    }
    Err(format!("{name} does not take {arguments} arguments"))
}

/// A function of one argument. `span` is the time that is asked about.
pub(crate) fn of_one(name: &str, argument: Outcome, span: Span) -> Result<Outcome, String> {
    match name {
        "ABS" => Ok(argument.map(f64::abs)),
        "CEIL" => Ok(argument.map(f64::ceil)),
        "FLOOR" => Ok(argument.map(f64::floor)),
        "LOG" => Ok(argument.map(f64::ln)),
        "LOG10" => Ok(argument.map(f64::log10)),
        "AVG" => Ok(over(argument, average)),
        "SUM" => Ok(over(argument, |values| Some(values.iter().sum()))),
        "MIN" => Ok(over(argument, |values| values.iter().copied().reduce(f64::min))),
        "MAX" => Ok(over(argument, |values| values.iter().copied().reduce(f64::max))),
        "STDDEV" => Ok(over(argument, deviation)),
        "METRIC_COUNT" => Ok(Outcome::Scalar(count(argument.all()?.len()))),
        "DATAPOINT_COUNT" => Ok(Outcome::Scalar(count(argument.one(name)?.points.len()))),
        "PERIOD" => argument.one(name).map(|series| Outcome::Scalar(float(series.period))),
        "TIME_SERIES" => Ok(Outcome::Series(constant(argument.scalar(name)?, span))),
        "RUNNING_SUM" => argument.each(|series| running_sum(&series)),
        "DIFF" => argument.each(|series| pairs(&series, |value, before, _| value - before)),
        "DIFF_TIME" => argument.each(|series| pairs(&series, |_, _, seconds| seconds)),
        "RATE" => argument.each(|series| pairs(&series, |value, before, seconds| (value - before) / seconds)),
        other => Err(format!("Unsupported function {other}")),
    }
}

/// Of one series the number over all its time; of several the series over all of them.
fn over(argument: Outcome, of: impl Fn(&[f64]) -> Option<f64>) -> Outcome {
    match argument {
        Outcome::Scalar(number) => Outcome::Scalar(number),
        Outcome::Series(series) => {
            let values: Vec<f64> = series.points.into_values().collect();
            Outcome::Scalar(of(&values).unwrap_or_default())
        }
        Outcome::Several(all) => {
            let times: BTreeSet<i64> = all.iter().flat_map(|s| s.points.keys().copied()).collect();
            let at = |time: &i64| all.iter().filter_map(|s| s.points.get(time).copied()).collect::<Vec<_>>();
            let points = times.iter().filter_map(|time| Some((*time, of(&at(time))?))).collect();
            Outcome::Series(Series { period: all.iter().map(|s| s.period).max().unwrap_or(60), points })
        }
    }
}

fn average(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / count(values.len()))
}

fn deviation(values: &[f64]) -> Option<f64> {
    let mean = average(values)?;
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    Some((squares / count(values.len())).sqrt())
}

fn running_sum(series: &Series) -> Series {
    let mut sum = 0.0;
    let points = series.points.iter().map(|(at, value)| {
        sum += value;
        (*at, sum)
    });
    Series { period: series.period, points: points.collect() }
}

/// Of each value, the one before it, and the seconds between.
fn pairs(series: &Series, of: impl Fn(f64, f64, f64) -> f64) -> Series {
    let next = series.points.iter().zip(series.points.iter().skip(1));
    let points = next.map(|((then, before), (now, value))| (*now, of(*value, *before, float(now - then))));
    Series { period: series.period, points: points.collect() }
}

/// Every period of a span that a series could have.
pub(crate) fn times(series: &Series, span: Span) -> impl Iterator<Item = i64> + use<> {
    let period = series.period.max(1);
    (0..).map(move |n| span.from + n * period).take_while(move |time| *time < span.to)
}

fn constant(number: f64, span: Span) -> Series {
    let empty = Series { period: 60, points: BTreeMap::new() };
    let points = times(&empty, span).map(|time| (time, number)).collect();
    Series { points, ..empty }
}

#[expect(clippy::cast_precision_loss, reason = "so many series and points there never are")]
fn count(number: usize) -> f64 {
    number as f64
}

#[expect(clippy::cast_precision_loss, reason = "seconds of any date to come fit")]
pub(crate) fn float(seconds: i64) -> f64 {
    seconds as f64
}
