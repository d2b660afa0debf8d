//! What has a ceiling, and what has none.

use super::{
    amount::Amount,
    call::{longest_of, second_of},
    calls::Calls,
};
use crate::{
    prices::Each,
    stack::{Auth, Function, Route, Stack},
};
use serde::Serialize;
use std::collections::BTreeSet;

/// MB that a function answers at most (`docs/aws.md` 4.6).
const LARGEST_ANSWER: f64 = 6.0;
/// Lambda starts so many calls a second for each execution at once.
const CALLS_AT_ONCE: f64 = 10.0;
const DAY: f64 = 86_400.0;

const QUOTA: &str = "api.usage_plan.quota: 100/day";
const THROTTLE: &str = "api.throttle: {rate: 1, burst: 10}";

/// What something can cost at most.
#[derive(Debug, PartialEq, Serialize)]
pub(crate) struct CostLine {
    pub what: String,
    /// `None`: no ceiling.
    pub most: Option<Amount>,
    pub why: String,
    /// The key of the stack file that gives it a ceiling, and how it is written.
    pub key: Option<&'static str>,
}

pub(super) fn lines(stack: &Stack, prices: &Each) -> Vec<CostLine> {
    let most = Most { stack, prices };
    let mut lines = most.with_a_key();
    lines.extend(most.open_routes());
    lines.extend(most.authorizers());
    lines.extend(most.preflights());
    lines
}

struct Most<'a> {
    stack: &'a Stack,
    prices: &'a Each,
}

