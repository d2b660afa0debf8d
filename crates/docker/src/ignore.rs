//! `.dockerignore`, read as Docker's own client reads it.

use anyhow::{Context as _, Result, bail};
use lambdeploy_stack::files;
use std::{io, path::Path};

/// Bytes of an ignore file.
const LARGEST_FILE: u64 = 1 << 20;

/// Bytes of one pattern: systems take no longer path.
const LONGEST_PATTERN: usize = 4096;

/// The patterns of one ignore file, in order: the last one that matches decides.
#[derive(Debug, Default)]
pub(super) struct Ignore {
    patterns: Vec<Pattern>,
}

/// What the patterns made of one path.
#[derive(Debug)]
pub(super) struct Match {
    pub out: bool,
    /// Which patterns matched it or a folder above it.
    by: Vec<bool>,
}

#[derive(Debug)]
struct Pattern {
    /// `!…`: what matches is in again.
    exception: bool,
    /// As written, cleaned, without `!`.
    text: String,
    tokens: Vec<Token>,
}

/// One step of a pattern. Names are matched with all tokens that can be next at once, so no pattern is slow.
#[derive(Debug, PartialEq)]
enum Token {
    Char(char),
    /// `?`: one character, not `/`.
    One,
    /// `*`: any number of characters, not `/`.
    Many,
    /// `**` at the end: everything.
    Rest,
    /// `**/`: nothing, or any number of whole folders. Always followed by [`Token::InFolders`].
    Folders,
    InFolders,
    /// `[a-z]`, `[^a-z]`
    Class {
        negated: bool,
        ranges: Vec<(char, char)>,
    },
}

impl Ignore {
    /// Reads an ignore file; one that does not exist ignores nothing.
    ///
    /// # Errors
    /// The file can't be read, or a pattern is malformed (with its line).
    pub(super) fn read(path: &Path) -> Result<Option<Self>> {
        match files::read(path, LARGEST_FILE) {
            Ok(bytes) => Self::parse(&String::from_utf8_lossy(&bytes))
                .map(Some)
                .with_context(|| path.display().to_string()),
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(e) => Err(e).with_context(|| format!("cannot read {}", path.display())),
        }
    }

    /// # Errors
    /// A pattern is malformed.
    pub(super) fn parse(text: &str) -> Result<Self> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut patterns = Vec::new();
        for (number, line) in text.lines().enumerate() {
            let pattern =
                Pattern::parse(line).with_context(|| format!("line {}: `{}`", number + 1, shown(line)))?;
            patterns.extend(pattern);
        }
        Ok(Self { patterns })
    }

    /// These names (relative, with `/`), taken as they are.
    pub(super) fn names(names: impl Iterator<Item = String>) -> Self {
        let literal = |text: String| Pattern {
            exception: false,
            tokens: text.chars().map(Token::Char).collect(),
            text,
        };
        Self { patterns: names.map(literal).collect() }
    }

    /// What both ignore, unless `then` has an exception for it.
    pub(super) fn then(mut self, then: Self) -> Self {
        self.patterns.extend(then.patterns);
        self
    }

    /// Whether `name` (relative, with `/`) stays out of the context. What matched the folder it is `below` matches it
    /// too; but a pattern that would have changed nothing there was not asked.
    pub(super) fn judge(&self, name: &str, below: Option<&Match>) -> Match {
        let mut out = false;
        let judge = |(i, pattern): (usize, &Pattern)| {
            let matches =
                below.is_some_and(|folder| folder.by[i]) || out == pattern.exception && pattern.matches(name);
            out = if matches { !pattern.exception } else { out };
            matches
        };
        let by = self.patterns.iter().enumerate().map(judge).collect();
        Match { out, by }
    }

    /// [`Self::judge`] from the root of the context on.
    pub(super) fn excludes(&self, name: &str) -> bool {
        let folders = name.match_indices('/').map(|(at, _)| &name[..at]);
        let folder = folders.fold(None, |above, folder| Some(self.judge(folder, above.as_ref())));
        self.judge(name, folder.as_ref()).out
    }

    /// Whether something below the excluded folder `name` could be in again.
    pub(super) fn may_include_below(&self, name: &str) -> bool {
        self.patterns.iter().filter(|p| p.exception).any(|p| p.could_match_below(name))
    }
}

/// As much of a line as is worth showing.
fn shown(line: &str) -> String {
    match line.char_indices().nth(100) {
        Some((at, _)) => format!("{}…", &line[..at]),
        None => line.to_owned(),
    }
}

impl Pattern {
    /// `None` for a comment or an empty line.
    fn parse(line: &str) -> Result<Option<Self>> {
        let text = line.trim();
        if line.starts_with('#') || text.is_empty() {
            return Ok(None);
        }
        let (exception, text) = match text.strip_prefix('!') {
            Some(rest) => (true, rest.trim()),
            None => (false, text),
        };
        if text.is_empty() {
            bail!("`!` without a pattern");
        }
        if text.len() > LONGEST_PATTERN {
            bail!("a pattern of more than {LONGEST_PATTERN} bytes matches no path");
        }
        let cleaned = clean(&if cfg!(windows) { text.replace('\\', "/") } else { text.to_owned() });
        // Docker trims once more, after what was between slashes is gone.
        let pattern = cleaned.trim();
        if pattern.is_empty() || pattern == "." && text.starts_with('/') {
            return if exception { bail!("`!` without a pattern") } else { Ok(None) };
        }
        Ok(Some(Self { exception, tokens: tokens(pattern)?, text: pattern.to_owned() }))
    }

