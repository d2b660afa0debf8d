//! What an expression comes to.

use crate::cloudwatch::series::Series;

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Outcome {
    Scalar(f64),
    Series(Series),
    Several(Vec<Series>),
}

impl Outcome {
    pub(crate) fn at(&self, time: i64) -> Option<f64> {
        match self {
            Self::Scalar(number) => Some(*number),
            Self::Series(series) => series.points.get(&time).copied(),
            Self::Several(_) => None,
        }
    }

    pub(crate) fn map(self, change: impl Fn(f64) -> f64) -> Self {
        match self {
            Self::Scalar(number) => Self::Scalar(change(number)),
            Self::Series(series) => Self::Series(series.map(&change)),
            Self::Several(all) => Self::Several(all.iter().map(|series| series.map(&change)).collect()),
        }
    }

    pub(crate) fn each(self, change: impl Fn(Series) -> Series) -> Result<Self, String> {
        match self {
            Self::Scalar(_) => Err("A time series is needed, and this is a number".to_owned()),
            Self::Series(series) => Ok(Self::Series(change(series))),
            Self::Several(all) => Ok(Self::Several(all.into_iter().map(change).collect())),
        }
    }

    pub(crate) fn one(self, of: &str) -> Result<Series, String> {
        if let Self::Series(series) = self { Ok(series) } else { Err(format!("{of} takes one time series")) }
    }

    pub(crate) fn scalar(&self, of: &str) -> Result<f64, String> {
        if let Self::Scalar(number) = self { Ok(*number) } else { Err(format!("{of} takes a number")) }
    }

    /// # Errors
    /// It is a number.
    pub(crate) fn all(self) -> Result<Vec<Series>, String> {
        match self {
            Self::Scalar(_) => {
                Err("The expression has to come to a time series, and this is a number".to_owned())
            }
            Self::Series(series) => Ok(vec![series]),
            Self::Several(all) => Ok(all),
        }
    }
}
