//! A monthly budget: mail when the account's cost, or the stack's, comes near a limit.

use super::{alerts::Alerts, mail::ADDRESS};
use crate::{
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
    Shape::Fields(&Fields::new(&[LIMIT, ONLY, ALERT_AT, FORECAST, EMAIL])),
    "Mail when the cost of a month comes near a limit. It stops nothing, and AWS's figures are 8 to 24 \
     hours late. Default: no budget.",
);

const LIMIT: Field = Field::new(
    "limit",
    Shape::Text(&AMOUNT),
    "What a month may cost, in the currency of the account's bill: `10 USD`.",
)
.required()
.shown();
const AMOUNT: Rule = Rule::new(
    "an amount in the currency of the account's bill, such as `10 USD`",
    "^[0-9]{1,9}([.][0-9]{1,2})? [A-Z]{3}$",
);

const ONLY: Field = Field::new(
    "only",
    Shape::Choice(&["stack"]),
    "`stack`: what has the stack's tag counts alone. It counts nothing until the tag `lambdeploy:stack` is activated in the \
     account's billing, as a cost allocation tag. Default: the cost of the whole account.",
)
.shown();

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
    "Who gets the mail besides the addresses of `alerts`, which do without being named again. Each address has to be confirmed, by \
     the first mail that AWS sends to it. Default: nobody besides; needed where there are no `alerts`.",
);

/// A budget of the account, by the month.
#[derive(Debug, Clone, PartialEq)]
pub struct Budget {
    /// A month, in `currency`.
    pub limit: f64,
    /// `USD`
    pub currency: String,
    /// What has the stack's tag counts, and nothing else. Default: false.
    pub only_stack: bool,
    /// Percent of the limit.
    pub alert_at: BTreeSet<u32>,
    /// Default: false.
    pub forecast: bool,
    /// Besides those of the alerts; where there are none, at least one.
    pub email: BTreeSet<String>,
}

impl Budget {
    pub(crate) fn read(reader: &mut Reader, root: &Node, alerts: Option<&Alerts>) -> Option<Self> {
        let node = BUDGET.node(root)?;
        let limit = LIMIT.text(node);
        let (amount, currency) = limit.as_deref().and_then(|text| text.split_once(' ')).unwrap_or_default();
        let amount = amount.parse().ok();
        if let (Some(0.0), Some(limit)) = (amount, LIMIT.node(node)) {
            reader.tell(
                Mistake::at(limit.place, "a budget of nothing is always exceeded").expected("an amount"),
            );
        }
        if alerts.is_none() && EMAIL.node(node).is_none() {
            let help = "write `email` here, or `alerts`, whose addresses then get this mail too";
            reader.tell(Mistake::at(node.place, "`budget` has no `email`").help(help));
        }
        let percent = |text: &String| text.strip_suffix('%')?.parse().ok();
        let alerts_at = ALERT_AT.texts(node).map(|texts| texts.iter().filter_map(percent).collect());
        let mut email: BTreeSet<String> = EMAIL.texts(node).unwrap_or_default().into_iter().collect();
        // Nobody is told twice.
        email.retain(|address| !alerts.is_some_and(|it| it.email.contains(address)));
        Some(Self {
            limit: amount.unwrap_or_default(),
            currency: currency.to_owned(),
            only_stack: ONLY.scalar(node).is_some(),
            alert_at: alerts_at.unwrap_or_else(|| DEFAULT_ALERTS.into()),
            forecast: FORECAST.flag(node),
            email,
        })
    }

    /// Budgets are of the account, so the name has the region.
    pub fn name(names: DefaultNames) -> String {
        format!("lambdeploy-{}-{}", names.stack, names.region)
    }

    /// What of it the inventory lists.
    pub(crate) fn entry(names: DefaultNames) -> Entry {
        Entry::new("budget", "", &Self::name(names))
    }
}
