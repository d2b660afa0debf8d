//! GetMetricData: statistics of metrics, and expressions over them.

use super::{
    answers::Answers,
    errors::{invalid, wrong_token},
    evaluation,
    input::read,
    math::Outcome,
    model,
    query::{self, AskedQuery, Measure, QueryOf, wrong},
    series::{Series, Span},
};
use crate::{
    call::{Call, Reply},
    error::AwsError,
    paging,
};
use serde::Deserialize;
use serde_json::{Map, Value, json};

const MOST_QUERIES: usize = 500;
/// Of all results together, in one page.
const MOST_DATAPOINTS: usize = 100_800;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Asked {
    metric_data_queries: Vec<AskedQuery>,
    start_time: f64,
    end_time: f64,
    next_token: Option<String>,
    scan_by: Option<String>,
    max_datapoints: Option<i64>,
}

/// What of the answer still has to be told.
struct Page {
    skip: usize,
    most: usize,
}

pub(crate) fn get(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let asked: Asked = read(input, &model::GET_METRIC_DATA)?;
    if asked.metric_data_queries.is_empty() {
        return Err(invalid("The parameter MetricDataQueries is required."));
    }
    if asked.metric_data_queries.len() > MOST_QUERIES {
        return Err(invalid(format!(
            "The collection MetricDataQueries must not have a size greater than {MOST_QUERIES}."
        )));
    }
    let queries = query::read_all(&asked.metric_data_queries, &call.account)?;
    let span = asked.span()?;
    let page = asked.page(call)?;
    let lag = i64::try_from(call.delays.metric_lag.as_millis()).unwrap_or(i64::MAX);
    let known = call.now.as_millisecond().saturating_add(1).saturating_sub(lag);
    let longest = queries
        .iter()
        .filter_map(|q| if let QueryOf::Metric(m) = &q.of { Some(m.period) } else { None })
        .max();
    let region = &*call.region_mut();
    let fetch = |measure: &Measure| evaluation::series(region, measure, aligned(span, measure.period), known);
    let answers = Answers { queries: &queries, span: aligned(span, longest.unwrap_or(60)), fetch: &fetch };
    let mut found: Vec<(&query::Query, Series)> = Vec::new();
    for query in queries.iter().filter(|query| query.return_data) {
        let all = answers.of(&query.id).and_then(Outcome::all).map_err(|why| wrong(&query.id, &why))?;
        found.extend(all.into_iter().map(|series| (query, series)));
    }
    Ok(Reply::ok(asked.answer(&found, &page)))
}

/// From the start of a period on.
fn aligned(span: Span, period: i64) -> Span {
    Span { from: span.from - span.from.rem_euclid(period), ..span }
}

impl Asked {
    /// # Errors
    /// It ends before it starts.
    fn span(&self) -> Result<Span, AwsError> {
        if self.start_time >= self.end_time {
            return Err(invalid("The parameter StartTime must be less than the parameter EndTime."));
        }
        #[expect(clippy::cast_possible_truncation, reason = "what is no date saturates")]
        Ok(Span { from: self.start_time.floor() as i64, to: self.end_time.ceil() as i64 })
    }

    fn page(&self, call: &Call<'_>) -> Result<Page, AwsError> {
        let most = self.max_datapoints.map_or(MOST_DATAPOINTS, |n| usize::try_from(n).unwrap_or_default());
        if !(1..=MOST_DATAPOINTS).contains(&most) {
            return Err(invalid(format!("MaxDatapoints must be between 1 and {MOST_DATAPOINTS}.")));
        }
        let skip = self
            .next_token
            .as_deref()
            .map(|token| paging::key_of(token).and_then(|skip| skip.parse().ok()).ok_or_else(wrong_token));
        Ok(Page { skip: skip.transpose()?.unwrap_or_default(), most: paging::size(most, call.config) })
    }

    /// As many data points as fit on the page, from one series after the other.
    fn answer(&self, found: &[(&query::Query, Series)], page: &Page) -> Value {
        let ascending = self.scan_by.as_deref() == Some("TimestampAscending");
        let (mut before, mut results, mut complete) = (0, Vec::new(), true);
        for (query, series) in found {
            let mut points: Vec<(i64, f64)> = series.points.iter().map(|(at, value)| (*at, *value)).collect();
            if !ascending {
                points.reverse();
            }
            let range = |at: usize| (page.skip..page.skip + page.most).contains(&at);
            let shown: Vec<_> = points
                .iter()
                .enumerate()
                .filter(|(n, _)| range(before + n))
                .map(|(_, point)| *point)
                .collect();
            let rest = before + points.len() > page.skip + page.most;
            before += points.len();
            complete &= !rest;
            results.push(result(query, &shown, rest));
        }
        let mut output = json!({ "MetricDataResults": results, "Messages": [] });
        if !complete {
            output["NextToken"] = json!(paging::token(&(page.skip + page.most).to_string()));
        }
        output
    }
}

fn result(query: &query::Query, points: &[(i64, f64)], rest: bool) -> Value {
    let members = [
        ("Id", json!(query.id)),
        ("Label", json!(query.label)),
        ("Timestamps", points.iter().map(|(at, _)| json!(at)).collect()),
        ("Values", points.iter().map(|(_, value)| json!(value)).collect()),
        ("StatusCode", json!(if rest { "PartialData" } else { "Complete" })),
    ];
    Value::Object(members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect::<Map<_, _>>())
}
