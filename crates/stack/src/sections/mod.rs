//! The sections of the stack file, each in a file of its own: the keys with their limits and defaults, the type they are
//! read into, how they are read, and what is worth a warning.
//!
//! A new section is a file beside these, its key in [`STACK`], and its field in [`Stack`] with the line that reads it.

mod alerts;
pub(crate) mod api;
mod budget;
mod checks;
mod destination;
pub(crate) mod functions;
mod inventory;
mod mail;
mod retain;
mod tags;

pub use alerts::{Alerts, Trouble, Watch};
pub use api::{Api, Auth, AuthorizerKind, Cors, Period, Quota, Route, Throttle, UsagePlan};
pub use budget::Budget;
pub use checks::Check;
pub use functions::{
    Architecture, Build, Function, ImageSource, ManagedRole, Role, SecretSource, Statement, seconds,
};
pub use retain::Retain;
pub(crate) use tags::{AWS_TAGS, OWN_TAGS};

use super::{
    DefaultNames, Inventory, Outside, Values, Warning,
    mistake::Mistake,
    node::Node,
    reader::Reader,
    shape::{Fields, Shape},
    warnings::Warnings,
};
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

/// The whole file: what the check, the schema and the reader go by.
pub(crate) const STACK: Shape = Shape::Fields(&Fields::new(&[
    destination::STACK,
    destination::REGION,
    destination::PROFILE,
    destination::ACCOUNT,
    tags::TAGS,
    functions::FUNCTIONS,
    api::API,
    alerts::ALERTS,
    budget::BUDGET,
    checks::CHECKS,
    retain::RETAIN,
]));

/// One `stack.yaml`, complete: every key with its written default. Names are AWS's own.
#[derive(Debug, Clone, PartialEq)]
pub struct Stack {
    /// `[a-z][a-z0-9-]{0,30}`
    pub name: String,
    /// `None`: what `--region`, the environment or the profile say.
    pub region: Option<String>,
    pub profile: Option<String>,
    /// The line that names the profile.
    pub profile_line: Option<usize>,
    /// Twelve digits: any other account is refused before the first change.
    pub account: Option<String>,
    /// Default: none. At most 40, because ours come on top.
    pub tags: BTreeMap<String, String>,
    /// By key; at least one.
    pub functions: BTreeMap<String, Function>,
    pub api: Api,
    /// Default: none.
    pub alerts: Option<Alerts>,
    /// Default: none.
    pub budget: Option<Budget>,
    /// What `verify` asks of the functions themselves. Default: nothing.
    pub checks: Vec<Check>,
    pub retain: Retain,
    /// The folder of the file: what relative paths start from.
    pub folder: PathBuf,
    /// What AWS accepts and what will hurt all the same.
    pub warnings: Vec<Warning>,
    /// Values that came from outside the file, but for those that say where and how large: never printed.
    pub outside: Outside,
}

impl Stack {
    /// What must not be printed: see [`Outside`].
    pub fn secrets(&self) -> impl Iterator<Item = &str> {
        self.outside.values()
    }

    /// All that the file names, in the region that is deployed to: what can be found again when it no longer does.
    pub fn inventory(&self, region: &str) -> Inventory {
        let names = DefaultNames { stack: &self.name, region };
        let functions = self.functions.values().flat_map(|function| function.entries(names));
        let alerts = self.alerts.iter().flat_map(|alerts| alerts.entries(&self.functions, names));
        let budget = self.budget.iter().map(|_| Budget::entry(names));
        functions.chain(self.api.entries()).chain(alerts).chain(budget).collect()
    }
}

/// The stack below `root`, and what is wrong with it. With mistakes, here or from the check, it is not to be used.
pub(crate) fn read(root: &Node, folder: &Path, values: Values) -> (Stack, Vec<Mistake>) {
    let mut reader = Reader { stack: destination::name(root), folder, values, mistakes: Vec::new() };
    let functions = functions::read(&mut reader, root);
    let api = Api::read(&mut reader, api::API.node(root).unwrap_or(root), &functions);
    let checks = checks::read(&mut reader, root, &api.routes);
    let tags = tags::read(&mut reader, root);
    let alerts = Alerts::read(root);
    let budget = Budget::read(&mut reader, root, alerts.as_ref());
    let stack = Stack {
        name: reader.stack.clone(),
        region: destination::REGION.text(root),
        profile: destination::PROFILE.text(root),
        profile_line: destination::PROFILE.node(root).map(|node| node.place.line),
        account: destination::ACCOUNT.text(root),
        tags,
        functions,
        api,
        alerts,
        budget,
        checks,
        retain: Retain::read(root),
        folder: folder.to_owned(),
        warnings: Vec::new(),
        outside: Outside::default(),
    };
    inventory::check(&mut reader, root, &stack);
    (stack, reader.mistakes)
}

/// What AWS accepts of the stack and what will hurt all the same, in the order of the lines below `root`.
pub(crate) fn warnings(stack: &Stack, root: &Node) -> Vec<Mistake> {
    let mut warnings = Warnings::of(root);
    stack.functions.values().for_each(|function| function.warn(&stack.api, &mut warnings));
    stack.api.warn(&mut warnings);
    warnings.told()
}

/// What the stack names on this machine and what is not there.
pub(crate) fn missing_files(stack: &Stack, root: &Node) -> Vec<Mistake> {
    functions::missing_files(&stack.functions, root)
}
