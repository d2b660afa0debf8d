//! Where everything that is printed leaves the program: here, and only here, secrets are hidden and control characters
//! shown as pictures, so that no message can forget it.

use super::{
    style::Style,
    text::{Kind, Piece, Text},
    visible::{escaped, visible},
};
use crate::mask::Mask;
use serde_json::{Map, Value};
use std::{
    cell::RefCell,
    io::{self, Write},
};

/// Keys of our own JSON whose values are ours too, and of no use with a part of them hidden.
const OURS: [&str; 6] = ["event", "action", "verdict", "id", "kind", "path"];
/// Below these everything is somebody else's.
const FOREIGN: [&str; 3] = ["settings", "have", "want"];

pub(super) struct Sink {
    mask: RefCell<Mask>,
    out: Style,
    err: Style,
}

impl Sink {
    pub(super) fn new() -> Self {
        Self { mask: RefCell::default(), out: Style::of_stdout(), err: Style::of_stderr() }
    }

    /// Hides these values from now on.
    pub(super) fn hide(&self, secrets: impl IntoIterator<Item = String>) {
        self.mask.borrow_mut().add(secrets);
    }

    /// Whether stderr shows colours.
    pub(super) fn colours_errors(&self) -> bool {
        self.err.colour
    }

    /// Writes lines of results. Most callers drop the error: a closed pipe is nobody to tell it to.
    ///
    /// # Errors
    /// When nobody reads any more.
    pub(super) fn out(&self, text: &Text) -> io::Result<()> {
        writeln!(io::stdout(), "{}", self.painted(text, self.out))
    }

    pub(super) fn err(&self, text: &Text) {
        _ = writeln!(io::stderr(), "{}", self.for_stderr(text));
    }

    /// Writes a question, whose answer follows on the same line.
    pub(super) fn ask(&self, text: &Text) {
        _ = write!(io::stderr(), "{} ", self.for_stderr(text));
    }

    /// For who draws on stderr by other means.
    pub(super) fn for_stderr(&self, text: &Text) -> String {
        self.painted(text, self.err)
    }

    /// One JSON line of results; what is `exact` stays as it is.
    ///
    /// # Errors
    /// When nobody reads any more.
    pub(super) fn json(&self, line: Value, exact: Map<String, Value>) -> io::Result<()> {
        let mut line = self.discreet(line);
        if let Value::Object(map) = &mut line {
            map.extend(exact);
        }
        writeln!(io::stdout(), "{}", escaped(&line.to_string()))
    }

    /// The text without colours, for JSON.
    pub(super) fn words(&self, text: &Text) -> String {
        text.0.iter().map(|piece| self.discreet_words(piece)).collect()
    }

    fn painted(&self, text: &Text, style: Style) -> String {
        let piece = |piece: &Piece| match piece.kind {
            Kind::Drawn => self.discreet_words(piece),
            Kind::Any | Kind::Exact => style.paint(piece.paint, &visible(&self.discreet_words(piece))),
        };
        text.0.iter().map(piece).collect::<String>().trim_end().to_owned()
    }

    fn discreet_words(&self, piece: &Piece) -> String {
        match piece.kind {
            Kind::Exact => piece.words.clone(),
            Kind::Any | Kind::Drawn => self.mask.borrow().apply(&piece.words),
        }
    }

    fn discreet(&self, value: Value) -> Value {
        let Value::Object(map) = value else {
            return match value {
                Value::Array(items) => items.into_iter().map(|item| self.discreet(item)).collect(),
                other => self.mask.borrow().apply_to_json(other),
            };
        };
        let of = |key: &str, value: Value| match value {
            Value::String(text) if OURS.contains(&key) => Value::String(text),
            value if FOREIGN.contains(&key) => self.mask.borrow().apply_to_json(value),
            value => self.discreet(value),
        };
        map.into_iter().map(|(key, value)| (key.clone(), of(&key, value))).collect()
    }
}
