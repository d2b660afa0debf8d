//! What is wrong with a stack file, and how it is shown: each mistake with its line and a caret.

use std::{fmt, ops::Range};

use annotate_snippets::{Annotation, AnnotationKind, Group, Level, Origin, Renderer, Snippet};

use super::place::Place;

/// How many mistakes are drawn; of the rest only the number is told.
const DRAWN: usize = 40;

/// Bytes of a line that is still drawn; of a longer one only the number is told.
const LINE: usize = 2_000;

/// One thing that is wrong. Values that came from outside the file are in none of its texts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// `None`: the file as a whole, or another file.
    pub place: Option<Place>,
    pub message: String,
    /// What should have been there.
    pub expected: Option<String>,
    /// What to do.
    pub help: Option<String>,
}

impl Mistake {
    pub(super) fn at(place: Place, message: impl Into<String>) -> Self {
        Self { place: Some(place), message: message.into(), expected: None, help: None }
    }

    pub(super) fn of_file(message: impl Into<String>) -> Self {
        Self { place: None, message: message.into(), expected: None, help: None }
    }

    pub(super) fn expected(mut self, what: impl Into<String>) -> Self {
        self.expected = Some(what.into());
        self
    }

    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// From 1.
    pub fn line(&self) -> Option<usize> {
        self.place.map(|place| place.line)
    }

    /// In characters, from 1.
    pub fn column(&self) -> Option<usize> {
        self.place.map(|place| place.column)
    }
}

/// A stack file that cannot be used: everything that is wrong with it, in the order of its lines.
#[derive(Clone, PartialEq, Eq)]
pub struct StackError {
    /// As the user named it.
    pub file: String,
    pub mistakes: Vec<Mistake>,
    text: String,
}

impl StackError {
    pub(super) fn new(file: &str, text: &str, mut mistakes: Vec<Mistake>) -> Self {
        mistakes.sort_by_key(|mistake| mistake.place.map(|place| place.start));
        Self { file: file.to_owned(), mistakes, text: text.to_owned() }
    }

    /// Every mistake with its line of the file. `Display` is this without colour.
    pub fn render(&self, colour: bool) -> String {
        let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
        let mut parts: Vec<String> =
            self.mistakes.iter().take(DRAWN).map(|it| self.draw(Level::ERROR, it, &renderer)).collect();
        if self.mistakes.len() > DRAWN {
            parts.push(format!("… and {} more", self.mistakes.len() - DRAWN));
        }
        if self.mistakes.len() > 1 {
            parts.push(format!("{} mistakes in {}", self.mistakes.len(), self.file));
        }
        parts.join("\n\n")
    }

    fn draw(&self, level: Level<'static>, mistake: &Mistake, renderer: &Renderer) -> String {
        let title = level.primary_title(mistake.message.as_str());
        let label = mistake.expected.as_deref();
        let (mut group, drawn) = match mistake.place.map(|place| (place, place.first_line(&self.text))) {
            Some((place, (line, own))) if line.len() <= LINE => {
                (title.element(self.snippet(place, line, own, label)), true)
            }
            Some((place, _)) => {
                let origin = Origin::path(self.file.as_str()).line(place.line).char_column(place.column);
                (title.element(origin), false)
            }
            None => (Group::with_title(title), false),
        };
        if let Some(expected) = label.filter(|_| !drawn) {
            group = group.element(Level::NOTE.message(expected));
        }
        if let Some(help) = &mistake.help {
            group = group.element(Level::HELP.message(help.as_str()));
        }
        renderer.render(&[group])
    }

    /// The one `line`, with a caret below its `own` bytes.
    fn snippet<'a>(
        &'a self,
        place: Place,
        line: Range<usize>,
        own: Range<usize>,
        label: Option<&'a str>,
    ) -> Snippet<'a, Annotation<'a>> {
        let span = own.start - line.start..own.end - line.start;
        Snippet::source(&self.text[line])
            .line_start(place.line)
            .path(self.file.as_str())
            .annotation(AnnotationKind::Primary.span(span).label(label))
    }
}

/// What AWS accepts and what will hurt all the same, drawn as a mistake is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// As the user named it.
    pub file: String,
    pub mistake: Mistake,
    text: String,
}

impl Warning {
    pub(super) fn new(file: &str, text: &str, mistake: Mistake) -> Self {
        Self { file: file.to_owned(), mistake, text: text.to_owned() }
    }

    /// With its line of the file.
    pub fn render(&self, colour: bool) -> String {
        let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
        let alone = StackError::new(&self.file, &self.text, vec![self.mistake.clone()]);
        alone.draw(Level::WARNING, &self.mistake, &renderer)
    }
}

impl fmt::Display for StackError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(false))
    }
}

impl fmt::Debug for StackError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StackError")
            .field("file", &self.file)
            .field("mistakes", &self.mistakes)
            .finish_non_exhaustive()
    }
}

impl std::error::Error for StackError {}
