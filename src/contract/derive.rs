//! From a stack to its rows.

use super::{
    fix::Fix,
    preflight,
    row::{Ask, Load, Must, Row, RowNeed, SentKey, VARIABLE, concrete},
};
use crate::stack::{Auth, AuthorizerKind, Check, Cors, Route, Stack};
use std::collections::{BTreeMap, BTreeSet};

/// A larger quota is not used up for a check.
const LARGEST_QUOTA_TO_USE_UP: u32 = 1_000;
/// A larger burst is not sent for a check.
const LARGEST_BURST: u32 = 2_000;
/// One byte more than API Gateway takes.
const TOO_LARGE: usize = 10 * 1024 * 1024 + 1;

/// Everything the outside must see, in the order in which people read it.
pub fn rows(stack: &Stack) -> Vec<Row> {
    let mut rows = Vec::new();
    if let Some(cors) = &stack.api.cors {
        rows.extend(preflight::rows(stack, cors));
    }
    rows.extend(refusals(stack));
    rows.extend(answers(stack));
    rows.extend(checks(stack));
    rows.extend(nowhere(stack));
    rows.extend(limits(stack));
    rows
}

pub(super) fn concrete_method(route: &Route) -> &str {
    if route.method == "ANY" { "GET" } else { &route.method }
}

fn shown(route: &Route) -> String {
    format!("{} {}", route.method, route.path)
}

/// A call as a page makes it.
fn call(stack: &Stack, route: &Route) -> Ask {
    let ask =
        Ask::new(concrete_method(route), &concrete(&route.path)).header("content-type", "application/json");
    let ask = match origin(stack) {
        Some(origin) => ask.header("origin", &origin),
        None => ask,
    };
    let body = matches!(concrete_method(route), "POST" | "PUT" | "PATCH").then(|| b"{}".to_vec());
    Ask { body, ..ask }
}

fn origin(stack: &Stack) -> Option<String> {
    let first = stack.api.cors.as_ref()?.origins.first()?;
    Some(if first == "*" { preflight::STRANGER.to_owned() } else { first.clone() })
}

/// Without it a page's code sees a network failure instead of the status.
pub(super) fn readable(stack: &Stack) -> Vec<Must> {
    let credentials = stack.api.cors.as_ref().is_some_and(|c: &Cors| c.credentials);
    origin(stack).map(|origin| Must::LetRead { origin, credentials }).into_iter().collect()
}

pub(super) fn row(promise: String, ask: Ask, must: Vec<Must>, fix: Fix) -> Row {
    Row { promise, ask, must, need: RowNeed::Nothing, reserved: BTreeMap::new(), fix }
}

/// Of the functions that a call of `route` runs.
fn reserved(stack: &Stack, route: &Route) -> BTreeMap<String, u32> {
    let authorizer = match &route.auth {
        Auth::Authorizer(it) => Some(&it.function),
        _ => None,
    };
    let functions = std::iter::once(&route.function).chain(authorizer);
    functions.filter_map(|key| Some((key.clone(), stack.functions.get(key)?.reserved_concurrency?))).collect()
}

/// Who proves nothing is refused. A broken contract must not make this check harm: what would change everything at once
/// if it got through is left to `plan`, which sees the same field.
fn refusals(stack: &Stack) -> Vec<Row> {
    let harmless =
        |r: &&Route| r.path.contains('{') || !matches!(r.method.as_str(), "PUT" | "PATCH" | "DELETE");
    let mut rows = Vec::new();
    let mut guessed = false;
    for route in stack.api.routes.iter().filter(|r| is_refused(&r.auth)).filter(harmless) {
        rows.push(refusal(stack, route, SentKey::None));
        if route.auth == Auth::ApiKey && !guessed {
            guessed = true;
            rows.push(refusal(stack, route, SentKey::Wrong));
        }
    }
    rows
}

/// Whether API Gateway itself refuses who brings nothing. An authorizer that keeps no answers is asked all the same, and
/// what it says is its own.
fn is_refused(auth: &Auth) -> bool {
    match auth {
        Auth::None => false,
        Auth::Authorizer(it) => it.kind == AuthorizerKind::Token || it.ttl > 0,
        Auth::ApiKey | Auth::Iam | Auth::Cognito(_) => true,
    }
}

