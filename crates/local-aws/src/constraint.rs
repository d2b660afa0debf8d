//! What AWS's model says that an input's members must satisfy, and AWS's sentence when they don't.

use crate::error::{AwsError, validation_text};
use serde_json::Value;
use std::{fmt::Display, ops::RangeInclusive};

/// The shape of a string: characters, not bytes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shape {
    pub length: (usize, usize),
    pub pattern: Option<Pattern>,
}

/// A pattern as AWS prints it, with what it means.
pub(crate) type Pattern = (&'static str, fn(&str) -> bool);

/// Reads the members of an input and gathers what is wrong with them, because AWS names all of it at once.
pub(crate) struct Members<'a> {
    input: &'a Value,
    failures: Vec<String>,
}

impl<'a> Members<'a> {
    pub(crate) fn of(input: &'a Value) -> Self {
        Self { input, failures: Vec::new() }
    }

    /// A required string; empty where it is missing, which [`Self::finish`] then refuses.
    pub(crate) fn text(&mut self, name: &str, shape: Shape) -> &'a str {
        self.optional_text(name, shape).unwrap_or_else(|| {
            self.missing(name);
            ""
        })
    }

    pub(crate) fn optional_text(&mut self, name: &str, shape: Shape) -> Option<&'a str> {
        let text = self.input[name].as_str()?;
        self.check_text(&lower_first(name), text, shape);
        Some(text)
    }

    /// A number, which the query protocol writes as a string.
    pub(crate) fn number(&mut self, name: &str, range: RangeInclusive<i64>) -> Option<i64> {
        let value = &self.input[name];
        let number = value.as_i64().or_else(|| value.as_str()?.parse().ok());
        let Some(number) = number else {
            if !value.is_null() {
                self.fail(&lower_first(name), value, "Member must be a number");
            }
            return None;
        };
        if number < *range.start() {
            let least = range.start();
            self.fail(
                &lower_first(name),
                number,
                format!("Member must have value greater than or equal to {least}"),
            );
        } else if number > *range.end() {
            let most = range.end();
            self.fail(
                &lower_first(name),
                number,
                format!("Member must have value less than or equal to {most}"),
            );
        }
        Some(number)
    }

    /// One of a set of words, where it is given.
    pub(crate) fn one_of(&mut self, name: &str, words: &[&str]) -> Option<&'a str> {
        let text = self.input[name].as_str()?;
        if !words.contains(&text) {
            let set = words.join(", ");
            self.fail(&lower_first(name), text, format!("Member must satisfy enum value set: [{set}]"));
        }
        Some(text)
    }

    /// A list of strings of one shape, as many as `count` says; missing is empty.
    pub(crate) fn texts(&mut self, name: &str, count: RangeInclusive<usize>, shape: Shape) -> Vec<&'a str> {
        let texts: Vec<&str> = self.list(name).iter().filter_map(Value::as_str).collect();
        if !self.input[name].is_null() {
            self.count(&lower_first(name), texts.len(), count);
        }
        for text in &texts {
            self.check_text(&lower_first(name), text, shape);
        }
        texts
    }

    /// How many items a list or map may have.
    pub(crate) fn count(&mut self, place: &str, items: usize, count: RangeInclusive<usize>) {
        if items < *count.start() {
            let least = count.start();
            self.fail(place, "[]", format!("Member must have length greater than or equal to {least}"));
        } else if items > *count.end() {
            let most = count.end();
            self.fail(place, "[...]", format!("Member must have length less than or equal to {most}"));
        }
    }

    /// A list; missing is empty.
    pub(crate) fn list(&self, name: &str) -> &'a [Value] {
        self.input[name].as_array().map_or(&[], Vec::as_slice)
    }

    pub(crate) fn check_text(&mut self, place: &str, text: &str, shape: Shape) {
        let length = text.chars().count();
        let (least, most) = shape.length;
        if length < least {
            self.fail(place, text, format!("Member must have length greater than or equal to {least}"));
        } else if length > most {
            self.fail(place, text, format!("Member must have length less than or equal to {most}"));
        }
        if let Some((pattern, holds)) = shape.pattern
            && !holds(text)
        {
            self.fail(place, text, format!("Member must satisfy regular expression pattern: {pattern}"));
        }
    }

    pub(crate) fn missing(&mut self, name: &str) {
        let place = lower_first(name);
        self.failures
            .push(format!("Value null at '{place}' failed to satisfy constraint: Member must not be null"));
    }

    pub(crate) fn fail(&mut self, place: &str, value: impl Display, constraint: impl Display) {
        self.failures
            .push(format!("Value '{value}' at '{place}' failed to satisfy constraint: {constraint}"));
    }

    /// # Errors
    /// Status 400 and `code`, which each service names differently, with everything that was wrong.
    pub(crate) fn finish(self, code: &str) -> Result<(), AwsError> {
        if self.failures.is_empty() {
            return Ok(());
        }
        Err(AwsError::new(400, code, validation_text(&self.failures)))
    }
}

/// AWS names members in its sentences with a small first letter.
fn lower_first(name: &str) -> String {
    let mut chars = name.chars();
    chars.next().map(|c| c.to_lowercase().chain(chars).collect()).unwrap_or_default()
}
