//! Where everything that is printed leaves the program: here, and only here, secrets are hidden and control characters
//! shown as pictures, so that no message can forget it.

use super::{
    object::{Object, Part},
    text::{Piece, PieceKind, StyledText},
    visible::{escaped, visible, visible_but_colours},
};
use crate::mask::Mask;
use anstream::{AutoStream, ColorChoice, adapter::strip_str};
use serde_json::{Map, Value};
use std::{
    cell::{Cell, RefCell},
    io::{self, Write},
};

/// Keys of our own JSON whose values are ours too, and of no use with a part of them hidden.
const OURS: [&str; 6] = ["event", "action", "verdict", "id", "kind", "path"];
/// Below these everything is somebody else's.
const FOREIGN: [&str; 3] = ["settings", "have", "want"];

pub(super) struct Sink {
    mask: RefCell<Mask>,
    out: RefCell<Box<dyn Write>>,
    err: RefCell<Box<dyn Write>>,
    colours_errors: bool,
    is_read: Cell<bool>,
    is_asking: Cell<bool>,
}

impl Sink {
    /// To stdout and stderr, with colours where they are wanted: on a terminal that has them, without `NO_COLOR`.
    pub(super) fn new() -> Self {
        let colours_errors = AutoStream::choice(&io::stderr()) != ColorChoice::Never;
        Self::to(Box::new(anstream::stdout()), Box::new(anstream::stderr()), colours_errors)
    }

    pub(super) fn to(out: Box<dyn Write>, err: Box<dyn Write>, colours_errors: bool) -> Self {
        let (out, err) = (RefCell::new(out), RefCell::new(err));
        Self {
            mask: RefCell::default(),
            out,
            err,
            colours_errors,
            is_read: Cell::new(true),
            is_asking: Cell::default(),
        }
    }

    /// Hides these values from now on.
    pub(super) fn hide(&self, secrets: impl IntoIterator<Item = String>) {
        self.mask.borrow_mut().add(secrets);
    }

    /// Whether nobody has closed stdout yet.
    pub(super) fn is_read(&self) -> bool {
        self.is_read.get()
    }

    /// Writes lines of results.
    pub(super) fn out(&self, text: &StyledText) {
        self.write_out(&self.painted(text));
    }

    /// Empties the terminal that stdout is.
    pub(super) fn clear(&self) {
        if write!(self.out.borrow_mut(), "\u{1b}[2J\u{1b}[H").is_err() {
            self.is_read.set(false);
        }
    }

    /// Writes one JSON line of results; of a key that stands there twice, the later value counts.
    pub(super) fn json(&self, object: Object) {
        let value = |key: &str, part| match part {
            Part::Any(value) => self.discreet_at(key, value),
            Part::Exact(value) => value,
            Part::Words(text) => self.words(&text).into(),
        };
        let entries = object.0.into_iter().map(|(key, part)| (key.clone(), value(&key, part)));
        let line = Value::Object(entries.collect::<Map<_, _>>());
        self.write_out(&escaped(&line.to_string()));
    }

    fn write_out(&self, line: &str) {
        if writeln!(self.out.borrow_mut(), "{line}").is_err() {
            self.is_read.set(false);
        }
    }

    /// Writes lines about what happens. Where they can't be written, nobody is there to be told.
    pub(super) fn err(&self, text: &StyledText) {
        _ = writeln!(self.err.borrow_mut(), "{}", self.painted(text));
    }

    /// Writes a question, whose answer follows on the same line.
    pub(super) fn ask(&self, text: &StyledText) {
        self.is_asking.set(true);
        _ = write!(self.err.borrow_mut(), "{} ", self.painted(text));
    }

    pub(super) fn answered(&self) {
        self.is_asking.set(false);
    }

    /// Whether a question waits for its answer.
    pub(super) fn is_asking(&self) -> bool {
        self.is_asking.get()
    }

    /// For who draws on stderr by other means.
    pub(super) fn for_stderr(&self, text: &StyledText) -> String {
        let painted = self.painted(text);
        if self.colours_errors { painted } else { strip_str(&painted).to_string() }
    }

    /// The text without colours, for JSON.
    fn words(&self, text: &StyledText) -> String {
        text.0.iter().map(|piece| self.discreet_words(piece)).collect()
    }

    fn painted(&self, text: &StyledText) -> String {
        let piece = |piece: &Piece| {
            let words = self.discreet_words(piece);
            let shown =
                if piece.kind == PieceKind::Drawn { visible_but_colours(&words) } else { visible(&words) };
            format!("{0}{shown}{0:#}", piece.style)
        };
        text.0.iter().map(piece).collect::<String>().trim_end().to_owned()
    }

    fn discreet_words(&self, piece: &Piece) -> String {
        match piece.kind {
            PieceKind::Exact => piece.words.clone(),
            PieceKind::Any | PieceKind::Drawn => self.mask.borrow().apply(&piece.words),
        }
    }

    fn discreet_at(&self, key: &str, value: Value) -> Value {
        match value {
            Value::String(text) if OURS.contains(&key) => Value::String(text),
            value if FOREIGN.contains(&key) => self.mask.borrow().apply_to_json(value),
            Value::Object(map) => {
                map.into_iter().map(|(key, value)| (key.clone(), self.discreet_at(&key, value))).collect()
            }
            Value::Array(items) => items.into_iter().map(|item| self.discreet_at("", item)).collect(),
            other => self.mask.borrow().apply_to_json(other),
        }
    }
}
