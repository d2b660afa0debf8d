//! Hides secrets in what is printed, in every form in which a program or AWS may repeat them.

mod encoded;
mod spelling;

use serde_json::Value;
use spelling::Needle;

/// A shorter secret is not masked: its text would be found everywhere.
const SHORTEST: usize = 4;

/// Values that say nothing: a variable that is set to one of them keeps no secret.
const NO_SECRETS: [&str; 4] = ["true", "false", "null", "none"];

/// What stands in a secret's place.
const MASK: &str = "***";

/// Texts that are hidden wherever they stand.
#[derive(Debug, Clone, Default)]
pub struct Mask(Vec<Needle>);

impl Mask {
    /// Hides these values, of one with several lines every line: as they are; as JSON (also in ASCII, and JSON in JSON),
    /// XML, a URL, a form or Python writes them; in base64 and in hexadecimal.
    pub fn add(&mut self, secrets: impl IntoIterator<Item = String>) {
        for secret in secrets {
            let lines: Vec<&str> = secret.lines().map(str::trim).collect();
            self.0.extend(lines.iter().filter(|line| is_secret(line)).map(|line| Needle::of(line)));
            let whole = Some(secret.trim()).filter(|_| lines.len() > 1);
            let parts = lines.iter().copied().chain(whole).filter(|text| is_secret(text));
            self.0.extend(parts.flat_map(encoded::forms).map(|form| Needle::of(&form)));
        }
        // The longest first: one secret may be a part of another.
        self.0.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
        self.0.dedup();
    }

    /// The text with `***` for every secret in it.
    pub fn apply(&self, text: &str) -> String {
        if self.0.is_empty() {
            return text.to_owned();
        }
        let (mut out, mut rest) = (String::with_capacity(text.len()), text);
        while let Some(c) = rest.chars().next() {
            let found = self.0.iter().find_map(|needle| needle.at_start_of(rest));
            let taken = found.unwrap_or(c.len_utf8());
            out.push_str(if found.is_some() { MASK } else { &rest[..taken] });
            rest = &rest[taken..];
        }
        out
    }

    /// As [`Mask::apply`], to every text in a value.
    pub fn apply_to_json(&self, value: Value) -> Value {
        match value {
            Value::String(text) => self.apply(&text).into(),
            Value::Array(items) => items.into_iter().map(|item| self.apply_to_json(item)).collect(),
            Value::Object(map) => map.into_iter().map(|(k, item)| (k, self.apply_to_json(item))).collect(),
            other => other,
        }
    }
}

fn is_secret(text: &str) -> bool {
    text.len() >= SHORTEST && !NO_SECRETS.contains(&text.to_lowercase().as_str())
}

#[cfg(test)]
mod tests;
