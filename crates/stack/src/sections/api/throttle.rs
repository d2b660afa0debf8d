//! How often may be called.

use super::{Api, usage_plan::USAGE_PLAN};
use crate::{
    node::Node,
    shape::{Field, Fields, Shape},
    warnings::Warnings,
};

pub(crate) const THROTTLE: Field = Field::new(
    "throttle",
    Shape::Fields(&Fields::new(&[RATE.required(), BURST.required()])),
    "Of the stage, for each method: everybody together. Default: the account's.",
);

pub(crate) const RATE: Field =
    Field::new("rate", Shape::Decimal, "Requests a second, on average. Default: no limit.").shown();
pub(crate) const BURST: Field =
    Field::new("burst", Shape::whole_from(0), "Requests at once, beyond the average. Default: no limit.")
        .shown();

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Throttle {
    /// Requests a second.
    pub rate: f64,
    pub burst: u32,
}

impl Throttle {
    /// `None`: the mapping has none.
    pub(crate) fn read(mapping: &Node) -> Option<Self> {
        Some(Self { rate: RATE.decimal(mapping)?, burst: BURST.whole(mapping)? })
    }
}

pub(crate) fn warn(api: &Api, warnings: &mut Warnings) {
    let of_plan = api.usage_plan.as_ref().and_then(|plan| plan.throttle);
    for (key, throttle) in [(THROTTLE.name, api.throttle), (USAGE_PLAN.name, of_plan)] {
        let Some(Throttle { rate, burst }) = throttle else { continue };
        let path = ["api", key, BURST.name];
        if rate == 0.0 || burst == 0 {
            warnings.tell(&path, "a rate or burst of 0 lets no call through");
        } else if f64::from(burst) < rate {
            let text =
                format!("with a burst of {burst} below the rate of {rate}, calls are refused below the rate");
            warnings.tell(&path, text);
        }
    }
}
