//! What each key may use.

use super::throttle::{BURST, RATE, Throttle};
use crate::{
    mistake::Mistake,
    node::Node,
    reader::Reader,
    rule::Rule,
    shape::{Field, Fields, MOST, Shape},
};

pub(crate) const USAGE_PLAN: Field = Field::new(
    "usage_plan",
    Shape::Fields(&Fields::new(&[NAME, RATE, BURST, QUOTA]).together(&[RATE.name, BURST.name])),
    "What each key may use. Default, where there are keys: one without limits, named <stack>.",
);

const NAME: Field = Field::new("name", Shape::Text(&Rule::LINE), "The plan's name. Default: <stack>.");
const QUOTA: Field = Field::new(
    "quota",
    Shape::Text(&QUOTA_TEXT),
    "Requests a day, week or month: `100/day`. Default: no quota.",
)
.shown();
const QUOTA_TEXT: Rule =
    Rule::new("`<number>/day`, `/week` or `/month`, such as `100/day`", "^[1-9][0-9]{0,9}/(day|week|month)$")
        .hint(|text| {
            text.starts_with('0').then_some("a quota of 0 lets nobody in; leave `quota` out for no quota")
        });

#[derive(Debug, Clone, PartialEq)]
pub struct UsagePlan {
    /// Default `<stack>`.
    pub name: String,
    pub throttle: Option<Throttle>,
    pub quota: Option<Quota>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quota {
    /// Requests; at least 1.
    pub limit: u32,
    pub period: Period,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Period {
    Day,
    Week,
    Month,
}

impl UsagePlan {
    /// A key works only in a plan, so keys without one get one.
    pub(crate) fn read(reader: &mut Reader, api: &Node, keys: &[String]) -> Option<Self> {
        let Some(node) = USAGE_PLAN.node(api) else {
            let plan = Self { name: reader.stack.clone(), throttle: None, quota: None };
            return (!keys.is_empty()).then_some(plan);
        };
        Some(Self {
            name: NAME.text(node).unwrap_or_else(|| reader.stack.clone()),
            throttle: Throttle::read(node),
            quota: Quota::read(reader, node),
        })
    }
}

impl Quota {
    fn read(reader: &mut Reader, plan: &Node) -> Option<Self> {
        let text = QUOTA.text(plan).filter(|text| QUOTA_TEXT.fits(text))?;
        let (limit, period) = text.split_once('/')?;
        let limit = limit.parse().ok().filter(|limit| u64::from(*limit) <= MOST);
        if let (None, Some(node)) = (limit, QUOTA.node(plan)) {
            let mistake = Mistake::at(node.place, "the quota is more than API Gateway can count");
            reader.tell(mistake.expected(format!("at most {MOST}")));
        }
        Some(Self { limit: limit?, period: Period::of(period) })
    }
}

impl Period {
    fn of(word: &str) -> Self {
        match word {
            "week" => Self::Week,
            "month" => Self::Month,
            _ => Self::Day,
        }
    }

    /// As the stack file writes it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
        }
    }

    /// API Gateway's name.
    pub fn aws(self) -> &'static str {
        match self {
            Self::Day => "DAY",
            Self::Week => "WEEK",
            Self::Month => "MONTH",
        }
    }
}
