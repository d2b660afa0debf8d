//! The network that a function is in.

use crate::{
    node::Node,
    rule::Rule,
    shape::{Field, Fields, Shape},
};

pub(crate) const VPC: Field = Field::new(
    "vpc",
    Shape::Fields(&Fields::new(&[SUBNETS, SECURITY_GROUPS])),
    "The network the function is in. Default: Lambda's own.",
);

const SUBNETS: Field = Field::new(
    "subnets",
    Shape::list(&Shape::Text(&Rule::new("the id of a subnet: `subnet-…`", "^subnet-[0-9a-z]+$")))
        .not_empty()
        .at_most(16),
    "Ids of subnets, of different zones.",
)
.required();

const SECURITY_GROUPS: Field = Field::new(
    "security_groups",
    Shape::list(&Shape::Text(&Rule::new("the id of a security group: `sg-…`", "^sg-[0-9a-zA-Z]+$")))
        .not_empty()
        .at_most(5),
    "Ids of security groups.",
)
.required();

/// Neither list is empty.
#[derive(Debug, Clone, PartialEq)]
pub struct Vpc {
    pub subnets: Vec<String>,
    pub security_groups: Vec<String>,
}

impl Vpc {
    pub(crate) fn read(vpc: &Node) -> Self {
        Self {
            subnets: SUBNETS.texts(vpc).unwrap_or_default(),
            security_groups: SECURITY_GROUPS.texts(vpc).unwrap_or_default(),
        }
    }
}
