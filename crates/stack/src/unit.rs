//! What the numbers of a stack file count. They stand there without their unit, and many people write it.

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unit {
    Megabytes,
    Seconds,
    Days,
}

impl Unit {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Megabytes => "MB",
            Self::Seconds => "seconds",
            Self::Days => "days",
        }
    }

    /// What a number with a unit is in this one: `1.5 GB` is 1536 MB. `None`: it is something else, or no whole number.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "it is digits, whole and below a billion"
    )]
    pub(crate) fn whole(self, text: &str) -> Option<u64> {
        let end = text.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (number, unit) = text.split_at(end);
        let times = self.times(unit.trim().to_ascii_lowercase().as_str())?;
        let value = number.parse::<f64>().ok()? * times;
        (value.fract() == 0.0 && value < 1e9).then_some(value as u64)
    }

    /// How many of this unit another one is.
    fn times(self, unit: &str) -> Option<f64> {
        let known: &[(&[&str], f64)] = match self {
            Self::Megabytes => &[(&["m", "mb", "mib"], 1.0), (&["g", "gb", "gib"], 1024.0)],
            Self::Seconds => &[
                (&["s", "sec", "secs", "second", "seconds"], 1.0),
                (&["m", "min", "mins", "minute", "minutes"], 60.0),
                (&["h", "hour", "hours"], 3600.0),
            ],
            Self::Days => &[
                (&["d", "day", "days"], 1.0),
                (&["w", "week", "weeks"], 7.0),
                (&["month", "months"], 30.0),
                (&["y", "year", "years"], 365.0),
            ],
        };
        known.iter().find(|(names, _)| names.contains(&unit)).map(|(_, times)| *times)
    }
}

#[cfg(test)]
mod tests {
    use super::Unit::{Days, Megabytes, Seconds};

    #[test]
    fn a_number_with_a_unit() {
        assert_eq!(Megabytes.whole("512MB"), Some(512));
        assert_eq!(Megabytes.whole("1.5 GB"), Some(1536));
        assert_eq!([Seconds.whole("30s"), Seconds.whole("2 min")], [Some(30), Some(120)]);
        assert_eq!([Days.whole("30d"), Days.whole("1 year")], [Some(30), Some(365)]);
        for text in ["512", "MB", "512 s", "0.3GB", "1..2MB", "99999999999GB", "é"] {
            assert_eq!(Megabytes.whole(text), None, "{text}");
        }
    }
}
