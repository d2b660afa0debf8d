//! Which stack it is, and where it lives.

use crate::{
    node::Node,
    rule::Rule,
    shape::{Field, Shape},
};

pub(crate) const STACK: Field =
    Field::new("stack", Shape::Text(&NAME), "The stack's name; it is in every default name.")
        .required()
        .needed();

pub(crate) const REGION: Field = Field::new(
    "region",
    Shape::Text(&Rule::new("a region, such as `us-east-2`", "^[a-z]{2,4}(-[a-z]+)+-[0-9]{1,2}$")),
    "Where the stack lives. --region and the environment come first. Default: the profile's region.",
)
.needed()
.shown();

pub(crate) const PROFILE: Field = Field::new(
    "profile",
    Shape::Text(&Rule::LINE),
    "The AWS profile for the credentials. --profile and credentials in the environment come first. Default: what AWS's \
     tools take too.",
)
.needed()
.shown();

pub(crate) const ACCOUNT: Field = Field::new(
    "account",
    Shape::Text(&Rule::new("the account's twelve digits, in quotes", "^[0-9]{12}$").spelled()),
    "Twelve digits: any other account is refused before the first change. Default: any account.",
)
.needed()
.shown();

const NAME: Rule = Rule::new(
    "a lower-case letter, then up to 30 lower-case letters, digits or `-`",
    "^[a-z][a-z0-9-]{0,30}$",
);

/// The stack's name; empty if it cannot be used.
pub(crate) fn name(root: &Node) -> String {
    STACK.text(root).filter(|name| NAME.fits(name)).unwrap_or_default()
}