    fn matches(&self, name: &str) -> bool {
        let mut at = vec![false; self.tokens.len() + 1];
        reach(&self.tokens, &mut at, 0);
        for c in name.chars() {
            let mut next = vec![false; at.len()];
            for (i, token) in self.tokens.iter().enumerate().filter(|(i, _)| at[*i]) {
                token.step(c, i, &mut |to| reach(&self.tokens, &mut next, to));
            }
            at = next;
        }
        at[self.tokens.len()]
    }

    /// A pattern with wildcards may match anywhere; one without only in its own folder.
    fn could_match_below(&self, folder: &str) -> bool {
        self.tokens.iter().any(|t| !matches!(t, Token::Char(_)))
            || format!("{}/", self.text).starts_with(&format!("{folder}/"))
    }
}

impl Token {
    /// The tokens that can be next after `c` was read at token `i`.
    fn step(&self, c: char, i: usize, go: &mut dyn FnMut(usize)) {
        match self {
            Self::Char(own) if *own == c => go(i + 1),
            Self::One if c != '/' => go(i + 1),
            Self::Many if c != '/' => go(i),
            Self::Rest => go(i),
            Self::Folders | Self::InFolders => {
                let inside = if *self == Self::Folders { i + 1 } else { i };
                go(inside);
                if c == '/' {
                    go(inside + 1);
                }
            }
            Self::Class { negated, ranges }
                if ranges.iter().any(|(a, z)| (*a..=*z).contains(&c)) != *negated =>
            {
                go(i + 1);
            }
            _ => {}
        }
    }
}

/// Marks token `i`, and what follows without reading a character.
fn reach(tokens: &[Token], at: &mut [bool], mut i: usize) {
    loop {
        at[i] = true;
        i += match tokens.get(i) {
            Some(Token::Many | Token::Rest) => 1,
            Some(Token::Folders) => 2,
            _ => return,
        };
    }
}

fn tokens(text: &str) -> Result<Vec<Token>> {
    if let Some(plain) =
        text.strip_prefix("**").filter(|p| !p.starts_with('/') && !p.contains(['*', '?', '[', '\\']))
    {
        // `**name`: whatever ends with it, as Docker has it.
        return Ok(std::iter::once(Token::Rest).chain(plain.chars().map(Token::Char)).collect());
    }
    let mut found = Vec::new();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '*' if chars.next_if_eq(&'*').is_some() => {
                chars.next_if_eq(&'/');
                match chars.peek() {
                    None => found.push(Token::Rest),
                    Some(_) => found.extend([Token::Folders, Token::InFolders]),
                }
            }
            '*' => found.push(Token::Many),
            '?' => found.push(Token::One),
            '[' => found.push(class(&mut chars)?),
            '\\' => found.push(Token::Char(escaped(&mut chars)?)),
            c => found.push(Token::Char(c)),
        }
    }
    Ok(found)
}

type Chars<'a> = std::iter::Peekable<std::str::Chars<'a>>;

fn class(chars: &mut Chars<'_>) -> Result<Token> {
    let negated = chars.next_if_eq(&'^').is_some();
    let mut ranges = Vec::new();
    while ranges.is_empty() || chars.next_if_eq(&']').is_none() {
        let first = class_char(chars)?;
        let last = if chars.next_if_eq(&'-').is_some() { class_char(chars)? } else { first };
        ranges.push((first, last));
    }
    Ok(Token::Class { negated, ranges })
}

fn class_char(chars: &mut Chars<'_>) -> Result<char> {
    match chars.next() {
        Some('\\') => return escaped(chars),
        Some('-' | ']') => None,
        other => other,
    }
    .context("malformed `[…]`")
}

/// The character after a `\`. Before a letter or digit it has a meaning of its own to Docker, which nobody wants.
fn escaped(chars: &mut Chars<'_>) -> Result<char> {
    match chars.next().context("`\\` at the end")? {
        c if c.is_ascii_alphanumeric() => {
            bail!("`\\{c}`: folders are written with `/`, and `{c}` needs no `\\`")
        }
        c => Ok(c),
    }
}

/// Go's `path.Clean`, then without a leading `/`: the context is the root.
fn clean(text: &str) -> String {
    let rooted = text.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in text.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|p| *p != "..") => drop(parts.pop()),
            ".." if rooted => {}
            part => parts.push(part),
        }
    }
    if parts.is_empty() { ".".to_owned() } else { parts.join("/") }
}

#[cfg(test)]
#[path = "ignore_tests.rs"]
mod tests;

#[cfg(test)]
#[path = "ignore_oracle_tests.rs"]
mod oracle;
