//! What AWS's model demands of members. All that are broken are named together, as AWS does.

use crate::error::{AwsError, validation_text};
use regex_lite::Regex;
use std::{
    collections::HashMap,
    fmt::Display,
    sync::{LazyLock, Mutex, PoisonError},
};

/// The constraints that a request broke, in the order in which they were found.
#[derive(Debug, Default)]
pub(crate) struct Constraints(Vec<String>);

impl Constraints {
    /// Ends the request with `ValidationException` where any constraint was broken.
    pub(crate) fn check(self) -> Result<(), AwsError> {
        if self.0.is_empty() {
            return Ok(());
        }
        Err(AwsError::new(400, "ValidationException", validation_text(&self.0)))
    }

    /// A member that AWS requires.
    pub(crate) fn required<T>(&mut self, member: &str, value: Option<&T>) {
        if value.is_none() {
            self.0.push(format!(
                "Value null at '{member}' failed to satisfy constraint: Member must not be null"
            ));
        }
    }

    /// A number between two bounds, both included.
    pub(crate) fn range(&mut self, member: &str, value: Option<i64>, least: i64, most: i64) {
        let Some(value) = value else { return };
        if value < least {
            self.fail(value, member, format!("Member must have value greater than or equal to {least}"));
        }
        if value > most {
            self.fail(value, member, format!("Member must have value less than or equal to {most}"));
        }
    }

    /// A text of at most `most` characters.
    pub(crate) fn length(&mut self, member: &str, value: Option<&str>, most: usize) {
        if let Some(value) = value
            && value.chars().count() > most
        {
            self.fail(value, member, format!("Member must have length less than or equal to {most}"));
        }
    }

    /// A text that a pattern of AWS's model matches as a whole.
    pub(crate) fn pattern(&mut self, member: &str, value: Option<&str>, pattern: &'static str) {
        if let Some(value) = value
            && !matches(pattern, value)
        {
            let constraint = format!("Member must satisfy regular expression pattern: {pattern}");
            self.fail(value, member, constraint);
        }
    }

    /// Anything that a sentence can say.
    pub(crate) fn holds(&mut self, member: &str, value: &str, holds: bool, constraint: &str) {
        if !holds {
            self.fail(value, member, constraint.to_owned());
        }
    }

    /// One of a set of words.
    pub(crate) fn one_of(&mut self, member: &str, value: Option<&str>, allowed: &[&str]) {
        if let Some(value) = value
            && !allowed.contains(&value)
        {
            let set = allowed.join(", ");
            self.fail(value, member, format!("Member must satisfy enum value set: [{set}]"));
        }
    }

    /// A list of at most `most` items, each of which satisfies `each`, whose sentence is `constraint`.
    pub(crate) fn list(
        &mut self,
        member: &str,
        items: &[String],
        most: usize,
        constraint: &str,
        each: impl Fn(&str) -> bool,
    ) {
        let value = format!("[{}]", items.join(", "));
        if items.len() > most {
            self.fail(&value, member, format!("Member must have length less than or equal to {most}"));
        }
        if !items.iter().all(|i| each(i)) {
            self.fail(&value, member, format!("Member must satisfy constraint: [{constraint}]"));
        }
    }

    /// A constraint on a member whose value AWS does not repeat, because it may be a secret.
    pub(crate) fn secret(&mut self, member: &str, holds: bool, constraint: &str) {
        if !holds {
            self.0.push(format!("Value at '{member}' failed to satisfy constraint: {constraint}"));
        }
    }

    fn fail(&mut self, value: impl Display, member: &str, constraint: String) {
        self.0.push(format!("Value '{value}' at '{member}' failed to satisfy constraint: {constraint}"));
    }
}

/// Every pattern is compiled once.
static COMPILED: LazyLock<Mutex<HashMap<&'static str, Option<Regex>>>> = LazyLock::new(Mutex::default);

/// Whether a pattern of AWS's model matches all of `text`.
pub(crate) fn matches(pattern: &'static str, text: &str) -> bool {
    let mut compiled = COMPILED.lock().unwrap_or_else(PoisonError::into_inner);
    let regex = compiled.entry(pattern).or_insert_with(|| Regex::new(&format!("^(?:{pattern})$")).ok());
    regex.as_ref().is_some_and(|r| r.is_match(text))
}
