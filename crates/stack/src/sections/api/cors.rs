//! Which web pages may call.

use super::route::METHODS;
use crate::{
    mistake::Mistake,
    node::Node,
    reader::Reader,
    rule::Rule,
    shape::{DefaultValue, Field, Fields, Shape},
    unit::Unit,
    written::WithDefault,
};

pub(crate) const CORS: Field = Field::new(
    "cors",
    Shape::Fields(&Fields::new(&[ORIGINS, HEADERS, ALLOWED_METHODS, MAX_AGE.field, CREDENTIALS])),
    "Which web pages may call. Default: none.",
);

const ORIGINS: Field = Field::new(
    "origins",
    Shape::list(&Shape::Text(&ORIGIN)).not_empty(),
    "Such as https://www.example.com, or `*` alone for every page.",
)
.required();
/// `*` is possible, but alone: the reader sees to that.
const ORIGIN: Rule = Rule::new(
    "`scheme://host` or `scheme://host:port` in lower case, or `*`",
    "^(\\*|[a-z][a-z0-9+.-]*://([a-z0-9_-]+(\\.[a-z0-9_-]+)*|\\[[0-9a-f:.]+\\])(:[0-9]{1,5})?)$",
)
.hint(origin_hint);

const HEADERS: Field = Field::new(
    "headers",
    Shape::list(&Shape::Text(&HEADER_NAME)),
    "Headers a page may send, besides content-type and x-api-key.",
)
.or_empty();
/// HTTP allows `'` too, which would end the mapping expression that the name is put into.
pub(crate) const HEADER_NAME: Rule =
    Rule::new("the name of a header: letters, digits or `!#$%&*+-.^_`|~`", "^[A-Za-z0-9!#$%&*+.^_`|~-]+$");

const ALLOWED_METHODS: Field = Field::new(
    "methods",
    Shape::list(&Shape::Choice(METHODS)),
    "Methods a page may use. Default: those that the path has.",
)
.or_empty();

const MAX_AGE: WithDefault<u32> =
    Field::new("max_age", Shape::Whole { min: 0, max: 86_400 }, "Seconds a browser remembers the answer.")
        .in_unit(Unit::Seconds)
        .shown()
        .or_whole(600);

const CREDENTIALS: Field =
    Field::new("credentials", Shape::Flag, "Whether a page may send cookies.").or(DefaultValue::Flag(false));

#[derive(Debug, Clone, PartialEq)]
pub struct Cors {
    /// `scheme://host[:port]`, or the one entry `*`.
    pub origins: Vec<String>,
    /// Besides those that follow from the routes (`content-type`, `x-api-key`, …).
    pub headers: Vec<String>,
    /// Empty: the methods that the path has.
    pub methods: Vec<String>,
    /// Seconds.
    pub max_age: u32,
    /// Never with `*`.
    pub credentials: bool,
}

impl Cors {
    pub(crate) fn read(reader: &mut Reader, cors: &Node) -> Self {
        let origins = ORIGINS.items(cors);
        origins.iter().for_each(|item| check_origin(reader, cors, item));
        for item in HEADERS.items(cors).iter().filter(|item| CREDENTIALS.flag(cors) && is_star(item)) {
            reader.tell(
                Mistake::at(item.place, "with `credentials`, `*` is not a wildcard")
                    .expected("the names of the headers"),
            );
        }
        Self {
            origins: ORIGINS.texts(cors).unwrap_or_default(),
            headers: HEADERS.texts(cors).unwrap_or_default(),
            methods: ALLOWED_METHODS.texts(cors).unwrap_or_default(),
            max_age: MAX_AGE.read(cors),
            credentials: CREDENTIALS.flag(cors),
        }
    }
}

fn check_origin(reader: &mut Reader, cors: &Node, item: &Node) {
    if is_star(item) && CREDENTIALS.flag(cors) {
        reader.tell(
            Mistake::at(item.place, "every page may not call with `credentials`")
                .expected("the origins one by one")
                .help("browsers refuse `*` together with credentials"),
        );
    } else if is_star(item) && ORIGINS.items(cors).len() > 1 {
        reader.tell(Mistake::at(item.place, "`*` allows every origin").expected("`*` stands alone"));
    }
    if let Some(port) = item.scalar().and_then(|scalar| needless_port(&scalar.text)) {
        let message = format!("browsers leave the port {port} out, so this origin never matches");
        reader.tell(Mistake::at(item.place, message).expected(format!("the same without `:{port}`")));
    }
}

fn is_star(item: &Node) -> bool {
    item.scalar().is_some_and(|scalar| scalar.text == "*")
}

/// The default port of the scheme, if it is written.
fn needless_port(origin: &str) -> Option<&'static str> {
    [("https://", "443"), ("http://", "80")]
        .into_iter()
        .find(|(scheme, port)| {
            origin.starts_with(scheme) && origin.rsplit_once(':').is_some_and(|(_, written)| written == *port)
        })
        .map(|(_, port)| port)
}

fn origin_hint(text: &str) -> Option<&'static str> {
    let Some((_, rest)) = text.split_once("://") else {
        return Some("a browser sends the scheme too: `https://…`");
    };
    if text.contains(['\'', '"', ' ']) {
        return Some("write the origin without quotes or spaces inside");
    }
    if rest.contains('*') {
        return Some("API Gateway answers no patterns: list each origin");
    }
    match rest.split_once('/') {
        Some((_, "")) => Some("leave out the `/` at the end: browsers send none"),
        Some(_) => Some("an origin has no path"),
        None if text.chars().any(char::is_uppercase) => Some("browsers send origins in lower case"),
        None => None,
    }
}
