//! What a text of the stack file may look like.

use regex_lite::Regex;

/// What a text may look like.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rule {
    /// Completes "expected …".
    pub(crate) expected: &'static str,
    /// In the subset that Rust's and JavaScript's expressions share.
    pub(crate) pattern: Option<&'static str>,
    /// What `pattern` lets through and must not be.
    pub(crate) except: Option<&'static str>,
    /// In characters.
    pub(crate) max: usize,
    /// Numbers and `true` count as the text they are spelled with.
    pub(crate) spelled: bool,
    /// What to do about a text that does not fit.
    pub(crate) hint: fn(&str) -> Option<&'static str>,
}

impl Rule {
    pub(crate) const TEXT: Self = Self::any("text");
    /// Text for which `5` and `true` need no quotes.
    pub(crate) const PLAIN: Self = Self::TEXT.spelled();
    pub(crate) const LINE: Self = Self::new("text in one line", "^[^\\r\\n]+$");

    pub(crate) const fn any(expected: &'static str) -> Self {
        Self { expected, pattern: None, except: None, max: usize::MAX, spelled: false, hint: |_| None }
    }

    pub(crate) const fn new(expected: &'static str, pattern: &'static str) -> Self {
        Self { pattern: Some(pattern), ..Self::any(expected) }
    }

    pub(crate) const fn except(self, pattern: &'static str) -> Self {
        Self { except: Some(pattern), ..self }
    }

    pub(crate) const fn max(self, max: usize) -> Self {
        Self { max, ..self }
    }

    pub(crate) const fn spelled(self) -> Self {
        Self { spelled: true, ..self }
    }

    pub(crate) const fn hint(self, hint: fn(&str) -> Option<&'static str>) -> Self {
        Self { hint, ..self }
    }

    pub(crate) fn fits(&self, text: &str) -> bool {
        text.chars().count() <= self.max
            && self.pattern.is_none_or(|pattern| matches(pattern, text))
            && !self.except.is_some_and(|pattern| matches(pattern, text))
    }
}

/// A pattern that does not compile fits nothing; a test compiles them all.
fn matches(pattern: &str, text: &str) -> bool {
    Regex::new(pattern).is_ok_and(|regex| regex.is_match(text))
}
