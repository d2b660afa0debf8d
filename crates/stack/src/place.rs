//! Where something stands in the stack file.

use std::ops::Range;

/// A stretch of the file's text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// From 1.
    pub line: usize,
    /// In characters, from 1.
    pub column: usize,
    /// Bytes into the text.
    pub start: usize,
    /// The byte after the last one; it may be lines away.
    pub end: usize,
}

impl Place {
    /// The beginning of the file: where a mistake about all of it is shown.
    pub const START: Self = Self { line: 1, column: 1, start: 0, end: 0 };

    /// The stretch from `start` to `end`, both cut to what is there; its line and column are counted.
    pub fn of(text: &str, start: usize, end: usize) -> Self {
        let start = floor(text, start);
        let before = &text[..start];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        Self {
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
            start,
            end: floor(text, end.max(start)),
        }
    }

    /// The place of a line and a column, both from 1 and both cut to what is there.
    pub fn at(text: &str, line: usize, column: usize) -> Self {
        let before = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum::<usize>();
        let rest = &text[before..];
        let offset = rest.char_indices().nth(column.saturating_sub(1)).map_or(rest.len(), |(at, _)| at);
        let end = rest.find(['\n', '\r']).unwrap_or(rest.len());
        Self::of(text, before + offset.min(end), before + offset.min(end))
    }

    /// The bytes of its first line, and those of its own that are in that line.
    pub fn first_line(&self, text: &str) -> (Range<usize>, Range<usize>) {
        let line_start = text[..self.start].rfind('\n').map_or(0, |newline| newline + 1);
        let line_end = text[self.start..].find(['\n', '\r']).map_or(text.len(), |length| self.start + length);
        (line_start..line_end, self.start..self.end.min(line_end))
    }
}

/// The nearest character boundary at or before `index`.
pub(super) fn floor(text: &str, index: usize) -> usize {
    (0..=index.min(text.len())).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0)
}
