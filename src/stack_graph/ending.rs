//! An `up` that would end all that a stack runs: the file of another stack of the same name, most likely.

use crate::{
    engine::{Change, Kind as _, Plan, Planned},
    resources::Function,
};

/// The names of the functions that go, where none of those that are there stays; else none.
pub fn ended_functions(plan: &Plan) -> Vec<String> {
    let functions = || plan.items.iter().filter(|i| i.id.kind() == Function::NAME);
    let is_there = |i: &Planned| i.foreign.is_none() && !matches!(i.change, Change::Create | Change::Delete);
    if functions().any(is_there) {
        return Vec::new();
    }
    functions().filter(|i| i.change == Change::Delete).map(|i| i.aws_name.clone()).collect()
}
