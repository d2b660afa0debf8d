//! A statement's `Condition`: every operator and every key in it must hold.

use super::{
    document::{Context, Language, texts},
    pattern::Pattern,
};
use jiff::Timestamp;
use serde_json::Value;
use std::net::IpAddr;

/// How many of a key's values must fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Set {
    Any,
    All,
}

/// An operator's name, taken apart: `ForAnyValue:StringNotLikeIfExists`.
struct Operator {
    set: Option<Set>,
    test: Test,
    negated: bool,
    if_exists: bool,
}

#[derive(Debug, Clone, Copy)]
enum Test {
    String { wildcards: bool, ignore_case: bool },
    Arn,
    Bool,
    Ip,
    Number(fn(f64, f64) -> bool),
    Date(fn(Timestamp, Timestamp) -> bool),
    Null,
}

/// Whether the evaluator knows the operator.
pub(crate) fn known(operator: &str) -> bool {
    Operator::read(operator).is_some()
}

pub(crate) fn all_hold(conditions: &Value, context: &Context, language: Language) -> bool {
    let Value::Object(operators) = conditions else { return conditions.is_null() };
    operators.iter().all(|(name, keys)| {
        let (Some(operator), Value::Object(keys)) = (Operator::read(name), keys) else { return false };
        keys.iter().all(|(key, wanted)| operator.holds(key, wanted, context, language))
    })
}

impl Operator {
    fn read(name: &str) -> Option<Self> {
        let (set, name) = match name.split_once(':') {
            Some(("ForAnyValue", rest)) => (Some(Set::Any), rest),
            Some(("ForAllValues", rest)) => (Some(Set::All), rest),
            Some(_) => return None,
            None => (None, name),
        };
        let bare = name.strip_suffix("IfExists");
        let (test, negated) = test(bare.unwrap_or(name))?;
        Some(Self { set, test, negated, if_exists: bare.is_some() })
    }

    fn holds(&self, key: &str, wanted: &Value, context: &Context, language: Language) -> bool {
        let have = context.get(&key.to_ascii_lowercase()).filter(|values| !values.is_empty());
        if matches!(self.test, Test::Null) {
            return spelled(wanted).any(|w| (w == "true") == have.is_none());
        }
        let Some(have) = have else {
            return self.if_exists
                || self.negated && self.set != Some(Set::Any)
                || self.set == Some(Set::All);
        };
        let fits = |value: &String| spelled(wanted).any(|w| self.fits(value, &w, language, context));
        match (self.set, self.negated) {
            (Some(Set::All), negated) => have.iter().all(|v| fits(v) != negated),
            (Some(Set::Any), negated) => have.iter().any(|v| fits(v) != negated),
            (None, false) => have.iter().any(fits),
            (None, true) => !have.iter().any(fits),
        }
    }

    fn fits(&self, have: &str, wanted: &str, language: Language, context: &Context) -> bool {
        match self.test {
            Test::String { wildcards, ignore_case } => {
                let Some(mut pattern) = Pattern::read(wanted, language, context) else { return false };
                let mut have = have.to_owned();
                if ignore_case {
                    pattern = pattern.to_lowercase();
                    have = have.to_ascii_lowercase();
                }
                if wildcards { pattern.matches(&have) } else { pattern.is(&have) }
            }
            Test::Arn => arn_fits(have, wanted, language, context),
            Test::Bool => have.eq_ignore_ascii_case(wanted),
            Test::Ip => in_block(have, wanted).unwrap_or(false),
            Test::Number(compare) => both(have, wanted, |t| t.parse().ok(), compare),
            Test::Date(compare) => both(have, wanted, date, compare),
            Test::Null => false,
        }
    }
}

