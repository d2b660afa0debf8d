//! The REST API before the functions.

mod allow_from;
pub(crate) mod auth;
mod cors;
mod keys;
mod path;
mod route;
mod throttle;
pub(crate) mod usage_plan;

pub use auth::{Auth, AuthorizerKind};
pub use cors::Cors;
pub(crate) use cors::HEADER_NAME;
pub(crate) use route::ROUTE_NAME;
pub use route::Route;
pub use throttle::Throttle;
pub use usage_plan::{Period, Quota, UsagePlan};

use super::Function;
use crate::{
    Entry,
    node::Node,
    reader::Reader,
    rule::Rule,
    shape::{Field, Fields, Shape},
    text::Text,
    warnings::Warnings,
    written::WithDefault,
};
use std::collections::BTreeMap;

pub(crate) const API: Field = Field::new(
    "api",
    Shape::Fields(&Fields::new(&[
        NAME,
        DESCRIPTION,
        STAGE.field,
        route::ROUTES,
        auth::OF_THE_API,
        allow_from::ALLOW_FROM,
        cors::CORS,
        BINARY_TYPES,
        throttle::THROTTLE,
        METRICS,
        keys::KEYS,
        usage_plan::USAGE_PLAN,
    ])),
    "The REST API before the functions.",
)
.required();

const NAME: Field = Field::new("name", Shape::Text(&Rule::LINE), "The API's name. Default: <stack>.");
const DESCRIPTION: Field =
    Field::new("description", Shape::Text(&Rule::TEXT), "Shown in the console.").or_empty();
const STAGE: WithDefault<&str> =
    Field::new("stage", Shape::Text(&STAGE_NAME), "The first part of every URL's path.")
        .needed()
        .shown()
        .or_text("default");
const STAGE_NAME: Rule =
    Rule::new("1 to 128 letters, digits, `_` or `-`", "^[A-Za-z0-9_-]{1,128}$").hint(|text| {
        (text == "$default").then_some("`$default` belongs to HTTP APIs; a REST API's stage has a name")
    });
const BINARY_TYPES: Field = Field::new(
    "binary_types",
    Shape::list(&Shape::Text(&MEDIA_TYPE)),
    "Media types that reach the function as bytes, in base64.",
)
.or_empty();
const METRICS: Field = Field::new(
    "metrics",
    Shape::Flag,
    "Whether CloudWatch counts each method by itself, which costs 0.30 USD a metric and month. Default: as the stage has it.",
);
const MEDIA_TYPE: Rule = Rule::new(
    "a media type, such as `image/png`, `image/*` or `*/*`",
    "^(\\*/\\*|[A-Za-z0-9!#$&^_.+-]+/(\\*|[A-Za-z0-9!#$&^_.+-]+))$",
);

#[derive(Debug, Clone, PartialEq)]
pub struct Api {
    /// Default `<stack>`.
    pub name: String,
    pub description: String,
    pub stage: String,
    /// In the order of the file; at least one.
    pub routes: Vec<Route>,
    /// Default: none. Routes have it already.
    pub auth: Auth,
    /// Ranges of addresses that may call. Default: empty, which is all.
    pub allow_from: Vec<String>,
    /// Default: none, so no page of another origin can call.
    pub cors: Option<Cors>,
    pub binary_types: Vec<String>,
    /// Of the stage, for each method, everybody together; default: the account's.
    pub throttle: Option<Throttle>,
    /// Whether CloudWatch counts each method by itself; `None`: as somebody has set it by hand.
    pub metrics: Option<bool>,
    /// Names of the API keys. Default: one named `<stack>` if a route asks for a key, else none.
    pub keys: Vec<String>,
    /// Of those that have a value of their own, by name.
    pub key_values: BTreeMap<String, Text>,
    /// A key works only in a plan. Default where there are keys: one named `<stack>`, without throttle and quota.
    pub usage_plan: Option<UsagePlan>,
}

impl Api {
    /// What of it the inventory lists.
    pub(crate) fn entries(&self) -> impl Iterator<Item = Entry> {
        let keys = self.keys.iter().map(|name| Entry::new("api-key", name, name));
        keys.chain(self.usage_plan.iter().map(|_| Entry::new("usage-plan", "", "")))
    }

    pub(crate) fn read(reader: &mut Reader, node: &Node, functions: &BTreeMap<String, Function>) -> Self {
        let auth = Auth::read(reader, &auth::OF_THE_API, node, functions).unwrap_or(Auth::None);
        let cors = cors::CORS.node(node).map(|cors| Cors::read(reader, cors));
        let routes = route::read(reader, node, &auth, functions);
        let keys = keys::read(reader, node, &routes);
        Self {
            name: NAME.text(node).unwrap_or_else(|| reader.stack.clone()),
            description: DESCRIPTION.text(node).unwrap_or_default(),
            stage: STAGE.read(node),
            auth,
            allow_from: allow_from::read(reader, node),
            cors,
            binary_types: BINARY_TYPES.texts(node).unwrap_or_default(),
            throttle: throttle::THROTTLE.node(node).and_then(Throttle::read),
            metrics: METRICS.switch(node),
            usage_plan: UsagePlan::read(reader, node, &keys),
            routes,
            keys,
            key_values: keys::read_values(node),
        }
    }

    pub(crate) fn warn(&self, warnings: &mut Warnings) {
        route::warn(self, warnings);
        keys::warn(self, warnings);
        throttle::warn(self, warnings);
    }
}
