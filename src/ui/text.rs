//! What is to be printed, before it is: pieces of words with their colours.
//!
//! The [`super::sink`] hides the secrets in it and shows control characters as pictures. So words of others (AWS, a
//! build, a function) and ours are treated alike, and only what is marked may be printed as it is.

use anstyle::{AnsiColor, Style};
use std::fmt::Display;

/// Pieces of words with their colours.
#[derive(Debug, Clone, Default)]
pub struct Text(pub(super) Vec<Piece>);

#[derive(Debug, Clone)]
pub(super) struct Piece {
    pub words: String,
    pub style: Style,
    pub kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// May repeat a secret.
    Any,
    /// An id, a URL, a command, a key's value that was asked for: of no use with a part of it hidden.
    Exact,
    /// A snippet of the stack file that was drawn with colours.
    Drawn,
}

impl Text {
    pub fn new() -> Self {
        Self::default()
    }

    fn with(mut self, words: impl Display, style: Style, kind: Kind) -> Self {
        self.0.push(Piece { words: words.to_string(), style, kind });
        self
    }

    pub fn plain(self, words: impl Display) -> Self {
        self.with(words, Style::new(), Kind::Any)
    }

    /// What is of no use with a part of it hidden: an id, a URL, a command.
    pub fn exact(self, words: impl Display) -> Self {
        self.with(words, Style::new(), Kind::Exact)
    }

    pub(super) fn drawn(self, words: impl Display) -> Self {
        self.with(words, Style::new(), Kind::Drawn)
    }

    pub fn green(self, words: impl Display) -> Self {
        self.with(words, AnsiColor::Green.on_default(), Kind::Any)
    }

    pub fn yellow(self, words: impl Display) -> Self {
        self.with(words, AnsiColor::Yellow.on_default(), Kind::Any)
    }

    pub fn red(self, words: impl Display) -> Self {
        self.with(words, AnsiColor::Red.on_default(), Kind::Any)
    }

    pub fn dim(self, words: impl Display) -> Self {
        self.with(words, Style::new().dimmed(), Kind::Any)
    }

    pub fn then(mut self, other: impl Into<Self>) -> Self {
        self.0.extend(other.into().0);
        self
    }

    pub fn is_empty(&self) -> bool {
        self.0.iter().all(|piece| piece.words.is_empty())
    }
}

impl From<&str> for Text {
    fn from(words: &str) -> Self {
        Self::new().plain(words)
    }
}

impl From<String> for Text {
    fn from(words: String) -> Self {
        Self::new().plain(words)
    }
}

impl From<&String> for Text {
    fn from(words: &String) -> Self {
        Self::new().plain(words)
    }
}

impl FromIterator<Text> for Text {
    fn from_iter<I: IntoIterator<Item = Text>>(texts: I) -> Self {
        Self(texts.into_iter().flat_map(|text| text.0).collect())
    }
}

/// Lines below one another.
pub(super) fn lines(all: impl IntoIterator<Item = Text>) -> Text {
    let mut text = Text::new();
    for (index, line) in all.into_iter().enumerate() {
        if index > 0 {
            text = text.plain("\n");
        }
        text = text.then(line);
    }
    text
}
