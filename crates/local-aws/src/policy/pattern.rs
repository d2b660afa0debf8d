//! Wildcards and policy variables.

use super::document::{Context, Language};

/// A text in which `*` stands for any characters and `?` for one.
#[derive(Debug, Clone)]
pub(crate) struct Pattern(Vec<Token>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Token {
    One(char),
    AnyOne,
    AnyMany,
}

impl Pattern {
    /// Without variables.
    pub(crate) fn plain(text: &str) -> Self {
        Self(text.chars().map(token).collect())
    }

    /// With variables, where the language has them. `None` where a variable has no value: then nothing matches.
    pub(super) fn read(text: &str, language: Language, context: &Context) -> Option<Self> {
        if language == Language::Plain {
            return Some(Self::plain(text));
        }
        let mut tokens = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("${") {
            let (name, behind) = after.split_once('}')?;
            tokens.extend(before.chars().map(token));
            // A value is text: wildcards in it mean themselves.
            tokens.extend(variable(name, context)?.chars().map(Token::One));
            rest = behind;
        }
        tokens.extend(rest.chars().map(token));
        Some(Self(tokens))
    }

    /// Equality, for operators that compare without wildcards: there `*` and `?` are themselves.
    pub(crate) fn is(&self, text: &str) -> bool {
        self.0.iter().map(|t| t.char()).eq(text.chars())
    }

    pub(crate) fn to_lowercase(&self) -> Self {
        Self(self.0.iter().map(|t| t.to_lowercase()).collect())
    }

    pub(crate) fn matches(&self, text: &str) -> bool {
        let text: Vec<char> = text.chars().collect();
        let (mut at, mut in_text) = (0, 0);
        // Where to go on when the shortest reading of the last `*` turns out too short.
        let mut last_star: Option<(usize, usize)> = None;
        while in_text < text.len() {
            match self.0.get(at) {
                Some(Token::AnyMany) => {
                    last_star = Some((at, in_text));
                    at += 1;
                }
                Some(Token::AnyOne) => (at, in_text) = (at + 1, in_text + 1),
                Some(Token::One(c)) if *c == text[in_text] => (at, in_text) = (at + 1, in_text + 1),
                _ => {
                    let Some((star, from)) = last_star else { return false };
                    last_star = Some((star, from + 1));
                    (at, in_text) = (star + 1, from + 1);
                }
            }
        }
        self.0[at..].iter().all(|t| *t == Token::AnyMany)
    }
}

impl Token {
    fn char(self) -> char {
        match self {
            Self::One(c) => c,
            Self::AnyOne => '?',
            Self::AnyMany => '*',
        }
    }

    fn to_lowercase(self) -> Self {
        match self {
            Self::One(c) => Self::One(c.to_ascii_lowercase()),
            wildcard => wildcard,
        }
    }
}

fn token(c: char) -> Token {
    match c {
        '*' => Token::AnyMany,
        '?' => Token::AnyOne,
        c => Token::One(c),
    }
}

/// `${*}`, `${?}` and `${$}` are those characters; `${key, 'default'}` has a default.
fn variable(name: &str, context: &Context) -> Option<String> {
    if matches!(name, "*" | "?" | "$") {
        return Some(name.to_owned());
    }
    let (key, default) = name.split_once(',').map_or((name, None), |(k, d)| (k, Some(d)));
    let value = context.get(&key.trim().to_ascii_lowercase()).and_then(|values| values.first());
    value.cloned().or_else(|| default.map(|d| d.trim().trim_matches('\'').to_owned()))
}
