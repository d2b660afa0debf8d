//! The time that a look is about.

/// Points of a sparkline, about.
const POINTS: i64 = 24;
/// Seconds; CloudWatch's longest period.
const DAY: i64 = 86_400;

/// From when to when, in seconds since 1970.
#[derive(Debug, Clone, Copy)]
pub(super) struct Span {
    pub from: i64,
    pub until: i64,
}

impl Span {
    pub(super) fn last(seconds: i64) -> Self {
        let until = jiff::Timestamp::now().as_second();
        Self { from: until - seconds, until }
    }

    pub(super) fn start_ms(&self) -> i64 {
        self.from * 1000
    }

    pub(super) fn start_text(&self) -> String {
        text(self.from)
    }

    pub(super) fn end_text(&self) -> String {
        text(self.until)
    }

    /// Seconds of one part of a sparkline: a multiple of a minute.
    pub(super) fn part(&self) -> i32 {
        let part = (self.until - self.from) / POINTS;
        i32::try_from(whole_minutes(part).min(DAY)).unwrap_or(60)
    }

    /// Seconds of all of it, as far as one period goes.
    pub(super) fn whole(&self) -> i32 {
        i32::try_from(whole_minutes(self.until - self.from).min(DAY)).unwrap_or(60)
    }
}

fn whole_minutes(seconds: i64) -> i64 {
    ((seconds + 59) / 60).max(1) * 60
}

fn text(seconds: i64) -> String {
    jiff::Timestamp::from_second(seconds).unwrap_or_default().to_string()
}
