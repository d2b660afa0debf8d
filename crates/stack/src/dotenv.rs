//! The `.env` beside the stack file. The process's own environment is never changed.
//!
//! A value arrives as it is written: nothing in it is filled in. What encloses the whole of it, quotes or white space, is
//! taken off; ` #` begins a comment outside of quotes. So read dotenv for Node and, but for quotes and comments, Docker's
//! `--env-file`.

use std::{collections::HashMap, io, path::Path};

use super::{Lookup, Mistake};
use crate::files;

/// Bytes of a `.env`.
const LARGEST: u64 = 1 << 20;

/// The variables of a `.env` file. Their values are secrets.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct DotEnv(HashMap<String, String>);

impl DotEnv {
    /// The `.env` in `folder`, empty if there is none; and what of it can't be read: which line, never what is in it.
    pub fn in_folder(folder: &Path) -> (Self, Vec<Mistake>) {
        let file = folder.join(".env");
        if !file.is_file() {
            return Default::default();
        }
        let name = file.display();
        let text = files::read(&file, LARGEST).and_then(|bytes| {
            String::from_utf8(bytes).map_err(|_| io::Error::other("it is not a text in UTF-8"))
        });
        match text {
            Ok(text) => {
                let (variables, unreadable) = parse(&text);
                let mistake = |(line, why, help): &Unreadable| {
                    Mistake::of_file(format!("{name}: line {line} {why}")).help(*help)
                };
                (Self(variables), unreadable.iter().map(mistake).collect())
            }
            Err(error) => {
                (Self::default(), vec![Mistake::of_file(format!("{name} cannot be read: {error}"))])
            }
        }
    }

    /// A variable, from `env` or else from the file.
    pub fn get(&self, name: &str, env: Lookup) -> Option<String> {
        env(name).or_else(|| self.0.get(name).cloned())
    }
}

impl std::fmt::Debug for DotEnv {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

/// A line's number, what is wrong with it, and what to do.
type Unreadable = (usize, &'static str, &'static str);

fn parse(text: &str) -> (HashMap<String, String>, Vec<Unreadable>) {
    let (mut variables, mut unreadable) = (HashMap::new(), Vec::new());
    let mut rest = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut number = 0;
    while !rest.is_empty() {
        let begun = rest;
        number += 1;
        let line = next_line(&mut rest);
        match assignment(line, rest) {
            Ok(None) => {}
            Ok(Some(Assignment { name, value, more })) => {
                rest = &rest[more..];
                number += begun[..begun.len() - rest.len()].trim_end_matches('\n').matches('\n').count();
                variables.insert(name.to_owned(), value);
            }
            Err((why, help)) => unreadable.push((number, why, help)),
        }
    }
    (variables, unreadable)
}

/// Takes the first line from `rest`, and gives it without its end.
fn next_line<'a>(rest: &mut &'a str) -> &'a str {
    let (line, after) = rest.split_once('\n').unwrap_or((rest, ""));
    *rest = after;
    line.strip_suffix('\r').unwrap_or(line)
}

struct Assignment<'a> {
    name: &'a str,
    value: String,
    /// Bytes of the lines below that belong to the value too.
    more: usize,
}

/// What `line` assigns; `None` for a comment or an empty line. `below` is the text after it.
fn assignment<'a>(
    line: &'a str,
    below: &str,
) -> Result<Option<Assignment<'a>>, (&'static str, &'static str)> {
    const FORM: &str = "write `NAME=value` in each line";
    let line = line.trim();
    if line.is_empty() || line.starts_with('#') {
        return Ok(None);
    }
    let (name, value) = line.split_once('=').ok_or(("has no `=`", FORM))?;
    let name = name.trim_end();
    let name =
        name.strip_prefix("export").filter(|rest| rest.starts_with([' ', '\t'])).unwrap_or(name).trim();
    let plain = |c: char| c.is_ascii_alphanumeric() || "_.-".contains(c);
    if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) || !name.chars().all(plain) {
        return Err(("has no name of a variable before its `=`", FORM));
    }
    let (value, more) = read_value(value, below).ok_or((
        "opens a quote that is not closed",
        "put the whole value into the other kind of quotes, `'` or `\"`",
    ))?;
    Ok(Some(Assignment { name, value, more }))
}

/// The value, and the bytes of the lines below it that it takes; `None` if a quote is not closed.
fn read_value(written: &str, below: &str) -> Option<(String, usize)> {
    let value = written.trim();
    let Some(quote) = value.chars().next().filter(|c| ['"', '\''].contains(c)) else {
        return Some((without_comment(written).trim().to_owned(), 0));
    };
    if let Some(end) = closing(&value[1..], quote) {
        let whole = is_end(&value[end + 2..]);
        return Some((if whole { unquoted(&value[1..=end], quote) } else { value.to_owned() }, 0));
    }
    let end = closing(below, quote)?;
    let line_end = below[end..].find('\n').map_or(below.len(), |length| end + length + 1);
    let inside = format!("{}\n{}", &value[1..], below[..end].replace("\r\n", "\n"));
    is_end(&below[end + 1..line_end]).then(|| (unquoted(&inside, quote), line_end))
}

