//! Statistics: what one number is made of the samples of a period.

use super::sample::Sample;

#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Statistic {
    SampleCount,
    Average,
    Sum,
    Minimum,
    Maximum,
    /// `p95`: so many percent of the values are not above it.
    Percentile(f64),
    /// `tm90` or `TM(2%:98%)`: the average without the values outside of these percentiles.
    TrimmedMean(f64, f64),
}

impl Statistic {
    /// `None` for a word that is none of AWS's, or for one whose meaning is not emulated.
    pub(crate) fn of(word: &str) -> Option<Self> {
        Some(match word {
            "SampleCount" => Self::SampleCount,
            "Average" => Self::Average,
            "Sum" => Self::Sum,
            "Minimum" => Self::Minimum,
            "Maximum" => Self::Maximum,
            "IQM" => Self::TrimmedMean(25.0, 75.0),
            _ => return Self::extended(word),
        })
    }

    /// Percentiles and means of a part of the values.
    pub(crate) fn extended(word: &str) -> Option<Self> {
        if let Some(inner) = word.strip_prefix("TM(").and_then(|rest| rest.strip_suffix(')')) {
            let (from, to) = inner.split_once(':')?;
            let (from, to) = (bound(from, 0.0)?, bound(to, 100.0)?);
            return (from < to).then_some(Self::TrimmedMean(from, to));
        }
        match word.strip_prefix("tm") {
            Some(upper) => percent(upper).map(|upper| Self::TrimmedMean(0.0, upper)),
            None => percent(word.strip_prefix('p')?).map(Self::Percentile),
        }
    }

    /// `None` where the samples don't say it: there are none, or only sums where values are needed.
    pub(crate) fn over(self, samples: &[Sample]) -> Option<f64> {
        let count: f64 = samples.iter().map(|s| s.count).sum();
        let sum: f64 = samples.iter().map(|s| s.sum).sum();
        match self {
            _ if samples.is_empty() => None,
            Self::SampleCount => Some(count),
            Self::Sum => Some(sum),
            Self::Average => (count > 0.0).then(|| sum / count),
            Self::Minimum => samples.iter().map(|s| s.least).reduce(f64::min),
            Self::Maximum => samples.iter().map(|s| s.most).reduce(f64::max),
            Self::Percentile(percent) => percentile(&sorted(samples)?, percent / 100.0),
            Self::TrimmedMean(from, to) => trimmed_mean(&sorted(samples)?, from / 100.0, to / 100.0),
        }
    }
}

/// Digits with at most ten decimals, above 0 and up to 100.
fn percent(text: &str) -> Option<f64> {
    let plain = text.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    let percent: f64 = text.parse().ok().filter(|_| plain)?;
    (percent > 0.0 && percent <= 100.0).then_some(percent)
}

fn bound(text: &str, missing: f64) -> Option<f64> {
    if text.is_empty() { Some(missing) } else { percent(text.strip_suffix('%')?) }
}

/// Values with how often they were measured, from the smallest to the largest.
fn sorted(samples: &[Sample]) -> Option<Vec<(f64, f64)>> {
    let values: Option<Vec<_>> = samples.iter().map(|s| Some((s.value()?, s.count))).collect();
    let mut values = values?;
    values.sort_by(|a, b| a.0.total_cmp(&b.0));
    Some(values)
}

/// The smallest value that enough of the others are not above.
fn percentile(values: &[(f64, f64)], part: f64) -> Option<f64> {
    let all: f64 = values.iter().map(|(_, count)| count).sum();
    let mut seen = 0.0;
    let found = values.iter().find(|(_, count)| {
        seen += count;
        // What rounding adds must not cost a value.
        seen + 1e-9 >= all * part
    });
    found.or(values.last()).map(|(value, _)| *value)
}

fn trimmed_mean(values: &[(f64, f64)], from: f64, to: f64) -> Option<f64> {
    let all: f64 = values.iter().map(|(_, count)| count).sum();
    let (low, high) = (all * from, all * to);
    let (mut seen, mut sum, mut taken) = (0.0, 0.0, 0.0);
    for (value, count) in values {
        let inside = ((seen + count).min(high) - f64::max(seen, low)).max(0.0);
        (seen, sum, taken) = (seen + count, sum + value * inside, taken + inside);
    }
    (taken > 0.0).then(|| sum / taken)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn over(word: &str, values: &[f64]) -> Option<f64> {
        let samples: Vec<_> = values.iter().map(|v| Sample::once(0, *v)).collect();
        Statistic::of(word).and_then(|s| s.over(&samples))
    }

    #[test]
    fn each_statistic_is_one_number_of_the_values() {
        let values: Vec<f64> = (1..=100).map(f64::from).collect();
        for (word, expected) in [
            ("SampleCount", 100.0),
            ("Sum", 5050.0),
            ("Average", 50.5),
            ("Minimum", 1.0),
            ("Maximum", 100.0),
            ("p50", 50.0),
            ("p95", 95.0),
            ("p99.9", 100.0),
            ("p100", 100.0),
            ("tm90", 45.5),
            ("TM(10%:90%)", 50.5),
            ("IQM", 50.5),
        ] {
            assert_eq!(over(word, &values), Some(expected), "{word}");
        }
        assert_eq!(over("p95", &[7.0]), Some(7.0));
        assert_eq!(over("Average", &[]), None);
    }

    #[test]
    fn other_words_are_none() {
        for word in ["", "p", "p0", "p101", "p-1", "p1e1", "P95", "average", "TM(90%:10%)", "TM(1:2)", "sum"]
        {
            assert_eq!(Statistic::of(word), None, "{word}");
        }
    }

    #[test]
    fn of_a_sum_nobody_knows_the_percentiles() {
        let sum = Sample { at: 0, count: 3.0, sum: 6.0, least: 1.0, most: 3.0 };
        assert_eq!(Statistic::Average.over(&[sum]), Some(2.0));
        assert_eq!(Statistic::Percentile(50.0).over(&[sum]), None);
    }
}