fn refusal(stack: &Stack, route: &Route, key: SentKey) -> Row {
    let (without, status, says) = match route.auth {
        Auth::ApiKey if key == SentKey::Wrong => ("with a wrong key", 403, "Forbidden"),
        Auth::ApiKey | Auth::None => ("without a key", 403, "Forbidden"),
        Auth::Iam => ("without a signature", 403, "Missing Authentication Token"),
        Auth::Cognito(_) => ("without a token", 401, "Unauthorized"),
        Auth::Authorizer(_) => ("without what its authorizer asks for", 401, "Unauthorized"),
    };
    let must = [vec![Must::Status(status), Must::Say(says)], readable(stack)].concat();
    let promise = format!("{} {without} is refused", shown(route));
    let ask = call(stack, route).key(key);
    Row { reserved: reserved(stack, route), ..row(promise, ask, must, Fix::Refusal) }
}

/// Each function is called once, in the mildest way there is: a GET without variables, else a POST of `{}`, else a GET
/// of what is not there. What else
/// it promises is for `checks:` to say.
fn answers(stack: &Stack) -> Vec<Row> {
    let mildest = stack.functions.keys().filter_map(|key| mildest(stack, key));
    mildest.map(|route| answer(stack, route)).collect()
}

/// The route by which a function is asked without harm.
fn mildest<'a>(stack: &'a Stack, key: &str) -> Option<&'a Route> {
    let reachable = |r: &&Route| r.function == *key && can_prove(&r.auth);
    let (open, plain): (Vec<&Route>, Vec<&Route>) =
        stack.api.routes.iter().filter(reachable).partition(|r| r.path.contains('{'));
    let by = |routes: &[&'a Route], method: &str| routes.iter().find(|r| r.method == method).copied();
    let mildest = ["GET", "ANY", "POST"].into_iter().find_map(|method| by(&plain, method));
    // An id that nobody has, read: as mild as it gets where every path has a variable.
    mildest.or_else(|| ["GET", "ANY"].into_iter().find_map(|method| by(&open, method)))
}

/// What a version of the function is asked: the file's own requests, else the mildest. Whether it is one of the file's is said.
pub(super) fn smoke_rows<'a>(stack: &'a Stack, key: &str) -> Vec<(&'a Route, Row, bool)> {
    let route =
        |check: &Check| stack.api.routes.iter().find(|r| shown(r) == check.route && r.function == key);
    let checks = stack.checks.iter().filter(|check| !check.unset);
    let own: Vec<_> = checks
        .filter_map(|check| route(check).map(|route| (route, check_row(stack, check, route), true)))
        .collect();
    if !own.is_empty() {
        return own;
    }
    mildest(stack, key).map(|route| (route, answer(stack, route), false)).into_iter().collect()
}

/// Whether this program holds what the route asks for.
pub(super) fn can_prove(auth: &Auth) -> bool {
    matches!(auth, Auth::None | Auth::ApiKey)
}

pub(super) fn proving(stack: &Stack, route: &Route) -> (Ask, &'static str) {
    match route.auth {
        Auth::ApiKey => (call(stack, route).key(SentKey::Right), " with the key"),
        _ => (call(stack, route), ""),
    }
}

fn answer(stack: &Stack, route: &Route) -> Row {
    let (ask, with) = proving(stack, route);
    let must = [vec![Must::ComeFromTheFunction], readable(stack)].concat();
    let promise = format!("{}{with} gets the answer of {}", shown(route), route.function);
    let fix = Fix::Answer(route.function.clone());
    Row { reserved: reserved(stack, route), ..row(promise, ask, must, fix) }
}

/// What the stack file's own requests must be answered with.
fn checks(stack: &Stack) -> Vec<Row> {
    let route = |check: &Check| stack.api.routes.iter().find(|r| shown(r) == check.route);
    stack.checks.iter().filter_map(|check| Some(check_row(stack, check, route(check)?))).collect()
}

