//! The keys of the API.

use crate::stack::{
    defaults, limits,
    shape::{Default, Field, Fields, Rule, Shape},
    unit::Unit,
};

pub const API: Fields = Fields::new(&[
    Field::new("name", Shape::Text(&limits::LABEL), "The API's name. Default: <stack>."),
    Field::new("description", Shape::Text(&DESCRIPTION), "Shown in the console.").default(Default::Text("")),
    Field::new("stage", Shape::Text(&limits::STAGE), "The first part of every URL's path.")
        .needed()
        .default(Default::Text(defaults::STAGE)),
    Field::new(
        "routes",
        Shape::Map { keys: &limits::ROUTE, of: &ROUTE, min: 1, max: usize::MAX },
        "Which function answers what: `POST /items/{id}: <key of a function>`.",
    )
    .required()
    .needed(),
    Field::new("auth", AUTH, "What a caller must show, unless the route says otherwise.")
        .default(Default::Text(defaults::AUTH)),
    Field::new(
        "allow_from",
        Shape::List { of: &Shape::Text(&limits::ADDRESSES), min: 0, max: usize::MAX },
        "Addresses and ranges that may call. Default: all.",
    )
    .default(Default::EmptyList),
    Field::new("cors", Shape::Fields(&CORS), "Which web pages may call. Default: none."),
    Field::new(
        "binary_types",
        Shape::List { of: &Shape::Text(&limits::MEDIA_TYPE), min: 0, max: usize::MAX },
        "Media types that reach the function as bytes, in base64.",
    )
    .default(Default::EmptyList),
    Field::new(
        "throttle",
        Shape::Fields(&THROTTLE),
        "Of the stage, for each method: everybody together. Default: the account's.",
    ),
    Field::new(
        "keys",
        Shape::List { of: &Shape::Text(&limits::KEY_NAME), min: 0, max: usize::MAX },
        "Names of API keys. Default: one named <stack>, if a route asks for a key.",
    )
    .needed(),
    Field::new(
        "usage_plan",
        Shape::Fields(&USAGE_PLAN),
        "What each key may use. Default, where there are keys: one without limits, named <stack>.",
    ),
]);

const DESCRIPTION: Rule = Rule::any("text");

const AUTH: Shape = Shape::Either(&[
    Shape::Choice(&["none", "api_key", "iam"]),
    Shape::Fields(
        &Fields::new(&[
            Field::new(
                "cognito",
                Shape::List { of: &Shape::Text(&limits::USER_POOL), min: 1, max: usize::MAX },
                "Tokens of these user pools, by ARN.",
            ),
            Field::new("authorizer", Shape::Fields(&AUTHORIZER), "A function decides."),
        ])
        .one_of(&["cognito", "authorizer"]),
    ),
]);

const AUTHORIZER: Fields = Fields::new(&[
    Field::new("function", Shape::Text(&limits::FUNCTION_KEY), "The key of a function.").required(),
    Field::new(
        "type",
        Shape::Choice(&["token", "request"]),
        "Whether it gets the header alone, or the request without its body.",
    )
    .default(Default::Text(defaults::AUTHORIZER)),
    Field::new("header", Shape::Text(&limits::HEADER), "What identifies the caller.")
        .default(Default::Text(defaults::AUTHORIZER_HEADER)),
    Field::new(
        "ttl",
        Shape::Whole { min: 0, max: 3600 },
        "Seconds that its answer is kept for the same header.",
    )
    .in_unit(Unit::Seconds)
    .default(Default::Whole(defaults::AUTHORIZER_TTL)),
]);

const ROUTE: Shape = Shape::Either(&[
    Shape::Text(&limits::FUNCTION_KEY),
    Shape::Fields(&Fields::new(&[
        Field::new("function", Shape::Text(&limits::FUNCTION_KEY), "The key of a function.").required(),
        Field::new("auth", AUTH, "Instead of the API's."),
    ])),
]);

const CORS: Fields = Fields::new(&[
    Field::new(
        "origins",
        Shape::List { of: &Shape::Text(&limits::ORIGIN), min: 1, max: usize::MAX },
        "Such as https://www.example.com, or `*` alone for every page.",
    )
    .required(),
    Field::new(
        "headers",
        Shape::List { of: &Shape::Text(&limits::HEADER), min: 0, max: usize::MAX },
        "Headers a page may send, besides content-type and x-api-key.",
    )
    .default(Default::EmptyList),
    Field::new(
        "methods",
        Shape::List { of: &Shape::Choice(limits::METHODS), min: 0, max: usize::MAX },
        "Methods a page may use. Default: those that the path has.",
    )
    .default(Default::EmptyList),
    Field::new("max_age", Shape::Whole { min: 0, max: 86_400 }, "Seconds a browser remembers the answer.")
        .in_unit(Unit::Seconds)
        .default(Default::Whole(defaults::CORS_MAX_AGE)),
    Field::new("credentials", Shape::Flag, "Whether a page may send cookies.").default(Default::Flag(false)),
]);

const RATE: Field = Field::new("rate", Shape::Decimal, "Requests a second, on average.");
const BURST: Field =
    Field::new("burst", Shape::Whole { min: 0, max: limits::WHOLE }, "Requests at once, beyond the average.");

const THROTTLE: Fields = Fields::new(&[RATE.required(), BURST.required()]);

const USAGE_PLAN: Fields = Fields::new(&[
    Field::new("name", Shape::Text(&limits::LABEL), "The plan's name. Default: <stack>."),
    RATE,
    BURST,
    Field::new(
        "quota",
        Shape::Text(&limits::QUOTA),
        "Requests a day, week or month: `100/day`. Default: no quota.",
    ),
])
.together(&["rate", "burst"]);
