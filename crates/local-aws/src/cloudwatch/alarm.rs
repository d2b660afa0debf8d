//! An alarm as data.

use super::query::{Measure, Query};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

#[derive(Debug, Clone, Serialize)]
pub(crate) struct Alarm {
    /// The members of PutMetricAlarm, as AWS gives them back.
    pub definition: Map<String, Value>,
    #[serde(skip)]
    pub rule: Rule,
    pub tags: BTreeMap<String, String>,
    #[serde(skip)]
    pub state: AlarmState,
    #[serde(skip)]
    pub updated: Timestamp,
    /// Until then it waits for data.
    #[serde(skip)]
    pub warm: Option<WarmUp>,
    /// The last full minute of which it was decided, in seconds since 1970.
    #[serde(skip)]
    pub evaluated: i64,
}

/// When it goes off.
#[derive(Debug, Clone)]
pub(crate) struct Rule {
    pub watched: Watched,
    /// Seconds.
    pub period: i64,
    pub evaluation_periods: usize,
    pub datapoints_to_alarm: usize,
    pub threshold: f64,
    pub comparison: Comparison,
    pub missing: Missing,
}

#[derive(Debug, Clone)]
pub(crate) enum Watched {
    Measure(Measure),
    /// Queries, and the id of the one that counts.
    Math(Vec<Query>, String),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Comparison {
    GreaterOrEqual,
    Greater,
    Less,
    LessOrEqual,
}

/// What a period without data counts as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Missing {
    #[default]
    Unknown,
    Ignore,
    Breaching,
    NotBreaching,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct WarmUp {
    pub until: Timestamp,
    /// Also where there is data enough before.
    pub in_full: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum StateValue {
    Ok,
    Alarm,
    InsufficientData,
}

#[derive(Debug, Clone)]
pub(crate) struct AlarmState {
    pub value: StateValue,
    pub reason: String,
    /// A JSON document, or empty.
    pub data: String,
    /// When value or reason changed last.
    pub updated: Timestamp,
    /// When the value did.
    pub transitioned: Timestamp,
}

impl AlarmState {
    pub(crate) fn new(now: Timestamp) -> Self {
        Self {
            value: StateValue::InsufficientData,
            reason: "Unchecked: Initial alarm creation".to_owned(),
            data: String::new(),
            updated: now,
            transitioned: now,
        }
    }
}

impl StateValue {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Ok => "OK",
            Self::Alarm => "ALARM",
            Self::InsufficientData => "INSUFFICIENT_DATA",
        }
    }

    /// The member that has the actions on coming into this state.
    pub(crate) fn actions(self) -> &'static str {
        match self {
            Self::Ok => "OKActions",
            Self::Alarm => "AlarmActions",
            Self::InsufficientData => "InsufficientDataActions",
        }
    }
}

impl Missing {
    pub(crate) fn of(word: &str) -> Option<Self> {
        Some(match word {
            "missing" => Self::Unknown,
            "ignore" => Self::Ignore,
            "breaching" => Self::Breaching,
            "notBreaching" => Self::NotBreaching,
            _ => return None,
        })
    }
}

impl Comparison {
    /// `None` for a word of anomaly detection.
    pub(crate) fn of(word: &str) -> Option<Self> {
        Some(match word {
            "GreaterThanOrEqualToThreshold" => Self::GreaterOrEqual,
            "GreaterThanThreshold" => Self::Greater,
            "LessThanThreshold" => Self::Less,
            "LessThanOrEqualToThreshold" => Self::LessOrEqual,
            _ => return None,
        })
    }

    pub(crate) fn breaches(self, value: f64, threshold: f64) -> bool {
        match self {
            Self::GreaterOrEqual => value >= threshold,
            Self::Greater => value > threshold,
            Self::Less => value < threshold,
            Self::LessOrEqual => value <= threshold,
        }
    }

    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::GreaterOrEqual => "greater than or equal to",
            Self::Greater => "greater than",
            Self::Less => "less than",
            Self::LessOrEqual => "less than or equal to",
        }
    }
}

impl WarmUp {
    /// The warm-up that a definition asks for, from now on.
    pub(crate) fn of(definition: &Map<String, Value>, now: Timestamp) -> Option<Self> {
        let asked = definition.get("WarmUpConfiguration")?;
        let minutes = asked["WarmUpPeriodDurationInMinutes"].as_i64()?;
        let until = now.checked_add(SignedDuration::from_mins(minutes)).unwrap_or(Timestamp::MAX);
        Some(Self { until, in_full: asked["OnlyStartEvaluatingAfterWarmUpPeriodEnds"] == true })
    }
}

impl Alarm {
    pub(crate) fn actions_enabled(&self) -> bool {
        self.definition["ActionsEnabled"] == true
    }

    /// The ARNs of what is done on coming into a state.
    pub(crate) fn actions(&self, state: StateValue) -> Vec<String> {
        let all = self.definition.get(state.actions()).and_then(Value::as_array);
        all.into_iter().flatten().filter_map(|arn| arn.as_str().map(str::to_owned)).collect()
    }

    /// As AWS gives it back.
    pub(crate) fn shown(&self, arn: &str) -> Value {
        let mut shown = self.definition.clone();
        shown.insert("AlarmArn".to_owned(), json!(arn));
        shown.insert("AlarmConfigurationUpdatedTimestamp".to_owned(), json!(seconds(self.updated)));
        shown.insert("StateValue".to_owned(), json!(self.state.value));
        shown.insert("StateReason".to_owned(), json!(self.state.reason));
        if !self.state.data.is_empty() {
            shown.insert("StateReasonData".to_owned(), json!(self.state.data));
        }
        shown.insert("StateUpdatedTimestamp".to_owned(), json!(seconds(self.state.updated)));
        shown.insert("StateTransitionedTimestamp".to_owned(), json!(seconds(self.state.transitioned)));
        Value::Object(shown)
    }
}

/// Seconds since 1970 with milliseconds.
#[expect(clippy::cast_precision_loss, reason = "milliseconds of any date to come fit")]
pub(crate) fn seconds(time: Timestamp) -> f64 {
    time.as_millisecond() as f64 / 1000.0
}
