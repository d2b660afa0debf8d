//! What is in AWS under this stack's tags and no longer (or never) in its file.

use super::{StackGraph, inventory, log_group_name};
use crate::{
    aws::{Inventory, Names},
    engine::{Graph, Handle, Id, Resource},
    resources::{
        ApiKey, Function, InventoryEntries, LogGroup, Permission, Repository, RepositoryOutput, RestApi,
        Role, Stage, UsagePlan, Which, own_apis, own_stages,
    },
    stack,
};
use anyhow::Result;
use std::collections::BTreeSet;

/// Whether things are added to be retired after the rest, or to be destroyed with it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum How {
    Retire,
    Doom,
}

impl How {
    fn add<R: Resource>(self, graph: &mut Graph, resource: R) -> Handle<R::Output> {
        match self {
            Self::Retire => graph.retire(resource),
            Self::Doom => graph.add(resource),
        }
    }
}

impl StackGraph<'_> {
    /// Adds what left the file, and twins; whether there is any. Costs nothing where there is none: it looks at lists
    /// that were read before.
    ///
    /// # Errors
    /// As the lists.
    pub(super) async fn retire_leftovers(&mut self) -> Result<bool> {
        let wished = inventory(self.stack, &self.at.cloud.region);
        let apis = own_apis(&self.at).await?;
        let there =
            apis.first().map(|api| Inventory::from_tags(&crate::resources::tags_of(api))).unwrap_or_default();
        let before = self.graph.len();
        if there.union(&wished) != wished {
            self.entry_leftovers(&there, &wished);
        }
        self.stage_leftovers().await?;
        self.twins(apis.iter().skip(1).filter_map(|a| a.id.clone()).collect(), How::Retire).await?;
        self.plan_leftover().await?;
        Ok(self.graph.len() > before)
    }

    /// The inventory is shortened after the last of what it named is gone, so its node comes first.
    fn entry_leftovers(&mut self, there: &Inventory, wished: &Inventory) {
        let entries =
            InventoryEntries { at: self.at.clone(), id: Id::only("inventory"), keep: wished.clone() };
        let anchor = self.graph.retire(entries).id();
        let names = |inventory: &Inventory| -> BTreeSet<String> {
            inventory.functions.iter().map(|n| n.function.clone()).collect()
        };
        // A function that comes with one that goes may be the same under another name.
        self.renames = !names(wished).is_subset(&names(there));
        for names in there.functions.difference(&wished.functions) {
            self.function_leftovers(names, wished, How::Retire, &anchor);
        }
        // A key that comes with one that goes is a change of value for the clients.
        let replaced = wished.keys.difference(&there.keys).next().is_some();
        for name in there.keys.difference(&wished.keys) {
            let key = ApiKey { replaced, ..self.key(Id::of("api-key", name), name, anchor.clone()) };
            self.graph.retire(key);
        }
    }

    /// Adds everything that the file names, for a destroy.
    pub(super) fn doom(&mut self) {
        let wished = inventory(self.stack, &self.at.cloud.region);
        self.doom_entries(&wished, &Inventory::default());
        let stage = self.stage_node(&self.stack.api.stage);
        let stage = self.graph.add(stage).id();
        let plan = self.bare_plan(&stage);
        self.graph.add(plan);
    }

    /// Adds what only the inventory names, other stages and twins; whether there is any.
    ///
    /// # Errors
    /// As the lists.
    pub(super) async fn doom_leftovers(&mut self) -> Result<bool> {
        let before = self.graph.len();
        let wished = inventory(self.stack, &self.at.cloud.region);
        let apis = own_apis(&self.at).await?;
        let there =
            apis.first().map(|api| Inventory::from_tags(&crate::resources::tags_of(api))).unwrap_or_default();
        self.doom_entries(&there, &wished);
        for other in own_stages(&self.at).await? {
            if other != self.stack.api.stage {
                let node = self.stage_node(&other);
                self.graph.add(node);
            }
        }
        self.twins(apis.iter().skip(1).filter_map(|a| a.id.clone()).collect(), How::Doom).await?;
        Ok(self.graph.len() > before)
    }

    fn doom_entries(&mut self, all: &Inventory, known: &Inventory) {
        let anchor = self.api.id();
        for names in all.functions.difference(&known.functions) {
            self.function_leftovers(names, known, How::Doom, &anchor);
        }
        for name in all.keys.difference(&known.keys) {
            let key = self.key(Id::of("api-key", name), name, anchor.clone());
            self.graph.add(key);
        }
    }

    /// The parts of an inventory entry that no wished function uses; `anchor` outlives them.
    fn function_leftovers(&mut self, names: &Names, wished: &Inventory, how: How, anchor: &Id) {
        let used = |name: &str, of: fn(&Names) -> &String| {
            name.is_empty() || wished.functions.iter().any(|n| of(n) == name)
        };
        let role = (!used(&names.role, |n| &n.role)).then(|| self.bare_role(names, anchor));
        let role = role.map(|r| how.add(&mut self.graph, r));
        let repository = (!used(&names.repository, |n| &n.repository))
            .then(|| self.repository_leftover(names, how, anchor));
        if used(&names.function, |n| &n.function) {
            return;
        }
        let replaced = how == How::Retire && self.renames;
        let group = LogGroup { replaced, ..self.bare_log_group(names, anchor) };
        let function = Function {
            at: self.at.clone(),
            id: self.free_id("function", &names.key, &names.function),
            wish: stack::Function::bare(&names.key, &names.function),
            role: role.unwrap_or_else(|| Handle::missing(anchor.clone())),
            repository: repository.unwrap_or_else(|| Handle::missing(anchor.clone())),
            image: Handle::missing(anchor.clone()),
            log_group: how.add(&mut self.graph, group).id(),
            api: anchor.clone(),
            kept: Default::default(),
        };
        let function = how.add(&mut self.graph, function);
        let permission = Permission {
            at: self.at.clone(),
            id: self.free_id("permission", &names.key, &names.function),
            function_name: names.function.clone(),
            function,
            rest_api: Handle::missing(anchor.clone()),
            authorizes: false,
        };
        how.add(&mut self.graph, permission);
    }

    /// One that several functions named is one all the same.
    fn repository_leftover(&mut self, names: &Names, how: How, anchor: &Id) -> Handle<RepositoryOutput> {
        if let Some(same) = self.gone.get(&names.repository) {
            return same.clone();
        }
        let repository = self.bare_repository(names, anchor);
        let handle = how.add(&mut self.graph, repository);
        self.gone.insert(names.repository.clone(), handle.clone());
        handle
    }

    /// `function/analyzer`, or where the file still has that, `function/analyzer (oldName)`.
    fn free_id(&self, kind: &str, key: &str, name: &str) -> Id {
        let id = Id::of(kind, key);
        if self.graph.contains(&id) { Id::of(kind, &format!("{key} ({name})")) } else { id }
    }

    fn bare_role(&self, names: &Names, anchor: &Id) -> Role {
        Role {
            at: self.at.clone(),
            id: self.free_id("role", &names.key, &names.role),
            name: names.role.clone(),
            policies: Vec::new(),
            statements: Vec::new(),
            boundary: None,
            function: names.function.clone(),
            api: anchor.clone(),
        }
    }

    fn bare_log_group(&self, names: &Names, anchor: &Id) -> LogGroup {
        LogGroup {
            at: self.at.clone(),
            id: self.free_id("log-group", &names.key, &names.function),
            name: log_group_name(&names.function),
            retention: None,
            keep: self.stack.retain.logs,
            replaced: false,
            api: anchor.clone(),
        }
    }

    fn bare_repository(&self, names: &Names, anchor: &Id) -> Repository {
        Repository {
            at: self.at.clone(),
            id: self.free_id("repository", &names.key, &names.repository),
            name: names.repository.clone(),
            keep: self.stack.retain.images,
            api: anchor.clone(),
        }
    }

    async fn stage_leftovers(&mut self) -> Result<()> {
        let stages = own_stages(&self.at).await?;
        let wished = self.stack.api.stage.clone();
        let comes = !stages.contains(&wished);
        for name in stages.iter().filter(|s| **s != wished) {
            let node = Stage { replaced: comes, ..self.stage_node(name) };
            self.graph.retire(node);
        }
        Ok(())
    }

    /// A stage for deleting: what it would serve does not matter.
    fn stage_node(&self, name: &str) -> Stage {
        self.stage(name, &self.api, self.api.id())
    }

    fn bare_plan(&self, stage: &Id) -> UsagePlan {
        let wish = self.stack.api.usage_plan.clone();
        let name = self.stack.name.clone();
        let wish = wish.unwrap_or(stack::UsagePlan { name, throttle: None, quota: None });
        self.usage_plan(wish, &self.api, stage, Vec::new())
    }

    /// The file has no usage plan any more, and AWS has.
    async fn plan_leftover(&mut self) -> Result<()> {
        if self.stack.api.usage_plan.is_some() {
            return Ok(());
        }
        let stage = Id::of("stage", &self.stack.api.stage);
        // Its entry in the inventory goes after it.
        let entry = Some(Id::only("inventory")).filter(|id| self.graph.contains(id));
        let anchor = entry.unwrap_or_else(|| self.api.id());
        let plan = UsagePlan { anchor, ..self.bare_plan(&stage) };
        if plan.observe().await?.is_some() {
            self.graph.retire(plan);
        }
        Ok(())
    }

    fn api_twin(&self, id: String) -> RestApi {
        RestApi {
            at: self.at.clone(),
            id: Id::of("rest-api", &id),
            description: String::new(),
            inventory: Inventory::default(),
            policy: None,
            document: self.document.clone(),
            which: Which::Twin(id),
        }
    }

    /// What two runs at once made twice: all but the best one go.
    async fn twins(&mut self, apis: Vec<String>, how: How) -> Result<()> {
        for id in apis {
            let twin = self.api_twin(id);
            how.add(&mut self.graph, twin);
        }
        let names: BTreeSet<String> = self.stack.api.keys.iter().cloned().collect();
        for name in names {
            let key = self.key(Id::of("api-key", &name), &name, self.api.id());
            for id in key.twins().await? {
                let node = ApiKey {
                    twin: Some(id.clone()),
                    ..self.key(Id::of("api-key", &format!("{name} ({id})")), &name, self.api.id())
                };
                how.add(&mut self.graph, node);
            }
        }
        let stage = Id::of("stage", &self.stack.api.stage);
        for id in self.bare_plan(&stage).twins().await? {
            let node = UsagePlan { id: Id::of("usage-plan", &id), twin: Some(id), ..self.bare_plan(&stage) };
            how.add(&mut self.graph, node);
        }
        Ok(())
    }
}
