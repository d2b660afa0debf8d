//! Mail when something goes wrong: whom, and of what.

use super::{functions::Function, mail::ADDRESS};
use crate::{
    DefaultNames, Entry,
    node::Node,
    shape::{Field, Fields, Shape},
};
use std::collections::{BTreeMap, BTreeSet};

pub(crate) const ALERTS: Field = Field::new(
    "alerts",
    Shape::Fields(&Fields::new(&[EMAIL, WHEN])),
    "Mail when something goes wrong, within minutes. Default: no mail.",
);

const EMAIL: Field = Field::new(
    "email",
    Shape::list(&Shape::Text(&ADDRESS)).not_empty().at_most(MOST_ADDRESSES),
    "Who gets the mail. Each address has to be confirmed, by the link in the first mail that AWS sends to it.",
)
.required();
const MOST_ADDRESSES: usize = 100;

const WHEN: Field = Field::new(
    "when",
    Shape::list(&Shape::Choice(&["errors", "throttles", "slow", "5xx"])).not_empty().at_most(4),
    "Of what: `errors` and `throttles` of the functions; `slow`: one call in twenty takes more than 80% of the function's time \
     limit, or 25 s; `5xx` of the API. Each is an alarm. Default: all four.",
)
.shown();

/// Metrics that one alarm of AWS calculates with at most (`docs/aws.md` 7.2).
const MOST_METRICS: usize = 10;

/// Whom to tell, of what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alerts {
    /// At least one.
    pub email: BTreeSet<String>,
    /// At least one. Default: all.
    pub when: BTreeSet<Trouble>,
}

/// What somebody wants to be told of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Trouble {
    /// Functions failed.
    Errors,
    /// Lambda refused calls of functions.
    Throttles,
    /// Functions take almost too long.
    Slow,
    /// The API answered 5xx.
    ServerErrors,
}

/// One alarm.
#[derive(Debug, Clone)]
pub struct Watch<'a> {
    /// `errors`; of more functions than one alarm takes also `errors-2` and so on.
    pub key: String,
    pub trouble: Trouble,
    /// Whose metrics it goes by; for [`Trouble::ServerErrors`] none, it goes by the API's.
    pub functions: Vec<&'a Function>,
}

impl Trouble {
    pub(crate) const ALL: [Self; 4] = [Self::Errors, Self::Throttles, Self::Slow, Self::ServerErrors];

    /// As the stack file says it, and the alarm's name.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Errors => "errors",
            Self::Throttles => "throttles",
            Self::Slow => "slow",
            Self::ServerErrors => "5xx",
        }
    }

    /// Whether an alarm of a stack has this key, now or before.
    pub fn is_key(key: &str) -> bool {
        let is_number = |rest: &str| !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_digit());
        let is_of = |it: Self| {
            key.strip_prefix(it.word())
                .is_some_and(|rest| rest.is_empty() || rest.strip_prefix('-').is_some_and(is_number))
        };
        Self::ALL.into_iter().any(is_of)
    }

    fn watches(self, functions: &BTreeMap<String, Function>) -> Vec<Watch<'_>> {
        if self == Self::ServerErrors {
            return vec![Watch::of(self, 0, &[])];
        }
        let all: Vec<&Function> = functions.values().collect();
        all.chunks(MOST_METRICS).enumerate().map(|(n, part)| Watch::of(self, n, part)).collect()
    }
}

impl<'a> Watch<'a> {
    /// The `n`th of its kind, from 0.
    fn of(trouble: Trouble, n: usize, functions: &[&'a Function]) -> Self {
        let word = trouble.word();
        let key = if n == 0 { word.to_owned() } else { format!("{word}-{}", n + 1) };
        Self { key, trouble, functions: functions.to_vec() }
    }
}

impl Alerts {
    pub(crate) fn read(root: &Node) -> Option<Self> {
        let node = ALERTS.node(root)?;
        let named = WHEN.texts(node).map(|words| {
            Trouble::ALL.into_iter().filter(|it| words.iter().any(|word| word == it.word())).collect()
        });
        Some(Self {
            email: EMAIL.texts(node).unwrap_or_default().into_iter().collect(),
            when: named.unwrap_or_else(|| Trouble::ALL.into()),
        })
    }

    /// The alarms, in an order that stays as functions come and go.
    pub fn watches<'a>(&self, functions: &'a BTreeMap<String, Function>) -> Vec<Watch<'a>> {
        self.when.iter().flat_map(|trouble| trouble.watches(functions)).collect()
    }

    /// What of it the inventory lists.
    pub(crate) fn entries(&self, functions: &BTreeMap<String, Function>, names: DefaultNames) -> Vec<Entry> {
        let topic = Entry::new("topic", "", &names.topic());
        let alarms = self.watches(functions).into_iter();
        alarms.map(|it| Entry::new("alarm", &it.key, &names.alarm(&it.key))).chain([topic]).collect()
    }
}
