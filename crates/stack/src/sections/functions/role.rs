//! What a function may do.

use super::wide_rights;
use crate::{
    DefaultNames,
    node::{Node, Value},
    rule::Rule,
    shape::{Field, Fields, Shape},
    warnings::Warnings,
};

pub(crate) const ROLE: Field = Field::new(
    "role",
    Shape::Either(&[Shape::Text(&ARN), Shape::Fields(&Fields::new(&[NAME, POLICIES, STATEMENTS, BOUNDARY]))]),
    "What the function may do: the ARN of a role that exists, or the role to make. Default: a role that may \
     write the function's log.",
);

const ARN: Rule = Rule::new(
    "the ARN of a role: `arn:aws:iam::<account>:role/<name>`",
    "^arn:aws[a-z-]*:iam::[0-9]{12}:role/[A-Za-z0-9_+=,.@/-]+$",
)
.max(2048);

/// IAM also takes `,`; the tag that lists what a stack has does not.
pub(crate) const NAME: Field = Field::new(
    "name",
    Shape::Text(&Rule::new("1 to 64 letters, digits or `_+=.@-`", "^[A-Za-z0-9_+=.@-]{1,64}$")),
    "The role's name. Default: <stack>-<key>-<region>.",
)
.needed();

pub(crate) const POLICIES: Field = Field::new(
    "policies",
    Shape::list(&Shape::Text(&POLICY)).at_most(10),
    "Managed policies to attach: names of AWS's, or ARNs.",
)
.or_empty();
const POLICY: Rule = Rule::new(
    "the name of a policy of AWS, such as `AmazonS3ReadOnlyAccess`, or the ARN of a policy",
    "^(arn:aws[a-z-]*:iam::(aws|[0-9]{12}):policy/)?[A-Za-z0-9_+=,.@/-]+$",
)
.except("^arn:aws[a-z-]*:iam::[^/]*$")
.max(2048);

pub(crate) const STATEMENTS: Field = Field::new(
    "statements",
    Shape::list(&Shape::Fields(&Fields::new(&[ACTIONS, RESOURCES]))),
    "What else the function may do.",
)
.or_empty();
const ACTIONS: Field = Field::new(
    "actions",
    Shape::list(&Shape::Text(&Rule::new(
        "an action, such as `s3:GetObject`",
        "^(\\*|[a-z0-9-]+:[A-Za-z0-9*?]+)$",
    )))
    .not_empty(),
    "Such as s3:GetObject.",
)
.required();
const RESOURCES: Field = Field::new(
    "resources",
    Shape::list(&Shape::Text(&Rule::new(
        "`*` or an ARN, such as `arn:aws:s3:::bucket/*`",
        "^(\\*|arn:[^:]+:[^:]+:[^:]*:[^:]*:.+)$",
    )))
    .not_empty(),
    "ARNs, or `*`.",
)
.required();

const BOUNDARY: Field = Field::new(
    "boundary",
    Shape::Text(
        &Rule::new(
            "the ARN of a policy: `arn:aws:iam::<account>:policy/<name>`",
            "^arn:aws[a-z-]*:iam::(aws|[0-9]{12}):policy/[A-Za-z0-9_+=,.@/-]+$",
        )
        .max(2048),
    ),
    "The ARN of a permissions boundary. Default: none.",
);

#[derive(Debug, Clone, PartialEq)]
pub enum Role {
    /// Ours: made and kept as described.
    Managed(ManagedRole),
    /// Somebody else's, by ARN: used, never touched.
    Existing(String),
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct ManagedRole {
    /// `None`: not written, see [`ManagedRole::name_or_default`].
    pub name: Option<String>,
    /// ARNs, or names of AWS-managed policies.
    pub policies: Vec<String>,
    pub statements: Vec<Statement>,
    /// ARN of a permissions boundary.
    pub boundary: Option<String>,
}

/// An `Allow` statement of the role's own inline policy.
#[derive(Debug, Clone, PartialEq)]
pub struct Statement {
    pub actions: Vec<String>,
    pub resources: Vec<String>,
}

impl Role {
    pub(crate) fn read(function: &Node) -> Self {
        match ROLE.node(function).map(|node| (node, &node.value)) {
            Some((_, Value::Scalar(arn))) if !arn.text.is_empty() || arn.unset() => {
                Self::Existing(arn.text.clone())
            }
            Some((node, _)) => Self::Managed(ManagedRole::read(node)),
            None => Self::Managed(ManagedRole::default()),
        }
    }

    pub(crate) fn warn(&self, function: &str, warnings: &mut Warnings) {
        let Self::Managed(role) = self else { return };
        for (key, what) in wide_rights::of(role) {
            let path = ["functions", function, ROLE.name, key];
            warnings.tell(&path, format!("the role of `{function}` may {what}"));
        }
    }
}

impl ManagedRole {
    fn read(role: &Node) -> Self {
        Self {
            name: NAME.text(role),
            policies: POLICIES.texts(role).unwrap_or_default(),
            statements: STATEMENTS.items(role).iter().map(Statement::read).collect(),
            boundary: BOUNDARY.text(role),
        }
    }

    /// The name in AWS; the region of `defaults` is the one that is deployed to.
    pub fn name_or_default(&self, key: &str, defaults: DefaultNames) -> String {
        self.name.clone().unwrap_or_else(|| defaults.role(key))
    }
}

impl Statement {
    fn read(statement: &Node) -> Self {
        Self {
            actions: ACTIONS.texts(statement).unwrap_or_default(),
            resources: RESOURCES.texts(statement).unwrap_or_default(),
        }
    }
}
