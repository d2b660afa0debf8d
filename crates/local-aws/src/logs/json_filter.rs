//! Filter patterns that ask JSON messages: `{ $.level = "ERROR" && $.status >= 500 }`.

use super::errors::invalid;
use crate::error::AwsError;
use crate::policy::Pattern;
use serde_json::Value;

/// A question to a JSON message.
#[derive(Debug)]
pub(crate) struct JsonFilter(Condition);

#[derive(Debug)]
enum Condition {
    All(Vec<Condition>),
    Any(Vec<Condition>),
    Compare(Selector, Comparison, String),
    Is(Selector, Value),
    Missing(Selector),
}

/// `$.user.tags[0]`
#[derive(Debug)]
struct Selector(Vec<PathStep>);

#[derive(Debug)]
enum PathStep {
    Member(String),
    Index(usize),
    EveryIndex,
}

#[derive(Debug, Clone, Copy)]
enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl JsonFilter {
    pub(crate) fn read(text: &str) -> Result<Self, AwsError> {
        let mut reader = Reader(text);
        let condition = reader.filter();
        let whole = reader.0.trim().is_empty();
        condition
            .filter(|_| whole)
            .map(Self)
            .ok_or_else(|| invalid(format!("Invalid metric filter pattern: \"{text}\"")))
    }

    /// A message that is no JSON object matches nothing.
    pub(crate) fn matches(&self, message: &str) -> bool {
        let json: Option<Value> = serde_json::from_str(message).ok();
        json.filter(Value::is_object).is_some_and(|json| self.0.holds(&json))
    }
}

impl Condition {
    fn holds(&self, json: &Value) -> bool {
        match self {
            Self::All(parts) => parts.iter().all(|c| c.holds(json)),
            Self::Any(parts) => parts.iter().any(|c| c.holds(json)),
            Self::Compare(selector, comparison, wanted) => {
                selector.values(json).into_iter().any(|have| comparison.holds(have, wanted))
            }
            Self::Is(selector, wanted) => selector.values(json).contains(&wanted),
            Self::Missing(selector) => selector.values(json).is_empty(),
        }
    }
}

impl Selector {
    fn values<'a>(&self, json: &'a Value) -> Vec<&'a Value> {
        self.0.iter().fold(vec![json], |found, step| {
            found
                .into_iter()
                .flat_map(|value| match step {
                    PathStep::Member(name) => value.get(name).into_iter().collect::<Vec<_>>(),
                    PathStep::Index(n) => value.get(n).into_iter().collect(),
                    PathStep::EveryIndex => value.as_array().into_iter().flatten().collect(),
                })
                .collect()
        })
    }
}

impl Comparison {
    #[expect(clippy::float_cmp, reason = "CloudWatch compares numbers exactly")]
    fn holds(self, have: &Value, wanted: &str) -> bool {
        if let (Some(have), Ok(wanted)) = (have.as_f64(), wanted.parse::<f64>()) {
            return match self {
                Self::Equal => have == wanted,
                Self::NotEqual => have != wanted,
                Self::Less => have < wanted,
                Self::LessOrEqual => have <= wanted,
                Self::Greater => have > wanted,
                Self::GreaterOrEqual => have >= wanted,
            };
        }
        let Some(have) = have.as_str() else { return false };
        match self {
            Self::Equal => Pattern::plain(wanted).matches(have),
            Self::NotEqual => !Pattern::plain(wanted).matches(have),
            _ => false,
        }
    }
}

/// What is left to read. Every method reads one thing, or answers `None` where it is not there.
struct Reader<'a>(&'a str);

impl Reader<'_> {
    fn filter(&mut self) -> Option<Condition> {
        self.word("{")?;
        let condition = self.any()?;
        self.word("}")?;
        Some(condition)
    }

    fn any(&mut self) -> Option<Condition> {
        let mut parts = vec![self.all()?];
        while self.word("||").is_some() {
            parts.push(self.all()?);
        }
        Some(Condition::Any(parts))
    }

    fn all(&mut self) -> Option<Condition> {
        let mut parts = vec![self.one()?];
        while self.word("&&").is_some() {
            parts.push(self.one()?);
        }
        Some(Condition::All(parts))
    }

    fn one(&mut self) -> Option<Condition> {
        if self.word("(").is_some() {
            let inner = self.any()?;
            self.word(")")?;
            return Some(inner);
        }
        let selector = self.selector()?;
        if self.word("IS").is_some() {
            let values = [("NULL", Value::Null), ("TRUE", Value::Bool(true)), ("FALSE", Value::Bool(false))];
            let (_, value) = values.into_iter().find(|(word, _)| self.word(word).is_some())?;
            return Some(Condition::Is(selector, value));
        }
        if self.word("NOT").is_some() {
            self.word("EXISTS")?;
            return Some(Condition::Missing(selector));
        }
        let comparison = self.comparison()?;
        Some(Condition::Compare(selector, comparison, self.value()?))
    }

    fn comparison(&mut self) -> Option<Comparison> {
        // The longer ones first: `<=` begins like `<`.
        let all = [
            ("!=", Comparison::NotEqual),
            ("<=", Comparison::LessOrEqual),
            (">=", Comparison::GreaterOrEqual),
            ("=", Comparison::Equal),
            ("<", Comparison::Less),
            (">", Comparison::Greater),
        ];
        all.into_iter().find_map(|(word, comparison)| self.word(word).map(|()| comparison))
    }

    fn word(&mut self, word: &str) -> Option<()> {
        self.0 = self.0.trim_start().strip_prefix(word)?;
        Some(())
    }

    fn selector(&mut self) -> Option<Selector> {
        self.word("$")?;
        let mut steps = Vec::new();
        loop {
            if let Some(rest) = self.0.strip_prefix('.') {
                self.0 = rest;
                steps.push(PathStep::Member(self.characters(|c| c.is_alphanumeric() || "_-@".contains(c))?));
            } else if let Some(rest) = self.0.strip_prefix('[') {
                let (index, rest) = rest.split_once(']')?;
                self.0 = rest;
                steps.push(if index == "*" {
                    PathStep::EveryIndex
                } else {
                    PathStep::Index(index.parse().ok()?)
                });
            } else {
                return Some(Selector(steps)).filter(|s| !s.0.is_empty());
            }
        }
    }

    fn value(&mut self) -> Option<String> {
        let Some(quoted) = self.0.trim_start().strip_prefix('"') else {
            self.0 = self.0.trim_start();
            return self.characters(|c| !c.is_whitespace() && !"(){}=<>!&|\"".contains(c));
        };
        let (value, rest) = quoted.split_once('"')?;
        self.0 = rest;
        Some(value.to_owned())
    }

    fn characters(&mut self, belongs: impl Fn(char) -> bool) -> Option<String> {
        let end = self.0.find(|c| !belongs(c)).unwrap_or(self.0.len());
        let (found, rest) = self.0.split_at(end);
        self.0 = rest;
        Some(found.to_owned()).filter(|f| !f.is_empty())
    }
}
