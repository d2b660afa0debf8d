//! A monthly budget: mail when the account's cost comes near a limit.

use crate::stack::{
    DefaultNames, Entry,
    mistake::Mistake,
    node::Node,
    reader::Reader,
    rule::Rule,
    shape::{DefaultValue, Field, Fields, Shape},
};
use std::collections::BTreeSet;

pub(crate) const BUDGET: Field = Field::new(
    "budget",
    Shape::Fields(&Fields::new(&[LIMIT, ALERT_AT, FORECAST, EMAIL])),
    "Mail when the cost of the whole account in a month comes near a limit. It stops nothing, and AWS's figures are 8 to 24 \
     hours late. Default: no budget.",
);

const LIMIT: Field =
    Field::new("limit", Shape::Text(&AMOUNT), "What the account may cost a month: `10 USD`.")
        .required()
        .shown();
const AMOUNT: Rule = Rule::new("an amount in USD, such as `10 USD`", "^[0-9]{1,9}([.][0-9]{1,2})? USD$");

const ALERT_AT: Field = Field::new(
    "alert_at",
    Shape::list(&Shape::Text(&PERCENT)).at_most(MOST_ALERTS),
    "At which parts of the limit mail is sent. Default: 50% and 100%.",
)
.shown();
const PERCENT: Rule = Rule::new("1% to 999%", "^[1-9][0-9]{0,2}%$");
/// AWS takes ten notifications for a budget; one is the forecast's.
const MOST_ALERTS: usize = 9;
const DEFAULT_ALERTS: [u32; 2] = [50, 100];

const FORECAST: Field =
    Field::new("forecast", Shape::Flag, "Mail too when AWS expects the month to end above the limit.")
        .or(DefaultValue::Flag(false));

const EMAIL: Field = Field::new(
    "email",
    Shape::list(&Shape::Text(&ADDRESS)).not_empty().at_most(10),
    "Who gets the mail. Each address has to be confirmed, by the first mail that AWS sends to it.",
)
.required();
const ADDRESS: Rule = Rule::new("a mail address", "^[^@ ]{1,64}@[^@ ]{1,255}$");

/// A budget of the account, by the month.
#[derive(Debug, Clone, PartialEq)]
pub struct Budget {
    /// USD a month.
    pub limit: f64,
    /// Percent of the limit.
    pub alert_at: BTreeSet<u32>,
    /// Default: false.
    pub forecast: bool,
    /// At least one.
    pub email: BTreeSet<String>,
}

impl Budget {
    pub(crate) fn read(reader: &mut Reader, root: &Node) -> Option<Self> {
        let node = BUDGET.node(root)?;
        let amount = LIMIT.text(node).and_then(|text| text.strip_suffix(" USD")?.parse().ok());
        if let (Some(0.0), Some(limit)) = (amount, LIMIT.node(node)) {
            reader.tell(
                Mistake::at(limit.place, "a budget of nothing is always exceeded").expected("an amount"),
            );
        }
        let percent = |text: &String| text.strip_suffix('%')?.parse().ok();
        let alerts = ALERT_AT.texts(node).map(|texts| texts.iter().filter_map(percent).collect());
        Some(Self {
            limit: amount.unwrap_or_default(),
            alert_at: alerts.unwrap_or_else(|| DEFAULT_ALERTS.into()),
            forecast: FORECAST.flag(node),
            email: EMAIL.texts(node).unwrap_or_default().into_iter().collect(),
        })
    }

    /// Budgets are of the account, so the name has the region.
    pub(crate) fn name(names: DefaultNames) -> String {
        format!("lambdeploy-{}-{}", names.stack, names.region)
    }

    /// What of it the inventory lists.
    pub(crate) fn entry(names: DefaultNames) -> Entry {
        Entry::new("budget", "", &Self::name(names))
    }
}
