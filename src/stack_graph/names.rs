//! The names of a stack's things, as the file gives them or by default.

use crate::{
    aws::{Inventory, Names},
    stack::{self, ImageSource, Stack},
};

/// The caller's own account and region decide the default role name; the stack file the rest.
pub fn inventory(stack: &Stack, region: &str) -> Inventory {
    let names = |f: &stack::Function| Names {
        key: f.key.clone(),
        function: f.name.clone(),
        role: match f.role {
            stack::Role::Managed(_) => role_name(stack, f, region),
            stack::Role::Existing(_) => String::new(),
        },
        repository: match f.image.source {
            ImageSource::Uri(_) => String::new(),
            _ => f.image.repository.clone(),
        },
    };
    Inventory {
        functions: stack.functions.values().map(names).collect(),
        keys: stack.api.keys.iter().cloned().collect(),
        usage_plan: stack.api.usage_plan.is_some(),
    }
}

pub(super) fn role_name(stack: &Stack, function: &stack::Function, region: &str) -> String {
    match &function.role {
        stack::Role::Managed(stack::ManagedRole { name: Some(name), .. }) => name.clone(),
        _ => default_role_name(stack, &function.key, region),
    }
}

pub(super) fn default_role_name(stack: &Stack, key: &str, region: &str) -> String {
    format!("{}-{key}-{region}", stack.name)
}

pub(super) fn log_group_name(function: &str) -> String {
    format!("/aws/lambda/{function}")
}