/// Where the quote is that closes what has just been opened.
fn closing(text: &str, quote: char) -> Option<usize> {
    let mut escaped = false;
    text.char_indices().find_map(|(at, c)| {
        let closes = c == quote && !escaped;
        escaped = quote == '"' && c == '\\' && !escaped;
        closes.then_some(at)
    })
}

/// Whether nothing but a comment follows a quoted value.
fn is_end(rest: &str) -> bool {
    let rest = rest.trim();
    rest.is_empty() || rest.starts_with('#')
}

fn without_comment(value: &str) -> &str {
    let hash = |(at, _): &(usize, &str)| value[..*at].ends_with([' ', '\t']);
    value.match_indices('#').find(hash).map_or(value, |(at, _)| &value[..at])
}

/// In double quotes `\n`, `\r` and `\"` stand for what can't be written there; any other `\` is one.
fn unquoted(inside: &str, quote: char) -> String {
    if quote == '\'' {
        return inside.to_owned();
    }
    let (mut text, mut chars) = (String::new(), inside.chars());
    while let Some(c) = chars.next() {
        match (c, chars.as_str().chars().next()) {
            ('\\', Some('n')) => text.push('\n'),
            ('\\', Some('r')) => text.push('\r'),
            ('\\', Some('"')) => text.push('"'),
            ('\\', Some(other)) => text.extend(['\\', other]),
            (c, _) => {
                text.push(c);
                continue;
            }
        }
        chars.next();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(written: &str) -> String {
        let (variables, unreadable) = parse(&format!("BEFORE=1\nNAME={written}\nAFTER=2"));
        assert_eq!(unreadable, [], "{written}");
        assert_eq!((variables["BEFORE"].as_str(), variables["AFTER"].as_str()), ("1", "2"), "{written}");
        variables["NAME"].clone()
    }

    #[test]
    fn a_value_arrives_as_it_is_written() {
        for (written, want) in [
            ("ab$defgh@jk", "ab$defgh@jk"),
            ("${OTHER}-$OTHER", "${OTHER}-$OTHER"),
            (r#"{"a": "b c", "d": ["e"]}"#, r#"{"a": "b c", "d": ["e"]}"#),
            ("postgres://u:p@h/d?a=b&c=d", "postgres://u:p@h/d?a=b&c=d"),
            (r"C:\new\table", r"C:\new\table"),
            ("a'b\"c", "a'b\"c"),
            ("\"a\",\"b\"", "\"a\",\"b\""),
            ("a#b", "a#b"),
            ("#fff", "#fff"),
            ("a b  # why", "a b"),
            ("  spaced  ", "spaced"),
            ("", ""),
            ("' in quotes # '", " in quotes # "),
            ("'a$b' # why", "a$b"),
            ("'a\\nb'", "a\\nb"),
            ("\"a$b\"", "a$b"),
            ("\"line\\nline\"", "line\nline"),
            ("\"say \\\"hi\\\"\"", "say \"hi\""),
            ("\"C:\\\\new\"", "C:\\\\new"),
            ("\"-----BEGIN-----\nabc=\r\n-----END-----\"", "-----BEGIN-----\nabc=\n-----END-----"),
            ("é€", "é€"),
        ] {
            assert_eq!(value(written), want, "{written}");
        }
    }

    #[test]
    fn names_may_be_exported_and_the_last_one_holds() {
        let (variables, unreadable) =
            parse("\u{feff}# ours\r\n\r\nexport A=1\r\nA = 2\r\nexport\tB=3\r\nexportC=4\r\n");
        assert_eq!(unreadable, []);
        assert_eq!([&variables["A"], &variables["B"], &variables["exportC"]], ["2", "3", "4"]);
    }

    #[test]
    fn what_cannot_be_read_is_told_by_its_line_and_the_rest_is_read() {
        let (variables, unreadable) =
            parse("A=\"one\ntwo\"\nhunter2 is here\n=x\n1A=x\nB=\"open\nC='fine'\n");
        assert_eq!(unreadable.iter().map(|(line, ..)| *line).collect::<Vec<_>>(), [3, 4, 5, 6]);
        assert_eq!((variables["A"].as_str(), variables["C"].as_str()), ("one\ntwo", "fine"));
        assert_eq!(variables.len(), 2);
    }
}
