//! The AWS of one stack: the clients, and whose things are whose.

use super::{
    Cloud,
    tags::{self, Ownership, Tags},
};
use crate::stack::{DefaultNames, Inventory, Retain, Stack};
use std::{collections::BTreeMap, rc::Rc};

/// What every kind holds.
#[derive(Clone)]
pub(crate) struct StackAws {
    pub cloud: Rc<Cloud>,
    pub ownership: Ownership,
    pub file: Rc<FileNames>,
}

/// What the stack file and the command line say that identifies things, or that keeps them.
pub(crate) struct FileNames {
    pub api: String,
    pub stage: String,
    pub usage_plan: String,
    pub keys: Vec<String>,
    pub retain: Retain,
    /// Everything that the stack file names.
    pub inventory: Inventory,
    /// Ids that `--adopt api=<id>` chose, by that word.
    pub adopt: BTreeMap<String, String>,
}

impl StackAws {
    /// `adopt`: what `--adopt api=<id>` chose.
    pub(crate) fn of(stack: &Stack, cloud: &Rc<Cloud>, adopt: BTreeMap<String, String>) -> Self {
        let region = cloud.region.clone();
        let plan = stack.api.usage_plan.as_ref().map(|plan| &plan.name);
        let file = FileNames {
            api: stack.api.name.clone(),
            stage: stack.api.stage.clone(),
            usage_plan: plan.unwrap_or(&stack.name).clone(),
            keys: stack.api.keys.clone(),
            retain: stack.retain,
            inventory: stack.inventory(&region),
            adopt,
        };
        let ownership = Ownership { stack: stack.name.clone(), region, extra: stack.tags.clone() };
        Self { cloud: cloud.clone(), ownership, file: Rc::new(file) }
    }

    /// The id that `--adopt <word>=<id>` chose.
    pub(crate) fn chosen(&self, word: &str) -> Option<&str> {
        self.file.adopt.get(word).map(String::as_str)
    }

    pub(crate) fn default_names(&self) -> DefaultNames<'_> {
        DefaultNames { stack: &self.ownership.stack, region: &self.ownership.region }
    }

    /// What the stack has, by the tags of its REST API.
    pub(crate) fn inventory(&self, of: &Tags) -> Inventory {
        Inventory::read(inventory_values(of), self.default_names())
    }

    /// The tags that say so.
    pub(crate) fn inventory_tags(&self, inventory: &Inventory) -> Tags {
        let values = inventory.values(self.default_names()).into_iter().enumerate();
        values.map(|(n, value)| (format!("{}:{n}", tags::INVENTORY), value)).collect()
    }
}

/// What any stack has, by all tags of its REST API.
pub(crate) fn inventory_of(all: &Tags) -> Inventory {
    let tag = |key: &str| all.get(key).map_or("", String::as_str);
    let names = DefaultNames { stack: tag(tags::STACK), region: tag(tags::REGION) };
    Inventory::read(inventory_values(all), names)
}

fn inventory_values(all: &Tags) -> impl Iterator<Item = &String> {
    all.iter().filter(|(key, _)| key.starts_with(tags::INVENTORY)).map(|(_, value)| value)
}
