//! Alarms change their states: what would have been decided at each full minute since somebody last looked is decided when
//! somebody looks, in the same order and with the same times. Nothing runs meanwhile.

use super::{
    actions::{self, Turn},
    alarm::{Alarm, AlarmState, Rule, StateValue, Watched},
    answers::Answers,
    history::{HistoryItem, HistoryKind, add},
    math::Outcome,
    query::Measure,
    sample::Sample,
    series::{Series, Span},
    sources,
    state::CloudWatch,
    verdict::{Point, SPARE_PERIODS, Verdict},
};
use crate::{
    call::Call,
    config::{Config, Consistency},
    world::{Region, World},
};
use jiff::Timestamp;
use serde_json::json;

const MINUTE: i64 = 60;
/// Minutes of which it is decided afterwards; of older ones nobody asks.
const MOST_MINUTES: i64 = 180;

/// The alarms of the caller's region are as they are now.
pub(crate) fn catch_up_of(call: &mut Call<'_>) {
    catch_up(call.world, &call.account, &call.region, call.now, call.config);
}

/// As [`catch_up_of`], for any region. What alarms have to tell is told.
pub(crate) fn catch_up(world: &mut World, account: &str, region: &str, now: Timestamp, config: &Config) {
    let names: Vec<String> = world.region(account, region).cloudwatch.alarms.keys().cloned().collect();
    let mut turns: Vec<Turn> = Vec::new();
    for name in names {
        turns.extend(Evaluation { name, now, config }.catch_up(world.region(account, region)));
    }
    turns.sort_by_key(|turn| turn.at);
    turns.into_iter().for_each(|turn| actions::carry_out(world, account, region, turn));
}

/// An alarm comes into a state; what there is to tell is given back.
pub(crate) fn enter(
    cloudwatch: &mut CloudWatch,
    name: &str,
    at: Timestamp,
    (value, reason, data): (StateValue, String, String),
) -> Option<Turn> {
    let alarm = cloudwatch.alarms.get_mut(name)?;
    let before = alarm.state.clone();
    let turned = before.value != value;
    let transitioned = if turned { at } else { before.transitioned };
    alarm.state = AlarmState { value, reason, data, updated: at, transitioned };
    if !turned {
        return None;
    }
    let turn = Turn { at, alarm: alarm.clone(), before };
    add(&mut cloudwatch.history, changed(&turn, name));
    Some(turn)
}

fn changed(turn: &Turn, name: &str) -> HistoryItem {
    let state = |state: &AlarmState| json!({ "stateValue": state.value, "stateReason": state.reason });
    let (before, after) = (&turn.before, &turn.alarm.state);
    HistoryItem {
        alarm: name.to_owned(),
        at: turn.at,
        kind: HistoryKind::StateUpdate,
        summary: format!("Alarm updated from {} to {}", before.value.word(), after.value.word()),
        data: json!({ "version": "1.0", "oldState": state(before), "newState": state(after) }),
    }
}

/// One alarm that is looked at.
struct Evaluation<'a> {
    name: String,
    now: Timestamp,
    config: &'a Config,
}

impl Evaluation<'_> {
    fn catch_up(&self, region: &mut Region) -> Vec<Turn> {
        let Some(alarm) = region.cloudwatch.alarms.get(&self.name).cloned() else { return Vec::new() };
        let last = full_minute(self.now);
        let first = (alarm.evaluated + MINUTE).max(last - MOST_MINUTES * MINUTE);
        let lag = i64::try_from(self.config.delays().metric_lag.as_millis()).unwrap_or(i64::MAX);
        let mut turns = Vec::new();
        let mut minute = first;
        while minute <= last {
            let moment = Timestamp::from_second(minute).unwrap_or(self.now);
            turns.extend(self.decide(region, minute, moment, minute * 1000 - lag));
            minute += MINUTE;
        }
        if self.config.consistency == Consistency::Instant {
            // What happened in the minute that is not over yet counts at once.
            turns.extend(self.decide(region, last + MINUTE, self.now, i64::MAX));
        }
        if let Some(alarm) = region.cloudwatch.alarms.get_mut(&self.name) {
            alarm.evaluated = alarm.evaluated.max(last);
        }
        turns
    }

    /// What the periods up to `end` say, by what was measured before `known` (milliseconds since 1970).
    fn decide(&self, region: &mut Region, end: i64, moment: Timestamp, known: i64) -> Option<Turn> {
        let alarm = region.cloudwatch.alarms.get(&self.name)?;
        let found = points(region, &alarm.rule, end, known);
        if waits(alarm, &found, moment) {
            return None;
        }
        let verdict = alarm.rule.verdict(&found, alarm.state.value)?;
        if verdict.state == alarm.state.value && !is_news(alarm, &verdict) {
            return None;
        }
        let data = verdict.data(&alarm.rule, moment).to_string();
        enter(&mut region.cloudwatch, &self.name, moment, (verdict.state, verdict.reason, data))
    }
}

/// The last full minute before a moment, in seconds since 1970.
pub(crate) fn full_minute(moment: Timestamp) -> i64 {
    moment.as_second() - moment.as_second().rem_euclid(MINUTE)
}

/// Whether it is still warming up.
fn waits(alarm: &Alarm, found: &[Point], moment: Timestamp) -> bool {
    let enough = found.len() >= alarm.rule.evaluation_periods;
    alarm.warm.is_some_and(|warm| moment < warm.until && (warm.in_full || !enough))
}

/// The first decision is told also where it is the state that the alarm was made in; later ones only where the state
/// changes, or it was set by hand.
fn is_news(alarm: &Alarm, verdict: &Verdict) -> bool {
    alarm.state.data.is_empty() && alarm.state.reason != verdict.reason
}

/// The data of the last periods up to `end`, newest first.
fn points(region: &Region, rule: &Rule, end: i64, known: i64) -> Vec<Point> {
    let periods = i64::try_from(rule.evaluation_periods + SPARE_PERIODS).unwrap_or(i64::MAX);
    let span = Span { from: end.saturating_sub(periods.saturating_mul(rule.period)), to: end };
    let fetch = |measure: &Measure| series(region, measure, span, known);
    let series = match &rule.watched {
        Watched::Measure(measure) => fetch(measure),
        Watched::Math(queries, id) => {
            let answers = Answers { queries, span, fetch: &fetch };
            // What is no one series has no data.
            match answers.of(id).and_then(Outcome::all).map(|all| all.into_iter().next()) {
                Ok(Some(series)) => series,
                Ok(None) | Err(_) => return Vec::new(),
            }
        }
    };
    series.points.iter().rev().map(|(at, value)| Point { at: *at, value: *value }).collect()
}

/// A statistic of a metric in a span, by what was measured before `known`.
pub(crate) fn series(region: &Region, measure: &Measure, span: Span, known: i64) -> Series {
    let samples: Vec<Sample> = sources::samples(region, &measure.metric, measure.unit.as_deref(), known);
    Series::of(&samples, measure.statistic, span, measure.period)
}
