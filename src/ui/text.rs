//! What is to be printed, before it is: pieces of words with their colours.
//!
//! The [`super::sink`] hides the secrets in it and shows control characters as pictures. So words of others (AWS, a
//! build, a function) and ours are treated alike, and only what is marked may be printed as it is.

use anstyle::{AnsiColor, Style};
use std::fmt::Display;

/// Pieces of words with their colours.
#[derive(Debug, Clone, Default)]
pub(crate) struct StyledText(pub(super) Vec<Piece>);

#[derive(Debug, Clone)]
pub(super) struct Piece {
    pub words: String,
    pub style: Style,
    pub kind: PieceKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PieceKind {
    /// May repeat a secret.
    Any,
    /// An id, a URL, a command, a key's value that was asked for: of no use with a part of it hidden.
    Exact,
    /// A snippet of the stack file that was drawn with colours.
    Drawn,
}

impl StyledText {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    fn with(mut self, words: impl Display, style: Style, kind: PieceKind) -> Self {
        self.0.push(Piece { words: words.to_string(), style, kind });
        self
    }

    pub(crate) fn plain(self, words: impl Display) -> Self {
        self.with(words, Style::new(), PieceKind::Any)
    }

    /// What is of no use with a part of it hidden: an id, a URL, a command.
    pub(crate) fn exact(self, words: impl Display) -> Self {
        self.with(words, Style::new(), PieceKind::Exact)
    }

    pub(super) fn drawn(self, words: impl Display) -> Self {
        self.with(words, Style::new(), PieceKind::Drawn)
    }

    pub(crate) fn green(self, words: impl Display) -> Self {
        self.with(words, AnsiColor::Green.on_default(), PieceKind::Any)
    }

    pub(crate) fn yellow(self, words: impl Display) -> Self {
        self.with(words, AnsiColor::Yellow.on_default(), PieceKind::Any)
    }

    pub(crate) fn red(self, words: impl Display) -> Self {
        self.with(words, AnsiColor::Red.on_default(), PieceKind::Any)
    }

    pub(crate) fn dim(self, words: impl Display) -> Self {
        self.with(words, Style::new().dimmed(), PieceKind::Any)
    }

    pub(crate) fn then(mut self, other: impl Into<Self>) -> Self {
        self.0.extend(other.into().0);
        self
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.iter().all(|piece| piece.words.is_empty())
    }
}

impl From<&str> for StyledText {
    fn from(words: &str) -> Self {
        Self::new().plain(words)
    }
}

impl From<String> for StyledText {
    fn from(words: String) -> Self {
        Self::new().plain(words)
    }
}

impl From<&String> for StyledText {
    fn from(words: &String) -> Self {
        Self::new().plain(words)
    }
}

impl FromIterator<StyledText> for StyledText {
    fn from_iter<I: IntoIterator<Item = StyledText>>(texts: I) -> Self {
        Self(texts.into_iter().flat_map(|text| text.0).collect())
    }
}

/// Lines below one another.
pub(super) fn lines(all: impl IntoIterator<Item = StyledText>) -> StyledText {
    let mut text = StyledText::new();
    for (index, line) in all.into_iter().enumerate() {
        if index > 0 {
            text = text.plain("\n");
        }
        text = text.then(line);
    }
    text
}
