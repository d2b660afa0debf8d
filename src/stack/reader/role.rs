//! Roles.

use super::{Reader, text, texts};
use crate::stack::{
    node::{Node, Value},
    types::{ManagedRole, Role, Statement},
};

impl Reader<'_> {
    pub(super) fn role(&self, node: Option<&Node>) -> Role {
        match node.map(|node| (node, &node.value)) {
            Some((_, Value::Scalar(arn))) if !arn.text.is_empty() || arn.unset() => {
                Role::Existing(arn.text.clone())
            }
            Some((node, _)) => Role::Managed(managed(node)),
            None => Role::Managed(ManagedRole {
                name: None,
                policies: Vec::new(),
                statements: Vec::new(),
                boundary: None,
            }),
        }
    }
}

fn managed(node: &Node) -> ManagedRole {
    let statements = node.get("statements").map(Node::items).unwrap_or_default();
    ManagedRole {
        name: text(node, "name"),
        policies: texts(node, "policies").unwrap_or_default(),
        statements: statements.iter().map(statement).collect(),
        boundary: text(node, "boundary"),
    }
}

fn statement(node: &Node) -> Statement {
    Statement {
        actions: texts(node, "actions").unwrap_or_default(),
        resources: texts(node, "resources").unwrap_or_default(),
    }
}