impl Most<'_> {
    /// A key may be used for the dearest of its routes alone.
    fn with_a_key(&self) -> Vec<CostLine> {
        let routes = || self.stack.api.routes.iter().filter(|r| r.auth == Auth::ApiKey);
        let functions: Vec<_> = routes().filter_map(|r| self.function(&r.function)).collect();
        let calls = Calls::with_a_key(&self.stack.api);
        self.of_calls("calls with a key", &functions, &calls, QUOTA)
    }

    fn open_routes(&self) -> Vec<CostLine> {
        let open = self.stack.api.routes.iter().filter(|r| r.auth != Auth::ApiKey);
        let lines = open.map(|route| {
            let function = self.function(&route.function);
            let calls = Calls::by_anybody(&self.stack.api, 1);
            let what = format!("{} {}{}", route.method, route.path, who(route));
            self.of_calls(&what, &Vec::from_iter(function), &calls, THROTTLE)
        });
        lines.flatten().collect()
    }

    /// What is called runs, takes time, and answers.
    fn of_calls(
        &self,
        what: &str,
        functions: &[&Function],
        calls: &Calls,
        key: &'static str,
    ) -> Vec<CostLine> {
        if functions.is_empty() {
            return Vec::new();
        }
        let prices = self.prices;
        let request = (prices.api_requests + prices.function_requests) / 1e6;
        let answer = prices.data_out * LARGEST_ANSWER / 1024.0;
        let line = |what: String, each: f64, why: String| {
            let most = calls.most.map(|calls| calls.times(each));
            CostLine { what, key: most.is_none().then_some(key), most, why }
        };
        let number = calls.most.map(|most| format!("{:.0} calls a day: ", most.day)).unwrap_or_default();
        vec![
            line(what.to_owned(), request, format!("{number}{}", calls.why)),
            self.time(what, functions, calls, key),
            line(
                format!("{what}: answers"),
                answer,
                format!("{LARGEST_ANSWER} MB each at most, {} USD a GB out of AWS", prices.data_out),
            ),
        ]
    }

    fn time(&self, what: &str, functions: &[&Function], calls: &Calls, key: &'static str) -> CostLine {
        let each = functions.iter().map(|f| (*f, self.time_of(f, calls.most)));
        // What has no ceiling is the dearest.
        let rank = |most: Option<Amount>| most.map_or(f64::INFINITY, |m| m.month);
        let dearest = each.max_by(|(_, a), (_, b)| rank(*a).total_cmp(&rank(*b)));
        let (most, why) = dearest.map(|(f, most)| (most, self.why(f, calls))).unwrap_or_default();
        CostLine { what: format!("{what}: time"), key: most.is_none().then_some(key), most, why }
    }

    /// What the calls' time costs; a reserved concurrency bounds it whoever calls.
    fn time_of(&self, function: &Function, calls: Option<Amount>) -> Option<Amount> {
        let by_calls = calls.map(|c| c.times(self.longest(function)));
        match (by_calls, self.all_day(function)) {
            (Some(a), Some(b)) => Some(a.at_most(b)),
            (a, b) => a.or(b),
        }
    }

    fn longest(&self, function: &Function) -> f64 {
        longest_of(function, self.prices)
    }

    /// As many at once as are reserved, without a pause.
    fn all_day(&self, function: &Function) -> Option<Amount> {
        let at_once = f64::from(function.reserved_concurrency?);
        Some(Amount::each(at_once * DAY * second_of(function, self.prices)))
    }

    fn why(&self, function: &Function, calls: &Calls) -> String {
        let Function { key, memory, timeout, .. } = function;
        let bound = calls.most.map(|c| c.times(self.longest(function)).month);
        match (bound, self.all_day(function), function.reserved_concurrency) {
            (bound, Some(all_day), Some(n)) if bound.is_none_or(|b| b > all_day.month) => {
                format!("{key}: reserved_concurrency {n} at {memory} MB, day and night")
            }
            _ => format!("{key}: timeout {timeout} s and up to 10 s of start, at {memory} MB"),
        }
    }

    /// Whoever is refused by it has made it run all the same.
    fn authorizers(&self) -> Vec<CostLine> {
        let asked = |key: &str| {
            let routes = self.stack.api.routes.iter();
            routes.filter(|r| matches!(&r.auth, Auth::Authorizer(a) if a.function == key)).count()
        };
        let functions = self.stack.functions.values().filter(|f| asked(&f.key) > 0);
        functions.map(|f| self.authorizer(f, asked(&f.key))).collect()
    }

    fn authorizer(&self, function: &Function, routes: usize) -> CostLine {
        let calls = Calls::by_anybody(&self.stack.api, routes);
        let at_once = function.reserved_concurrency;
        let at_once = at_once.map(|n| Amount::each(f64::from(n) * CALLS_AT_ONCE * DAY));
        let number = calls.most.or(at_once);
        let requests = number.map(|n| n.times(self.prices.function_requests / 1e6));
        let time = self.time_of(function, number);
        let most = requests.zip(time).map(|(a, b)| a.plus(b));
        let key = most.is_none().then_some(THROTTLE);
        let why = format!("asked for each caller, also one that it refuses; {}", self.why(function, &calls));
        CostLine { what: format!("authorizer {}", function.key), most, why, key }
    }

    /// Browsers ask without a key, and so may anybody.
    fn preflights(&self) -> Option<CostLine> {
        let api = &self.stack.api;
        api.cors.as_ref()?;
        let paths: BTreeSet<_> = api.routes.iter().map(|r| &r.path).collect();
        let calls = Calls::by_anybody(api, paths.len());
        let price = self.prices.api_requests;
        let most = calls.most.map(|calls| calls.times(price / 1e6));
        let why = format!("OPTIONS, which needs no key: {price:.2} USD a million; {}", calls.why);
        Some(CostLine { what: "preflights".to_owned(), key: most.is_none().then_some(THROTTLE), most, why })
    }

    fn function(&self, key: &str) -> Option<&Function> {
        self.stack.functions.get(key)
    }
}

/// Who may call a route that asks for no key.
fn who(route: &Route) -> &'static str {
    match route.auth {
        Auth::None => " by anybody",
        _ => " by its callers",
    }
}
