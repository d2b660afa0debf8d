//! What is wrong with an input, gathered, because AWS names all of it at once.

use super::{Rule, Shape, matches};
use crate::error::AwsError;
use std::{fmt::Display, ops::RangeInclusive};

/// A sentence for each constraint that was broken, in the order in which they were found.
#[derive(Debug, Default)]
pub(crate) struct Failures(Vec<String>);

impl Failures {
    /// A member that AWS requires.
    pub(crate) fn required<T>(&mut self, place: &str, value: Option<&T>) {
        if value.is_none() {
            self.0.push(format!("Value null at '{place}' failed to satisfy constraint: {}", Rule::NotNull));
        }
    }

    /// A text of a length and a pattern.
    pub(crate) fn shape(&mut self, place: &str, text: &str, shape: Shape) {
        let (least, most) = shape.length;
        self.broken(place, text, Rule::on_length(text.chars().count(), least..=most));
        if let Some((pattern, holds)) = shape.pattern
            && !holds(text)
        {
            self.broken(place, text, Some(Rule::Pattern(pattern)));
        }
    }

    /// A text of at most `most` characters.
    pub(crate) fn length(&mut self, place: &str, text: Option<&str>, most: usize) {
        if let Some(text) = text {
            self.broken(place, text, Rule::on_length(text.chars().count(), 0..=most));
        }
    }

    /// A text that a pattern of AWS's model matches as a whole.
    pub(crate) fn pattern(&mut self, place: &str, text: Option<&str>, pattern: &'static str) {
        if let Some(text) = text
            && !matches(pattern, text)
        {
            self.broken(place, text, Some(Rule::Pattern(pattern)));
        }
    }

    /// A number between two bounds, both included.
    pub(crate) fn range(&mut self, place: &str, value: Option<i64>, allowed: RangeInclusive<i64>) {
        if let Some(value) = value {
            self.broken(place, value, Rule::on_value(value, allowed));
        }
    }

    /// One of a set of words, in the order in which AWS names them.
    pub(crate) fn one_of(&mut self, place: &str, word: Option<&str>, allowed: &[&str]) {
        if let Some(word) = word {
            self.broken(place, word, Rule::on_word(word, allowed));
        }
    }

    /// How many items a list or map may have.
    pub(crate) fn count(&mut self, place: &str, items: usize, allowed: RangeInclusive<usize>) {
        let shown = if items < *allowed.start() { "[]" } else { "[...]" };
        self.broken(place, shown, Rule::on_length(items, allowed));
    }

    /// A list of at most `most` items, each of which satisfies `each`, whose sentence is `constraint`.
    pub(crate) fn list(
        &mut self,
        place: &str,
        items: &[String],
        most: usize,
        constraint: &str,
        each: impl Fn(&str) -> bool,
    ) {
        let value = format!("[{}]", items.join(", "));
        self.broken(place, &value, Rule::on_length(items.len(), 0..=most));
        if !items.iter().all(|item| each(item)) {
            self.fail(place, &value, format!("Member must satisfy constraint: [{constraint}]"));
        }
    }

    /// A constraint on a member whose value AWS does not repeat, because it may be a secret.
    pub(crate) fn secret(&mut self, place: &str, holds: bool, constraint: &str) {
        if !holds {
            self.0.push(format!("Value at '{place}' failed to satisfy constraint: {constraint}"));
        }
    }

    /// Anything that a sentence can say.
    pub(crate) fn fail(&mut self, place: &str, value: impl Display, constraint: impl Display) {
        self.0.push(format!("Value '{value}' at '{place}' failed to satisfy constraint: {constraint}"));
    }

    fn broken(&mut self, place: &str, value: impl Display, rule: Option<Rule>) {
        if let Some(rule) = rule {
            self.fail(place, value, rule);
        }
    }

    /// The first sentence, where anything is wrong.
    pub(crate) fn first(&self) -> Option<&str> {
        self.0.first().map(String::as_str)
    }

    /// # Errors
    /// Status 400 and `code`, which each service names differently, with everything that was wrong:
    /// "2 validation errors detected: Value '…' at '…' failed to satisfy constraint: …; Value …".
    pub(crate) fn finish(self, code: &str) -> Result<(), AwsError> {
        let noun = match self.0.len() {
            0 => return Ok(()),
            1 => "error",
            _ => "errors",
        };
        let text = format!("{} validation {noun} detected: {}", self.0.len(), self.0.join("; "));
        Err(AwsError::new(400, code, text))
    }
}
