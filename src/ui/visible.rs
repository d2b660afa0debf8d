//! Characters that act on a terminal instead of being shown, as pictures.
//!
//! Words of others may hold any: a function's log could otherwise rename the window, write to the clipboard, clear the
//! screen, hide text, or order it otherwise than it is.

use std::fmt::Write;

/// The text as it can be shown: a carriage return, which would write over the line, begins a new one that is indented.
pub(super) fn visible(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut all = text.chars().peekable();
    while let Some(c) = all.next() {
        match c {
            '\r' if matches!(all.peek(), None | Some('\n' | '\r')) => {}
            '\r' => out.push_str("\n  "),
            '\n' | '\t' => out.push(c),
            '\0'..='\u{1f}' => out.push(char::from_u32(0x2400 + u32::from(c)).unwrap_or('␀')),
            '\u{7f}' => out.push('␡'),
            c if acts(c) => _ = write!(out, "<U+{:04X}>", u32::from(c)),
            c => out.push(c),
        }
    }
    out
}

/// As [`visible`], but for the colours in it (`ESC [ 31 m`).
pub(super) fn visible_but_colours(text: &str) -> String {
    let (mut out, mut rest) = (String::with_capacity(text.len()), text);
    while let Some(start) = rest.find("\u{1b}[") {
        let end = start + colour_length(&rest[start..]).unwrap_or_default();
        out += &visible(&rest[..start]);
        out += &rest[start..end];
        let next = if end > start { end } else { start + 1 };
        out += &visible(&rest[end..next]);
        rest = &rest[next..];
    }
    out + &visible(rest)
}

/// In bytes, where a text begins with a colour.
fn colour_length(text: &str) -> Option<usize> {
    let end = text[2..].find(|c: char| !(c.is_ascii_digit() || c == ';'))? + 2;
    text[end..].starts_with('m').then_some(end + 1)
}

/// The same text as JSON may hold it: what acts on a terminal is escaped, so a program reads what it was.
pub(super) fn escaped(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    for c in json.chars() {
        if c == '\u{7f}' || acts(c) {
            for unit in c.encode_utf16(&mut [0; 2]) {
                _ = write!(out, "\\u{unit:04x}");
            }
        } else {
            out.push(c);
        }
    }
    out
}

/// C1 controls, which many terminals obey; what turns the direction of text; line ends of Unicode; invisible tags.
fn acts(c: char) -> bool {
    matches!(c,
        '\u{80}'..='\u{9f}'
        | '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
        | '\u{2028}' | '\u{2029}' | '\u{fff9}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::{escaped, visible, visible_but_colours};
    use serde_json::{Value, json};

    #[test]
    fn control_characters_are_pictures() {
        assert_eq!(visible("a\u{1b}]0;owned\u{7}b\0\u{8}\u{7f}"), "a␛]0;owned␇b␀␈␡");
        assert_eq!(visible("\u{9b}31m\u{85}x"), "<U+009B>31m<U+0085>x");
        assert_eq!(visible("user\u{202e}gpj.exe\u{2066}\u{200f}"), "user<U+202E>gpj.exe<U+2066><U+200F>");
        assert_eq!(visible("\u{2028}\u{e0041}"), "<U+2028><U+E0041>");
    }

    #[test]
    fn colours_may_stay_where_they_are_ours() {
        let drawn = "\u{1b}[1m\u{1b}[31merror\u{1b}[0m: \u{1b}[2J\u{1b}\u{7}\u{1b}[38;5;9mred\u{1b}[";
        let shown = "\u{1b}[1m\u{1b}[31merror\u{1b}[0m: ␛[2J␛␇\u{1b}[38;5;9mred␛[";
        assert_eq!(visible_but_colours(drawn), shown);
    }

    #[test]
    fn what_is_text_stays() {
        for text in ["Ünï → ✓ 中文 👩‍👩‍👧", "tab\there\nand a line", "نص עברית"] {
            assert_eq!(visible(text), text);
        }
    }

    #[test]
    fn a_carriage_return_is_a_line_of_its_own() {
        assert_eq!(
            visible("Traceback:\r  File \"a.py\"\rKeyError\r"),
            "Traceback:\n    File \"a.py\"\n  KeyError"
        );
        assert_eq!(visible("windows\r\nlines\r\n"), "windows\nlines\n");
    }

    #[test]
    fn json_says_what_it_was() {
        let value = json!({ "text": "\u{1b}[31m\u{9b}\u{202e}\u{7f}\u{e0041}ü" });
        let written = escaped(&value.to_string());
        assert!(written.chars().all(|c| c == 'ü' || (' '..='~').contains(&c)), "{written}");
        assert_eq!(serde_json::from_str::<Value>(&written).unwrap(), value);
    }
}
