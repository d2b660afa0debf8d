//! Metric math: expressions over metrics, as AWS's User Guide has them ("Using math expressions"), without SEARCH, anomaly
//! bands and Metrics Insights.

mod functions;
mod outcome;
mod parse;
mod syntax;

pub(crate) use functions::{float, of_one, times};
pub(crate) use outcome::Outcome;
pub(crate) use parse::parse;
pub(crate) use syntax::{Expression, LINEAR, Operator, REPEAT};