#[expect(clippy::float_cmp, reason = "IAM compares numbers exactly")]
#[expect(clippy::match_same_arms, reason = "a row an operator")]
fn test(name: &str) -> Option<(Test, bool)> {
    let string = |wildcards, ignore_case| Test::String { wildcards, ignore_case };
    Some(match name {
        "StringEquals" => (string(false, false), false),
        "StringNotEquals" => (string(false, false), true),
        "StringEqualsIgnoreCase" => (string(false, true), false),
        "StringNotEqualsIgnoreCase" => (string(false, true), true),
        "StringLike" => (string(true, false), false),
        "StringNotLike" => (string(true, false), true),
        "ArnEquals" | "ArnLike" => (Test::Arn, false),
        "ArnNotEquals" | "ArnNotLike" => (Test::Arn, true),
        "Bool" => (Test::Bool, false),
        "BinaryEquals" => (string(false, false), false),
        "IpAddress" => (Test::Ip, false),
        "NotIpAddress" => (Test::Ip, true),
        "NumericEquals" => (Test::Number(|a, b| a == b), false),
        "NumericNotEquals" => (Test::Number(|a, b| a == b), true),
        "NumericLessThan" => (Test::Number(|a, b| a < b), false),
        "NumericLessThanEquals" => (Test::Number(|a, b| a <= b), false),
        "NumericGreaterThan" => (Test::Number(|a, b| a > b), false),
        "NumericGreaterThanEquals" => (Test::Number(|a, b| a >= b), false),
        "DateEquals" => (Test::Date(|a, b| a == b), false),
        "DateNotEquals" => (Test::Date(|a, b| a == b), true),
        "DateLessThan" => (Test::Date(|a, b| a < b), false),
        "DateLessThanEquals" => (Test::Date(|a, b| a <= b), false),
        "DateGreaterThan" => (Test::Date(|a, b| a > b), false),
        "DateGreaterThanEquals" => (Test::Date(|a, b| a >= b), false),
        "Null" => (Test::Null, false),
        _ => return None,
    })
}

/// JSON writes `true` and `10` where policies mean `"true"` and `"10"`.
fn spelled(wanted: &Value) -> impl Iterator<Item = String> {
    let plain = match wanted {
        Value::Bool(_) | Value::Number(_) => Some(wanted.to_string()),
        _ => None,
    };
    plain.into_iter().chain(texts(wanted).map(str::to_owned))
}

/// Each of an ARN's six parts for itself: a `*` does not reach over a colon, but for the last part.
fn arn_fits(have: &str, wanted: &str, language: Language, context: &Context) -> bool {
    let mut parts = wanted.splitn(6, ':').zip(have.splitn(6, ':'));
    wanted.splitn(6, ':').count() == have.splitn(6, ':').count()
        && parts.all(|(w, h)| Pattern::read(w, language, context).is_some_and(|p| p.matches(h)))
}

fn both<T: Copy>(have: &str, wanted: &str, read: fn(&str) -> Option<T>, compare: fn(T, T) -> bool) -> bool {
    matches!((read(have), read(wanted)), (Some(a), Some(b)) if compare(a, b))
}

/// ISO 8601, or seconds since 1970.
fn date(text: &str) -> Option<Timestamp> {
    text.parse().ok().or_else(|| Timestamp::from_second(text.parse().ok()?).ok())
}

/// Whether an address is in a CIDR block; a block without `/` is one address.
fn in_block(address: &str, block: &str) -> Option<bool> {
    let (network, length) = block.split_once('/').map_or((block, None), |(n, l)| (n, Some(l)));
    let (address, network): (IpAddr, IpAddr) = (address.parse().ok()?, network.parse().ok()?);
    let (address, network, width) = match (address, network) {
        (IpAddr::V4(a), IpAddr::V4(n)) => (u128::from(a.to_bits()), u128::from(n.to_bits()), 32),
        (IpAddr::V6(a), IpAddr::V6(n)) => (a.to_bits(), n.to_bits(), 128),
        _ => return Some(false),
    };
    let length: u32 = length.map_or(Some(width), |l| l.parse().ok())?;
    let host_bits = width.checked_sub(length)?;
    Some((address ^ network).checked_shr(host_bits).unwrap_or(0) == 0)
}
