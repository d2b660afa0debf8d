//! Reading what a caller sent.

use crate::{constraint::Failures, error::AwsError};
use serde::{Deserialize, Deserializer, de::DeserializeOwned};
use serde_json::Value;

/// The input as its shape. A member of another type is refused as AWS's deserializer does.
pub(crate) fn parse<T: DeserializeOwned>(input: Value) -> Result<T, AwsError> {
    serde_json::from_value(input).map_err(|error| {
        let text = error.to_string();
        let text = if text.contains("boolean") && text.contains("expected a string") {
            "class java.lang.Boolean can not be converted to an String".to_owned()
        } else {
            text
        };
        AwsError::new(400, "SerializationException", text)
    })
}

/// A number or flag from a query string: there it is text.
pub(crate) fn from_text<'de, D: Deserializer<'de>, T: std::str::FromStr>(
    from: D,
) -> Result<Option<T>, D::Error> {
    let value = Option::<Value>::deserialize(from)?;
    let Some(value) = value else { return Ok(None) };
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    text.parse().map(Some).map_err(|_| serde::de::Error::custom(format!("{text} can not be converted")))
}

/// A query parameter that may stand once or several times.
pub(crate) fn one_or_many<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Either {
        One(String),
        Many(Vec<String>),
    }
    Ok(match Either::deserialize(from)? {
        Either::One(one) => vec![one],
        Either::Many(many) => many,
    })
}

/// A status code.
pub(crate) fn check_status(failures: &mut Failures, value: Option<&str>) {
    failures.pattern("statusCode", value, r"[1-5]\d\d");
}

/// An empty text means "none" wherever AWS takes an optional text.
pub(crate) fn non_empty(text: Option<String>) -> Option<String> {
    text.filter(|t| !t.is_empty())
}
