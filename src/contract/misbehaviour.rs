//! What API Gateway answers in the place of a function that fails: no stack can be asked to show it, a local one can.

use super::{
    derive::{answers_route, proving, readable, row},
    fix::Fix,
    row::{Must, Row},
};
use crate::stack::{Auth, Stack};

/// What a function can do wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Misbehaviour {
    /// Takes longer than 29 seconds.
    Slow,
    Crash,
    /// Answers something that is no proxy response.
    Malformed,
    /// Answers more than 6 MB.
    TooLarge,
}

/// For each misbehaviour of the function behind the first route that can be called, what the caller must get.
pub fn misbehaviours(stack: &Stack) -> Vec<(Misbehaviour, Row)> {
    let open = || stack.api.routes.iter().find(|route| route.auth == Auth::None);
    let Some(route) = answers_route(stack).or_else(open) else { return Vec::new() };
    let each = [
        (Misbehaviour::Slow, "takes longer than 29 s", 504),
        (Misbehaviour::Crash, "crashes", 502),
        (Misbehaviour::Malformed, "answers no HTTP answer", 502),
        (Misbehaviour::TooLarge, "answers more than 6 MB", 502),
    ];
    let promised = |(how, what, status): (Misbehaviour, &str, u16)| {
        let promise = format!("a function that {what} is answered with {status}");
        let must = [vec![Must::Status(status)], readable(stack)].concat();
        (how, row(promise, proving(stack, route).0, must, Fix::Deployed))
    };
    each.into_iter().map(promised).collect()
}
