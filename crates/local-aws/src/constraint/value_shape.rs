//! The shapes of inputs as values, and whether an input has its shape.

use super::{Failures, Rule, Shape, lower_first};
use crate::error::AwsError;
use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

/// What AWS's model says of a value.
pub(crate) enum ValueShape {
    Text(Shape),
    OneOf(&'static [&'static str]),
    /// At least, at most.
    Number(i64, i64),
    /// Any number.
    Double,
    /// Seconds since 1970.
    Time,
    Truth,
    /// Of what, how many at least, how many at most.
    List(&'static ValueShape, usize, usize),
    /// Texts to what.
    Map(Shape, &'static ValueShape),
    Structure(&'static [Member]),
    /// Nothing is asked of it, because it is refused whatever it is.
    Unread,
}

pub(crate) enum Member {
    Required(&'static str, &'static ValueShape),
    Optional(&'static str, &'static ValueShape),
}

impl ValueShape {
    /// # Errors
    /// `SerializationException` for a value of another kind; otherwise everything that is wrong, in one error of
    /// `code`, which each service names differently.
    pub(crate) fn check(&self, input: &Value, code: &str) -> Result<(), AwsError> {
        let mut broken = Failures::default();
        self.check_at("", input, &mut broken)?;
        broken.finish(code)
    }

    /// Turns the texts of the query protocol, and whole numbers, into what the shape says that they are. What can't be turned stays, and
    /// [`Self::check`] refuses it.
    pub(crate) fn read_texts(&self, value: &mut Value) {
        match (self, value) {
            (Self::Structure(members), Value::Object(given)) => {
                for Member::Required(name, shape) | Member::Optional(name, shape) in *members {
                    if let Some(value) = given.get_mut(*name) {
                        shape.read_texts(value);
                    }
                }
            }
            (Self::List(of, ..), Value::Array(items)) => {
                items.iter_mut().for_each(|item| of.read_texts(item));
            }
            // A whole number is written without a point, and is a double all the same.
            (Self::Double, value @ Value::Number(_)) => *value = json!(value.as_f64()),
            // An empty list is written as `Name=`.
            (Self::List(..), value @ Value::String(_)) if *value == "" => *value = json!([]),
            (shape, value) => {
                if let Some(read) = value.as_str().and_then(|text| shape.of_text(text)) {
                    *value = read;
                }
            }
        }
    }

    fn of_text(&self, text: &str) -> Option<Value> {
        match self {
            Self::Double => text.parse::<f64>().map(|n| json!(n)).ok(),
            Self::Number(..) => {
                text.parse::<i64>().map(|n| json!(n)).or_else(|_| text.parse::<f64>().map(|n| json!(n))).ok()
            }
            Self::Truth => text.parse::<bool>().map(|truth| json!(truth)).ok(),
            Self::Time => text.parse::<Timestamp>().map(|time| json!(time.as_duration().as_secs_f64())).ok(),
            _ => None,
        }
    }

    fn check_at(&self, place: &str, value: &Value, broken: &mut Failures) -> Result<(), AwsError> {
        match (self, value) {
            (Self::Text(shape), Value::String(text)) => broken.shape(place, text, *shape),
            (Self::OneOf(words), Value::String(text)) => broken.one_of(place, Some(text.as_str()), words),
            (Self::Number(least, most), Value::Number(_)) => bounded(place, value, (*least, *most), broken),
            (Self::List(of, least, most), Value::Array(items)) => {
                broken.count(place, items.len(), *least..=*most);
                for (n, item) in items.iter().enumerate() {
                    of.check_at(&format!("{place}.{}.member", n + 1), item, broken)?;
                }
            }
            (Self::Map(key, of), Value::Object(entries)) => {
                for (name, item) in entries {
                    broken.shape(place, name, *key);
                    of.check_at(&format!("{place}.{name}.member"), item, broken)?;
                }
            }
            (Self::Structure(members), Value::Object(given)) => {
                members.iter().try_for_each(|member| member.check_in(place, given, broken))?;
            }
            (Self::Time | Self::Double, Value::Number(_))
            | (Self::Truth, Value::Bool(_))
            | (Self::Unread, _) => {}
            _ => return Err(other_kind(place)),
        }
        Ok(())
    }
}

impl Member {
    fn check_in(
        &self,
        place: &str,
        given: &Map<String, Value>,
        broken: &mut Failures,
    ) -> Result<(), AwsError> {
        let (Self::Required(name, shape) | Self::Optional(name, shape)) = self;
        let within =
            if place.is_empty() { lower_first(name) } else { format!("{place}.{}", lower_first(name)) };
        match given.get(*name) {
            None | Some(Value::Null) => {
                if matches!(self, Self::Required(..)) {
                    broken.required::<Value>(&within, None);
                }
                Ok(())
            }
            Some(value) => shape.check_at(&within, value, broken),
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "the bounds are small")]
fn bounded(place: &str, value: &Value, (least, most): (i64, i64), broken: &mut Failures) {
    let number = value.as_f64().unwrap_or(f64::INFINITY);
    if number < least as f64 {
        broken.fail(place, value, Rule::ValueAtLeast(least));
    } else if number > most as f64 {
        broken.fail(place, value, Rule::ValueAtMost(most));
    }
}

/// A value that is no text where a text has to be, and the like.
pub(crate) fn other_kind(place: &str) -> AwsError {
    AwsError::new(400, "SerializationException", format!("the value at '{place}' is of another kind"))
}

/// An input that was checked, as what an operation needs of it. A member that is null is one that is missing.
///
/// # Errors
/// `SerializationException`: it is something else.
pub(crate) fn parsed<T: DeserializeOwned>(mut input: Value) -> Result<T, AwsError> {
    drop_nulls(&mut input);
    serde_json::from_value(input).map_err(|e| AwsError::new(400, "SerializationException", e))
}

fn drop_nulls(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.retain(|_, member| !member.is_null());
            members.values_mut().for_each(drop_nulls);
        }
        Value::Array(items) => items.iter_mut().for_each(drop_nulls),
        _ => {}
    }
}
