//! Secrets in words that are not ours: what a build prints, what AWS says about a request that it did not like.

use serde_json::Value;

/// A shorter secret is not masked: its text would be found everywhere.
const SHORTEST: usize = 4;

/// Texts that are replaced wherever they stand.
#[derive(Debug, Clone, Default)]
pub struct Mask(Vec<String>);

impl Mask {
    /// Hides these values: as they are, as JSON writes them, and of one with several lines every line.
    pub fn add(&mut self, secrets: impl IntoIterator<Item = String>) {
        for line in secrets.into_iter().flat_map(|s| s.lines().map(str::to_owned).collect::<Vec<_>>()) {
            let json = Value::from(line.trim()).to_string();
            self.0.push(json[1..json.len() - 1].to_owned());
            self.0.push(line.trim().to_owned());
        }
        self.0.retain(|text| text.len() >= SHORTEST);
        // The longest first: one secret may be a part of another.
        self.0.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
        self.0.dedup();
    }

    /// The text with `***` for every secret in it.
    pub fn apply(&self, text: &str) -> String {
        self.0.iter().fold(text.to_owned(), |text, secret| text.replace(secret, "***"))
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

#[cfg(test)]
mod tests {
    use super::Mask;

    fn masked(secrets: &[&str], text: &str) -> String {
        let mut mask = Mask::default();
        mask.add(secrets.iter().map(ToString::to_string));
        mask.apply(text)
    }

    #[test]
    fn a_secret_is_hidden_wherever_it_stands() {
        assert_eq!(masked(&["hunter22"], "Value '{A=hunter22}' and hunter22"), "Value '{A=***}' and ***");
    }

    #[test]
    fn the_longer_of_two_goes_first() {
        assert_eq!(masked(&["hunter", "hunter22"], "hunter22 hunter"), "*** ***");
    }

    #[test]
    fn every_line_of_a_secret_is_one() {
        assert_eq!(masked(&["first line\n  second line\n"], "a: second line; first line"), "a: ***; ***");
    }

    #[test]
    fn what_json_makes_of_a_secret_is_one() {
        assert_eq!(masked(&["say \"hi\""], r#"{"A":"say \"hi\""}"#), r#"{"A":"***"}"#);
    }

    #[test]
    fn what_is_too_short_to_be_one_stays() {
        assert_eq!(masked(&["", "dev"], "a device"), "a device");
    }
}
