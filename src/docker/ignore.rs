//! `.dockerignore`, read as Docker's own client reads it.

use anyhow::{Context as _, Result, bail};
use std::path::Path;

/// The patterns of one ignore file, in order: the last one that matches decides.
#[derive(Debug, Default)]
pub struct Ignore {
    patterns: Vec<Pattern>,
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
    pub fn read(path: &Path) -> Result<Option<Self>> {
        match std::fs::read(path) {
            Ok(bytes) => Self::parse(&String::from_utf8_lossy(&bytes))
                .map(Some)
                .with_context(|| path.display().to_string()),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(e) => Err(e).with_context(|| format!("cannot read {}", path.display())),
        }
    }

    /// # Errors
    /// A pattern is malformed.
    pub fn parse(text: &str) -> Result<Self> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut patterns = Vec::new();
        for (number, line) in text.lines().enumerate() {
            let pattern = Pattern::parse(line).with_context(|| format!("line {}: `{line}`", number + 1))?;
            patterns.extend(pattern);
        }
        Ok(Self { patterns })
    }

    /// Ignores these names as well (relative, with `/`, taken as they are), unless the file has an exception for them.
    pub fn and_first(mut self, names: impl Iterator<Item = String>) -> Self {
        let literal = |text: String| Pattern {
            exception: false,
            tokens: text.chars().map(Token::Char).collect(),
            text,
        };
        self.patterns.splice(0..0, names.map(literal));
        self
    }

    /// Whether `name` (relative, with `/`) stays out of the context: it matches, or a folder above it does.
    pub fn excludes(&self, name: &str) -> bool {
        let mut out = false;
        for pattern in &self.patterns {
            if out == pattern.exception && pattern.matches_it_or_a_parent(name) {
                out = !pattern.exception;
            }
        }
        out
    }

    /// Whether something below the excluded folder `name` could be in again.
    pub fn may_include_below(&self, name: &str) -> bool {
        self.patterns.iter().filter(|p| p.exception).any(|p| p.could_match_below(name))
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
        let text = clean(&if cfg!(windows) { text.replace('\\', "/") } else { text.to_owned() });
        Ok(Some(Self { exception, tokens: tokens(&text)?, text }))
    }

    fn matches_it_or_a_parent(&self, name: &str) -> bool {
        name.match_indices('/').any(|(at, _)| self.matches(&name[..at])) || self.matches(name)
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
                go(i + 1)
            }
            _ => {}
        }
    }
}

/// Marks token `i`, and what follows without reading a character.
fn reach(tokens: &[Token], at: &mut [bool], i: usize) {
    at[i] = true;
    match tokens.get(i) {
        Some(Token::Many | Token::Rest) => reach(tokens, at, i + 1),
        Some(Token::Folders) => reach(tokens, at, i + 2),
        _ => {}
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
            '\\' => found.push(Token::Char(chars.next().context("`\\` at the end")?)),
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
        Some('\\') => chars.next(),
        Some('-' | ']') => None,
        other => other,
    }
    .context("malformed `[…]`")
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
