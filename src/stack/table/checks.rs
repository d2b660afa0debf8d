//! The keys of a check.

use crate::stack::{
    defaults, limits,
    shape::{Default, Field, Fields, Shape},
};

pub const CHECK: Fields = Fields::new(&[
    Field::new("route", Shape::Text(&limits::ROUTE), "One of the API's routes, as it is written there.")
        .required(),
    Field::new(
        "path",
        Shape::Text(&limits::CALLED),
        "What is called. Default: the route's path, if it has no variables.",
    ),
    Field::new(
        "headers",
        Shape::Map { keys: &limits::HEADER, of: &Shape::Text(&limits::ANYTHING), min: 0, max: usize::MAX },
        "Sent besides the key.",
    )
    .default(Default::EmptyMap),
    Field::new("body", Shape::Text(&limits::ANYTHING), "Sent as JSON, if the headers say nothing else."),
    Field::new("status", Shape::Whole { min: 100, max: 599 }, "What the function must answer.")
        .default(Default::Whole(defaults::CHECK_STATUS)),
    Field::new(
        "json",
        Shape::Map { keys: &limits::JSON_PATH, of: &Shape::Text(&limits::ANYTHING), min: 0, max: usize::MAX },
        "What must be where in the answer: `$.message: Hello`.",
    )
    .default(Default::EmptyMap),
]);
