//! What a caller must show.

use super::cors::HEADER_NAME;
use crate::{
    node::Node,
    reader::Reader,
    rule::Rule,
    sections::{
        Function,
        functions::{self, tell_unknown},
    },
    shape::{DefaultValue, Field, Fields, Shape},
    unit::Unit,
    written::WithDefault,
};
use std::collections::BTreeMap;

pub(crate) const OF_THE_API: Field =
    Field::new("auth", AUTH, "What a caller must show, unless the route says otherwise.")
        .or(DefaultValue::Text(NONE));
pub(crate) const OF_A_ROUTE: Field =
    Field::new("auth", AUTH, "What a caller of this route must show. Default: as for the API.");

const AUTH: Shape = Shape::Either(&[
    Shape::Choice(&[NONE, API_KEY, IAM]),
    Shape::Fields(&Fields::new(&[COGNITO, AUTHORIZER]).one_of(&[COGNITO.name, AUTHORIZER.name])),
]);
const NONE: &str = "none";
const API_KEY: &str = "api_key";
const IAM: &str = "iam";

const COGNITO: Field = Field::new(
    "cognito",
    Shape::list(&Shape::Text(&USER_POOL)).not_empty(),
    "Tokens of these user pools, by ARN.",
);
const USER_POOL: Rule = Rule::new(
    "the ARN of a user pool: `arn:aws:cognito-idp:<region>:<account>:userpool/<id>`",
    "^arn:aws[a-z-]*:cognito-idp:[a-z0-9-]+:[0-9]{12}:userpool/[A-Za-z0-9_-]+$",
);

const AUTHORIZER: Field = Field::new(
    "authorizer",
    Shape::Fields(&Fields::new(&[FUNCTION, TYPE.field, HEADER.field, TTL.field])),
    "A function decides.",
);
const FUNCTION: Field =
    Field::new("function", Shape::Text(&functions::KEY), "The key of a function.").required();
const TYPE: WithDefault<&str> = Field::new(
    "type",
    Shape::Choice(&["token", REQUEST]),
    "Whether it gets the header alone, or the request without its body.",
)
.or_text("token");
const REQUEST: &str = "request";
const HEADER: WithDefault<&str> =
    Field::new("header", Shape::Text(&HEADER_NAME), "What identifies the caller.").or_text("Authorization");
const TTL: WithDefault<u32> = Field::new(
    "ttl",
    Shape::Whole { min: 0, max: 3600 },
    "Seconds that its answer is kept for the same header.",
)
.in_unit(Unit::Seconds)
.shown()
.or_whole(300);

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Auth {
    None,
    ApiKey,
    /// Requests signed with AWS credentials.
    Iam,
    /// Tokens of these user pools, by ARN.
    Cognito(Vec<String>),
    /// A function decides.
    Authorizer(Authorizer),
}

/// A function of the stack that says who may call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authorizer {
    /// Key in `functions:`.
    pub function: String,
    pub kind: AuthorizerKind,
    /// What identifies the caller.
    pub header: String,
    /// Seconds that an answer is kept.
    pub ttl: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuthorizerKind {
    /// It gets the header's value.
    Token,
    /// It gets the whole request but the body.
    Request,
}

impl Auth {
    /// What `key` of `mapping` says, if it is there. An authorizer must be one of the `functions`.
    pub(crate) fn read(
        reader: &mut Reader,
        key: &Field,
        mapping: &Node,
        functions: &BTreeMap<String, Function>,
    ) -> Option<Self> {
        let node = key.node(mapping)?;
        if let Some(word) = node.given() {
            return Some(match word.text.as_str() {
                API_KEY => Self::ApiKey,
                IAM => Self::Iam,
                _ => Self::None,
            });
        }
        let authorizer = AUTHORIZER.node(node).map(|node| Authorizer::read(reader, node, functions));
        COGNITO.texts(node).map(Self::Cognito).or(authorizer.map(Self::Authorizer))
    }

    /// The headers in which a caller shows what is asked for, in lower case.
    pub fn headers(&self) -> Vec<String> {
        match self {
            Self::None => Vec::new(),
            Self::ApiKey => vec!["x-api-key".to_owned()],
            Self::Iam => ["authorization", "x-amz-content-sha256", "x-amz-date", "x-amz-security-token"]
                .map(str::to_owned)
                .into(),
            Self::Cognito(_) => vec!["authorization".to_owned()],
            Self::Authorizer(authorizer) => vec![authorizer.header.to_lowercase()],
        }
    }
}

impl Authorizer {
    fn read(reader: &mut Reader, node: &Node, functions: &BTreeMap<String, Function>) -> Self {
        let function = FUNCTION.text(node);
        if let (Some(key), Some(at)) = (&function, FUNCTION.node(node))
            && !functions.contains_key(key)
        {
            tell_unknown(reader, functions, key, at.place, "the authorizer is");
        }
        Self {
            function: function.unwrap_or_default(),
            kind: if TYPE.read(node) == REQUEST { AuthorizerKind::Request } else { AuthorizerKind::Token },
            header: HEADER.read(node),
            ttl: TTL.read(node),
        }
    }
}
