//! What alarms do on coming into a state: topics are told.

use super::{
    alarm::{Alarm, AlarmState},
    history::{HistoryItem, HistoryKind, add},
};
use crate::world::World;
use jiff::Timestamp;
use serde_json::json;

/// An alarm came from one state into another.
#[derive(Debug, Clone)]
pub(crate) struct Turn {
    pub at: Timestamp,
    /// In its new state.
    pub alarm: Alarm,
    pub before: AlarmState,
}

/// Tells everybody who is to be told.
pub(crate) fn carry_out(world: &mut World, account: &str, region: &str, turn: Turn) {
    if !turn.alarm.actions_enabled() {
        return;
    }
    let name = turn.alarm.definition["AlarmName"].as_str().unwrap_or_default().to_owned();
    for topic in turn.alarm.actions(turn.alarm.state.value) {
        let item = HistoryItem {
            alarm: name.clone(),
            at: turn.at,
            kind: HistoryKind::Action,
            summary: format!("Successfully executed action {topic}"),
            data: json!({ "actionState": "Succeeded", "notificationResource": topic }),
        };
        add(&mut world.region(account, region).cloudwatch.history, item);
    }
}
