//! One line of `doctor`.

use crate::aws::{Class, failure_of, is_class};
use anyhow::{Error, Result};
use serde::Serialize;

/// How something will go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Outlook {
    Fine,
    /// It goes well today, and may not be what somebody wants.
    Beware,
    /// `up`, or the URL, will fail.
    Fails,
    /// It can't be told.
    Unknown,
}

/// What there is to say about one thing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Advice {
    pub about: &'static str,
    pub outlook: Outlook,
    /// What is, and what it means.
    pub text: String,
    /// What to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub todo: Option<String>,
}

impl Advice {
    pub(crate) fn fine(about: &'static str, text: impl Into<String>) -> Self {
        Self { about, outlook: Outlook::Fine, text: text.into(), todo: None }
    }

    pub(crate) fn beware(about: &'static str, text: impl Into<String>, todo: impl Into<String>) -> Self {
        Self { about, outlook: Outlook::Beware, text: text.into(), todo: Some(todo.into()) }
    }

    pub(crate) fn fails(about: &'static str, text: impl Into<String>, todo: impl Into<String>) -> Self {
        Self { about, outlook: Outlook::Fails, text: text.into(), todo: Some(todo.into()) }
    }

    pub(crate) fn unknown(about: &'static str, text: impl Into<String>, todo: Option<String>) -> Self {
        Self { about, outlook: Outlook::Unknown, text: text.into(), todo }
    }

    /// An error that a command would end with, in its words.
    pub(crate) fn failing(about: &'static str, error: &Error) -> Self {
        let words = format!("{error:#}");
        let (text, todo) = match words.split_once("\n  → ") {
            Some((text, todo)) => (text.to_owned(), Some(todo.to_owned())),
            None => (words, None),
        };
        Self { about, outlook: Outlook::Fails, text, todo }
    }
}

/// What was answered; a refusal is a line that names the right which is missing.
pub(super) fn told(about: &'static str, answer: Result<Vec<Advice>>) -> Vec<Advice> {
    let error = match answer {
        Ok(all) => return all,
        Err(error) => error,
    };
    let advice = match failure_of(&error) {
        Some(failure) if is_class(&error, Class::Denied) => {
            let text = format!("not known, because {} is refused", failure.operation);
            let right = failure.denied().unwrap_or_else(|| failure.operation.to_owned());
            let todo = format!("let the caller's policy allow {right} (`lambdeploy policy --for doctor`)");
            Advice::unknown(about, text, Some(todo))
        }
        _ => Advice { outlook: Outlook::Unknown, ..Advice::failing(about, &error) },
    };
    vec![advice]
}
