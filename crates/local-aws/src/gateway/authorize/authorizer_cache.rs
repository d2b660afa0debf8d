//! Answers of Lambda authorizers, kept for the authorizer's TTL.

use super::authorizer_answer::AuthorizerAnswer;
use jiff::Timestamp;
use std::{
    collections::HashMap,
    fmt,
    sync::{Mutex, PoisonError},
};

/// How many answers are kept at most; when it is full the ones that expired go.
const KEPT: usize = 10_000;

/// API, stage, authorizer, and the values of the identity sources.
pub(crate) type CallerKey = (String, String, String, Vec<String>);

/// Holds tokens as keys, and therefore shows nothing of them.
#[derive(Default)]
pub(crate) struct AuthorizerCache(Mutex<HashMap<CallerKey, (Timestamp, AuthorizerAnswer)>>);

impl fmt::Debug for AuthorizerCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AuthorizerCache")
    }
}

impl AuthorizerCache {
    pub(crate) fn get(&self, key: &CallerKey, now: Timestamp) -> Option<AuthorizerAnswer> {
        let answers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        answers.get(key).filter(|(until, _)| now < *until).map(|(_, answer)| answer.clone())
    }

    pub(crate) fn put(&self, key: CallerKey, until: Timestamp, now: Timestamp, answer: AuthorizerAnswer) {
        let mut answers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if answers.len() >= KEPT {
            answers.retain(|_, (until, _)| now < *until);
        }
        if answers.len() < KEPT {
            answers.insert(key, (until, answer));
        }
    }
}
