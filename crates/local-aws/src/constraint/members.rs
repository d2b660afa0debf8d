//! Reading the members of an input whose shapes the caller knows.

use super::{Failures, Shape};
use crate::error::AwsError;
use serde_json::Value;
use std::{fmt::Display, ops::RangeInclusive};

/// Reads members by name, and gathers what is wrong with them.
pub(crate) struct Members<'a> {
    input: &'a Value,
    failures: Failures,
}

impl<'a> Members<'a> {
    pub(crate) fn of(input: &'a Value) -> Self {
        Self { input, failures: Failures::default() }
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
        if number.is_none() && !value.is_null() {
            self.fail(&lower_first(name), value, "Member must be a number");
        }
        self.failures.range(&lower_first(name), number, range);
        number
    }

    /// One of a set of words, where it is given.
    pub(crate) fn one_of(&mut self, name: &str, words: &[&str]) -> Option<&'a str> {
        let word = self.input[name].as_str();
        self.failures.one_of(&lower_first(name), word, words);
        word
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
        self.failures.count(place, items, count);
    }

    /// A list; missing is empty.
    pub(crate) fn list(&self, name: &str) -> &'a [Value] {
        self.input[name].as_array().map_or(&[], Vec::as_slice)
    }

    pub(crate) fn check_text(&mut self, place: &str, text: &str, shape: Shape) {
        self.failures.shape(place, text, shape);
    }

    pub(crate) fn missing(&mut self, name: &str) {
        self.failures.required::<()>(&lower_first(name), None);
    }

    pub(crate) fn fail(&mut self, place: &str, value: impl Display, constraint: impl Display) {
        self.failures.fail(place, value, constraint);
    }

    /// # Errors
    /// As [`Failures::finish`].
    pub(crate) fn finish(self, code: &str) -> Result<(), AwsError> {
        self.failures.finish(code)
    }
}

/// AWS names members in its sentences with a small first letter.
pub(crate) fn lower_first(name: &str) -> String {
    let mut chars = name.chars();
    chars.next().map(|c| c.to_lowercase().chain(chars).collect()).unwrap_or_default()
}