fn check_row(stack: &Stack, check: &Check, route: &Route) -> Row {
    let (mut ask, _) = proving(stack, route);
    ask.path = check.path.clone();
    ask.body = check.body.as_ref().map(|text| text.value.clone().into_bytes());
    for (name, value) in &check.headers {
        ask.headers.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
        ask.headers.push((name.clone(), value.value.clone()));
    }
    let status = Must::Status(u16::try_from(check.status).unwrap_or(u16::MAX));
    let json = check.json.iter().map(|(path, value)| Must::Json { path: path.clone(), value: value.clone() });
    let must = [Must::ComeFromTheFunction, status].into_iter().chain(json).chain(readable(stack)).collect();
    let values: Vec<_> = check.json.iter().map(|(path, value)| format!("{path} = {value}")).collect();
    let with = if values.is_empty() { String::new() } else { format!(" and {}", values.join(", ")) };
    let promise = format!("{} {} answers {}{with}", ask.method, check.path, check.status);
    let need = if check.unset { RowNeed::Variable } else { RowNeed::Nothing };
    let (reserved, fix) = (reserved(stack, route), Fix::Answer(route.function.clone()));
    Row { need, reserved, ..row(promise, ask, must, fix) }
}

/// What is not there answers as API Gateway does.
fn nowhere(stack: &Stack) -> Vec<Row> {
    let must = [vec![Must::Status(403), Must::Say("Missing Authentication Token")], readable(stack)].concat();
    let mut rows = Vec::new();
    let routes = &stack.api.routes;
    let missing = format!("/{VARIABLE}/{VARIABLE}");
    if !routes
        .iter()
        .any(|r| r.path.split('/').any(|part| part.starts_with('{')) && r.path.matches('/').count() <= 2)
    {
        rows.push(row(
            "a path that is not there is refused".to_owned(),
            called_by_a_page(stack, Ask::new("GET", &missing)),
            must.clone(),
            Fix::Deployed,
        ));
    }
    let Some(path) = routes.first().map(|r| &r.path) else { return rows };
    let there: BTreeSet<&str> =
        routes.iter().filter(|r| r.path == *path).map(|r| r.method.as_str()).collect();
    if let Some(method) =
        ["PUT", "PATCH", "GET"].into_iter().find(|m| !there.contains(m) && !there.contains("ANY"))
    {
        let ask = called_by_a_page(stack, Ask::new(method, &concrete(path)));
        rows.push(row(format!("{method} {path}, which is not there, is refused"), ask, must, Fix::Deployed));
    }
    rows
}

fn called_by_a_page(stack: &Stack, ask: Ask) -> Ask {
    match origin(stack) {
        Some(origin) => ask.header("origin", &origin),
        None => ask,
    }
}

/// Too much is refused, readably.
fn limits(stack: &Stack) -> Vec<Row> {
    let api = &stack.api;
    let mut rows = Vec::new();
    let route = answers_route(stack);
    let Some(plan) = &api.usage_plan else { return rows };
    let Some(route) = route.filter(|r| r.auth == Auth::ApiKey) else { return rows };
    let ask = call(stack, route).key(SentKey::Right);
    let with = |say: &'static str| [vec![Must::Status(429), Must::Say(say)], readable(stack)].concat();
    if let Some(throttle) = plan.throttle.filter(|t| t.burst <= LARGEST_BURST) {
        let promise = format!("more than {} requests at once with one key are refused", throttle.burst);
        let need = RowNeed::Load(Load::Burst(throttle.burst.saturating_mul(3).saturating_add(20)));
        rows.push(Row { need, ..row(promise, ask.clone(), with("Too Many Requests"), Fix::Plan) });
    }
    let large = Ask { body: Some(vec![b' '; TOO_LARGE]), ..ask.clone() };
    if matches!(ask.method.as_str(), "POST" | "PUT" | "PATCH") {
        let promise = format!("{} with more than 10 MB is refused", shown(route));
        rows.push(Row {
            need: RowNeed::Load(Load::Large),
            ..row(promise, large, vec![Must::Status(413)], Fix::Deployed)
        });
    }
    if let Some(quota) = plan.quota.filter(|q| q.limit <= LARGEST_QUOTA_TO_USE_UP) {
        let period = quota.period.aws().to_lowercase();
        let promise = format!("more than {} requests a {period} with one key are refused", quota.limit);
        let need = RowNeed::Load(Load::Quota(quota.limit + 1));
        rows.push(Row { need, ..row(promise, ask, with("Limit Exceeded"), Fix::Plan) });
    }
    rows
}

/// The first route that is called with the key.
pub(super) fn answers_route(stack: &Stack) -> Option<&Route> {
    let routes = || stack.api.routes.iter().filter(|r| r.auth == Auth::ApiKey && !r.path.contains('{'));
    let by = |method: &'static str| routes().find(move |r| r.method == method);
    by("GET").or_else(|| by("ANY")).or_else(|| by("POST"))
}
