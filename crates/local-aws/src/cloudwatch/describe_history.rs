//! DescribeAlarmHistory: what happened to alarms.

use super::{
    alarm::seconds,
    evaluation,
    history::HistoryItem,
    input::{cloudwatch, read},
    model, page,
};
use crate::{
    call::{Call, Reply},
    error::AwsError,
};
use serde::Deserialize;
use serde_json::Value;

const USUAL: usize = 100;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Asked {
    alarm_name: Option<String>,
    alarm_types: Option<Vec<String>>,
    history_item_type: Option<String>,
    start_date: Option<f64>,
    end_date: Option<f64>,
    max_records: Option<usize>,
    next_token: Option<String>,
    scan_by: Option<String>,
}

/// The newest first, where nothing else is asked.
pub(crate) fn describe(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let asked: Asked = read(input, &model::DESCRIBE_ALARM_HISTORY)?;
    evaluation::catch_up_of(call);
    let config = call.config;
    let history = &cloudwatch(call).history;
    let numbered = history.iter().enumerate().filter(|(_, item)| asked.wants(item));
    let ascending = asked.scan_by.as_deref() == Some("TimestampAscending");
    // The keys of pages go up whichever way the list goes.
    let key = |n: usize| format!("{:020}", if ascending { n } else { usize::MAX - n });
    let mut items: Vec<(String, Value)> = numbered.map(|(n, item)| (key(n), item.shown())).collect();
    items.sort_by(|a, b| a.0.cmp(&b.0));
    let size = asked.max_records.unwrap_or(USUAL);
    let token = asked.next_token.as_deref();
    Ok(Reply::ok(page::cut(config, token, size, "AlarmHistoryItems", items.into_iter())?))
}

impl Asked {
    fn wants(&self, item: &HistoryItem) -> bool {
        let of_type = |types: &Vec<String>| types.is_empty() || types.iter().any(|t| t == "MetricAlarm");
        self.alarm_name.as_ref().is_none_or(|name| *name == item.alarm)
            && self.alarm_types.as_ref().is_none_or(of_type)
            && self.history_item_type.as_ref().is_none_or(|kind| kind == item.kind.word())
            && self.start_date.is_none_or(|start| seconds(item.at) >= start)
            && self.end_date.is_none_or(|end| seconds(item.at) <= end)
    }
}
