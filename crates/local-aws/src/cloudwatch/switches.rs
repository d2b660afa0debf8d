//! What people do to alarms by hand: set a state, switch their actions on and off.

use super::{
    actions,
    alarm::StateValue,
    alarms::NamedAlarms,
    errors::no_alarm,
    evaluation,
    input::{cloudwatch, read},
    model,
};
use crate::{
    call::{Call, Reply},
    error::AwsError,
};
use serde::{Deserialize, de::IgnoredAny};
use serde_json::{Value, json};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct SetState {
    alarm_name: String,
    state_value: StateValue,
    state_reason: String,
    #[serde(default)]
    state_reason_data: String,
}

/// Until the next decision, which is about to come.
pub(crate) fn set_state(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let asked: SetState = read(input, &model::SET_ALARM_STATE)?;
    let data = &asked.state_reason_data;
    if !data.is_empty() && serde_json::from_str::<IgnoredAny>(data).is_err() {
        return Err(AwsError::new(400, "InvalidFormat", "StateReasonData is not valid JSON"));
    }
    evaluation::catch_up_of(call);
    let (now, name) = (call.now, asked.alarm_name);
    if !cloudwatch(call).alarms.contains_key(&name) {
        return Err(no_alarm(&name));
    }
    let state = (asked.state_value, asked.state_reason, asked.state_reason_data);
    if let Some(turn) = evaluation::enter(cloudwatch(call), &name, now, state) {
        actions::carry_out(call.world, &call.account, &call.region, turn);
    }
    Ok(Reply::Empty { status: 200 })
}

pub(crate) fn enable(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    switch(call, input, true)
}

pub(crate) fn disable(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    switch(call, input, false)
}

/// Names of no alarm are passed over.
fn switch(call: &mut Call<'_>, input: Value, enabled: bool) -> Result<Reply, AwsError> {
    let NamedAlarms { alarm_names } = read(input, &model::NAMED_ALARMS)?;
    evaluation::catch_up_of(call);
    let now = call.now;
    let alarms = &mut cloudwatch(call).alarms;
    for name in alarm_names {
        if let Some(alarm) = alarms.get_mut(&name) {
            alarm.definition.insert("ActionsEnabled".to_owned(), json!(enabled));
            alarm.updated = now;
        }
    }
    Ok(Reply::Empty { status: 200 })
}
