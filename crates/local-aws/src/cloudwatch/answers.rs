//! What queries and expressions come to.

use super::{
    math::{Expression, LINEAR, Operator, Outcome, REPEAT, float, of_one, times},
    query::{Measure, Query, QueryOf},
    series::{Series, Span},
};

/// What can be asked of one call's queries.
pub(crate) struct Answers<'a> {
    pub queries: &'a [Query],
    pub span: Span,
    pub fetch: &'a dyn Fn(&Measure) -> Series,
}

impl Answers<'_> {
    /// What the query of an id comes to.
    ///
    /// # Errors
    /// Its expression has no sense, or needs itself.
    pub(crate) fn of(&self, id: &str) -> Result<Outcome, String> {
        self.named(id, self.queries.len())
    }

    /// `left`: how many queries may still lead to each other before one of them needs itself.
    fn named(&self, id: &str, left: usize) -> Result<Outcome, String> {
        let query = self.queries.iter().find(|query| query.id == id);
        let query = query.ok_or_else(|| format!("Undefined metric id {id}"))?;
        let left = left.checked_sub(1).ok_or_else(|| format!("{id} needs itself"))?;
        match &query.of {
            QueryOf::Metric(measure) => Ok(Outcome::Series((self.fetch)(measure))),
            QueryOf::Math(expression) => self.evaluate(expression, left),
        }
    }

    fn evaluate(&self, expression: &Expression, left: usize) -> Result<Outcome, String> {
        match expression {
            Expression::Number(number) => Ok(Outcome::Scalar(*number)),
            Expression::Text(text) => Err(format!("A text is no value: {text}")),
            Expression::Name(id) => self.named(id, left),
            Expression::List(parts) => {
                let parts = parts.iter().map(|part| self.evaluate(part, left)?.all());
                Ok(Outcome::Several(parts.collect::<Result<Vec<_>, _>>()?.concat()))
            }
            Expression::Negative(part) => Ok(self.evaluate(part, left)?.map(|number| -number)),
            Expression::Binary(operator, a, b) => {
                binary(*operator, self.evaluate(a, left)?, self.evaluate(b, left)?)
            }
            Expression::Call(name, parts) => self.call(name, parts, left),
        }
    }

    fn call(&self, name: &str, parts: &[Expression], left: usize) -> Result<Outcome, String> {
        let argument = |n: usize| self.evaluate(&parts[n], left);
        match name {
            "METRICS" => self.metrics(parts),
            "FILL" => self.fill(argument(0)?, &parts[1], left),
            "IF" => {
                let otherwise = parts.get(2).map(|part| self.evaluate(part, left)).transpose()?;
                choose(&argument(0)?.one(name)?, &argument(1)?, otherwise.as_ref())
            }
            _ => of_one(name, argument(0)?, self.span),
        }
    }

    /// All metrics, no expressions; those whose ids contain a text where one is given.
    fn metrics(&self, parts: &[Expression]) -> Result<Outcome, String> {
        let within = match parts.first() {
            None => "",
            Some(Expression::Text(text)) => text,
            Some(_) => return Err("METRICS takes a text".to_owned()),
        };
        let of = |query: &Query| match &query.of {
            QueryOf::Metric(measure) if query.id.contains(within) => Some((self.fetch)(measure)),
            _ => None,
        };
        Ok(Outcome::Several(self.queries.iter().filter_map(of).collect()))
    }

    fn fill(&self, argument: Outcome, with: &Expression, left: usize) -> Result<Outcome, String> {
        if let Expression::Name(word) = with
            && (word == REPEAT || word == LINEAR)
        {
            let linear = word == LINEAR;
            return argument.each(|series| between(&series, self.span, linear));
        }
        let filler = self.evaluate(with, left)?;
        let at = |time: i64| filler.at(time);
        argument.each(|series| {
            let had = |time: i64| series.points.get(&time).copied();
            let points = times(&series, self.span).filter_map(|t| Some((t, had(t).or_else(|| at(t))?)));
            Series { period: series.period, points: points.collect() }
        })
    }
}

/// Missing values made of those before and behind them.
fn between(series: &Series, span: Span, linear: bool) -> Series {
    let at = |time: i64| {
        let before = series.points.range(..=time).next_back();
        let behind = series.points.range(time..).next();
        match (before, behind) {
            (Some((from, a)), Some((to, b))) if linear && to > from => {
                Some(a + (b - a) * float(time - from) / float(to - from))
            }
            (Some((_, value)), _) => Some(*value),
            (None, _) => None,
        }
    };
    let points = times(series, span).filter_map(|time| Some((time, at(time)?)));
    Series { period: series.period, points: points.collect() }
}

fn choose(condition: &Series, then: &Outcome, otherwise: Option<&Outcome>) -> Result<Outcome, String> {
    if matches!(then, Outcome::Several(_)) || matches!(otherwise, Some(Outcome::Several(_))) {
        return Err("IF takes one time series".to_owned());
    }
    let of = |(time, holds): (&i64, &f64)| {
        let chosen = if *holds == 0.0 { otherwise? } else { then };
        Some((*time, chosen.at(*time)?))
    };
    Ok(Outcome::Series(Series {
        period: condition.period,
        points: condition.points.iter().filter_map(of).collect(),
    }))
}

fn binary(operator: Operator, left: Outcome, right: Outcome) -> Result<Outcome, String> {
    Ok(match (left, right) {
        (Outcome::Scalar(a), Outcome::Scalar(b)) => {
            Outcome::Scalar(operator.of(a, b).ok_or("the number is none")?)
        }
        (Outcome::Several(all), other @ (Outcome::Scalar(_) | Outcome::Series(_))) => {
            let each = all.iter().map(|series| with(series, |time, a| operator.of(a, other.at(time)?)));
            Outcome::Several(each.collect())
        }
        (other @ (Outcome::Scalar(_) | Outcome::Series(_)), Outcome::Several(all)) => {
            let each = all.iter().map(|series| with(series, |time, b| operator.of(other.at(time)?, b)));
            Outcome::Several(each.collect())
        }
        (Outcome::Series(series), other @ (Outcome::Scalar(_) | Outcome::Series(_))) => {
            Outcome::Series(with(&series, |time, a| operator.of(a, other.at(time)?)))
        }
        (Outcome::Scalar(a), Outcome::Series(series)) => {
            Outcome::Series(with(&series, |_, b| operator.of(a, b)))
        }
        (Outcome::Several(_), Outcome::Several(_)) => {
            return Err("Two arrays of time series can't be combined".to_owned());
        }
    })
}

fn with(series: &Series, of: impl Fn(i64, f64) -> Option<f64>) -> Series {
    let points = series.points.iter().filter_map(|(time, value)| Some((*time, of(*time, *value)?)));
    Series { period: series.period, points: points.collect() }
}
