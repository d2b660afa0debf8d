//! The names of a stack's things, as the file gives them or by default.

use crate::stack::{self, DefaultNames, Inventory, Stack};

/// What the file names, in the region that is deployed to.
pub fn inventory(stack: &Stack, region: &str) -> Inventory {
    let has_plan = stack.api.usage_plan.is_some();
    Inventory::of_stack(&stack.functions, &stack.api.keys, has_plan, default_names(stack, region))
}

pub(super) fn default_names<'a>(stack: &'a Stack, region: &'a str) -> DefaultNames<'a> {
    DefaultNames { stack: &stack.name, region }
}

pub(super) fn role_name(stack: &Stack, key: &str, role: &stack::ManagedRole, region: &str) -> String {
    role.name_or_default(key, default_names(stack, region))
}

pub(super) fn default_role_name(stack: &Stack, key: &str, region: &str) -> String {
    default_names(stack, region).role(key)
}

pub(super) fn log_group_name(function: &str) -> String {
    format!("/aws/lambda/{function}")
}
