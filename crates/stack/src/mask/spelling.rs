//! One text in all the ways in which JSON, XML, URLs, forms and programs write its characters.

/// How often JSON may have been written into JSON: a backslash doubles each time.
const DEEPEST: u32 = 4;

/// A text that is found whichever of its characters are escaped, and how.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Needle(String);

impl Needle {
    pub(super) fn of(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// In bytes.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// How many bytes of `text` are this, from its start.
    pub(super) fn at_start_of(&self, text: &str) -> Option<usize> {
        let depths = if self.0.contains('\\') { 0..=DEEPEST } else { 0..=0 };
        depths.rev().find_map(|depth| self.at_start_in(text, 1 << depth))
    }

    /// As [`Needle::at_start_of`], where a backslash is written as so many.
    fn at_start_in(&self, text: &str, backslashes: usize) -> Option<usize> {
        let mut taken = 0;
        for c in self.0.chars() {
            let rest = &text[taken..];
            taken += match c {
                '\\' if run(rest) > 0 => (run(rest) >= backslashes).then_some(backslashes)?,
                _ => spelled(rest, c)?,
            };
        }
        Some(taken)
    }
}

/// How many bytes spell `c` at the start of `text`.
fn spelled(text: &str, c: char) -> Option<usize> {
    let first = text.chars().next()?;
    let escaped = match first {
        '\\' => backslashed(text, c),
        '%' => starts_with(text, &bytes(c).map(|byte| format!("%{byte:02x}")).collect::<String>()),
        '&' => entities(c).iter().find_map(|entity| starts_with(text, entity)),
        '+' => (c == ' ').then_some(1),
        _ => None,
    };
    escaped.or_else(|| (first == c).then(|| first.len_utf8()))
}

/// `\n`, `\"`, `\u00e4`, `\xc3\xa4`, after any number of backslashes.
fn backslashed(text: &str, c: char) -> Option<usize> {
    let short = || Some(run(text) + short(c).filter(|s| text[run(text)..].starts_with(*s))?.len_utf8());
    let units = c.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("u{unit:04x}")).collect::<Vec<_>>();
    let unicode = || each_backslashed(text, units);
    let python = || each_backslashed(text, bytes(c).map(|byte| format!("x{byte:02x}")));
    short().or_else(unicode).or_else(python)
}

fn each_backslashed(text: &str, parts: impl IntoIterator<Item = String>) -> Option<usize> {
    let mut taken = 0;
    for part in parts {
        let rest = &text[taken..];
        let backslashes = Some(run(rest)).filter(|n| *n > 0)?;
        taken += backslashes + starts_with(&rest[backslashes..], &part)?;
    }
    Some(taken)
}

/// The backslashes that `text` starts with.
fn run(text: &str) -> usize {
    text.len() - text.trim_start_matches('\\').len()
}

/// The length of `escape`, which is in lower case, if `text` starts with it in any case.
fn starts_with(text: &str, escape: &str) -> Option<usize> {
    text.get(..escape.len()).filter(|start| start.eq_ignore_ascii_case(escape)).map(str::len)
}

fn bytes(c: char) -> impl Iterator<Item = u8> {
    c.to_string().into_bytes().into_iter()
}

/// What stands for it after a backslash.
fn short(c: char) -> Option<char> {
    match c {
        '\n' => Some('n'),
        '\r' => Some('r'),
        '\t' => Some('t'),
        '\u{8}' => Some('b'),
        '\u{c}' => Some('f'),
        // A backslash before a letter makes another character of it.
        letter if letter.is_alphanumeric() => None,
        other => Some(other),
    }
}

/// `&#228;`, `&#xe4;`, `&amp;`
fn entities(c: char) -> Vec<String> {
    let named = match c {
        '&' => "&amp;",
        '<' => "&lt;",
        '>' => "&gt;",
        '"' => "&quot;",
        '\'' => "&apos;",
        _ => "",
    };
    let number = u32::from(c);
    let numbered = [format!("&#{number};"), format!("&#x{number:x};"), format!("&#0{number};")];
    numbered.into_iter().chain(Some(named.to_owned()).filter(|it| !it.is_empty())).collect()
}
