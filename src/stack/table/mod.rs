//! Every key of the stack file: what it is for, what it may hold, what holds without it.

mod api;
mod checks;
mod function;

use super::{
    limits,
    shape::{Default, Field, Fields, Shape},
};

/// The whole file.
pub const STACK: Shape = Shape::Fields(&Fields::new(&[
    Field::new("stack", Shape::Text(&limits::STACK_NAME), "The stack's name; it is in every default name.")
        .required()
        .needed(),
    Field::new(
        "region",
        Shape::Text(&limits::REGION),
        "Where the stack lives. --region and the environment come first.",
    )
    .needed(),
    Field::new(
        "profile",
        Shape::Text(&limits::LABEL),
        "The AWS profile for the credentials. --profile and credentials in the environment come first.",
    )
    .needed(),
    Field::new(
        "account",
        Shape::Text(&limits::ACCOUNT),
        "Twelve digits: any other account is refused before the first change.",
    )
    .needed(),
    Field::new("tags", TAGS, "Tags for everything that can carry them.").default(Default::EmptyMap),
    Field::new("functions", FUNCTIONS, "The Lambda functions; routes name their keys.").required(),
    Field::new("api", Shape::Fields(&api::API), "The REST API before the functions.").required(),
    Field::new(
        "checks",
        Shape::List { of: &Shape::Fields(&checks::CHECK), min: 0, max: usize::MAX },
        "What `verify` asks of the functions themselves.",
    )
    .default(Default::EmptyList),
    Field::new(
        "retain",
        Shape::List { of: &Shape::Choice(&["logs", "images"]), min: 0, max: 2 },
        "What `destroy` keeps.",
    )
    .needed()
    .default(Default::EmptyList),
]));

const TAGS: Shape =
    Shape::Map { keys: &limits::TAG_KEY, of: &Shape::Text(&limits::TAG_VALUE), min: 0, max: limits::TAGS };

const FUNCTIONS: Shape = Shape::Map {
    keys: &limits::FUNCTION_KEY,
    of: &Shape::Fields(&function::FUNCTION),
    min: 1,
    max: usize::MAX,
};
