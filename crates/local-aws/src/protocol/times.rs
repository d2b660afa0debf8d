//! Members that are times, in the services that speak several protocols: seconds since 1970 in all of them, but for XML.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

/// Whether the member of that name is a time, or a list of times. In CloudWatch's model it is in the name.
pub(crate) fn is_time(name: &str) -> bool {
    name.ends_with("Timestamp") || name.ends_with("Timestamps")
}

/// With times as texts, as XML has them.
pub(crate) fn as_texts(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            members.iter().map(|(name, value)| (name.clone(), member(name, value))).collect()
        }
        Value::Array(items) => items.iter().map(as_texts).collect(),
        other => other.clone(),
    }
}

fn member(name: &str, value: &Value) -> Value {
    match value {
        Value::Array(times) if is_time(name) => times.iter().map(text).collect(),
        Value::Number(_) if is_time(name) => text(value),
        other => as_texts(other),
    }
}

fn text(value: &Value) -> Value {
    let seconds = value.as_f64().and_then(|s| SignedDuration::try_from_secs_f64(s).ok());
    let time = seconds.and_then(|s| Timestamp::from_duration(s).ok());
    time.map_or_else(|| value.clone(), |time| json!(time.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_become_texts_and_nothing_else_does() {
        let value =
            json!({ "In": [{ "Timestamps": [0, 1.5], "Values": [2.5] }], "StateUpdatedTimestamp": 60 });
        let texts = json!({
            "In": [{ "Timestamps": ["1970-01-01T00:00:00.000Z", "1970-01-01T00:00:01.500Z"], "Values": [2.5] }],
            "StateUpdatedTimestamp": "1970-01-01T00:01:00.000Z",
        });
        assert_eq!(as_texts(&value), texts);
    }
}
