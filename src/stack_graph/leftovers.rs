//! What is in AWS under this stack's tags and no longer (or never) in its file.

use super::{StackGraph, inventory, log_group_name};
use crate::{
    engine::{Change, Graph, Handle, Id, Plan, Resource},
    resources::{
        ApiKey, Function, InventoryEntries, LogGroup, Permission, Repository, RepositoryOutput, RestApi,
        Role, RoleOutput, Stage, UsagePlan, Which, own_apis, own_stages, tags_of,
    },
    stack::{self, Entry, Inventory},
};
use anyhow::Result;
use std::collections::{BTreeMap, BTreeSet};

/// Kinds of entries that are retired here. Others are a newer version's, which knows what to do about them.
const KINDS: [&str; 5] = ["function", "role", "repository", "api-key", "usage-plan"];

/// Whether things are added to be retired after the rest, or to be destroyed with it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum How {
    Retire,
    Doom,
}

/// What a leftover function works with, where that goes too.
type Parts = (Option<Handle<RoleOutput>>, Option<Handle<RepositoryOutput>>);

impl How {
    fn add<R: Resource>(self, graph: &mut Graph, resource: R) -> Handle<R::Output> {
        match self {
            Self::Retire => graph.retire(resource),
            Self::Doom => graph.add(resource),
        }
    }
}

impl StackGraph<'_> {
    /// Adds what is no longer in the stack file, and twins; whether there is any. Costs nothing where there is none: it looks at lists
    /// that were read before.
    ///
    /// # Errors
    /// As the lists.
    pub(super) async fn retire_leftovers(&mut self) -> Result<bool> {
        let wished = inventory(self.stack, &self.aws.cloud.region);
        let apis = own_apis(&self.aws).await?;
        let there = apis.first().map(|api| self.aws.inventory(&tags_of(api))).unwrap_or_default();
        let before = self.graph.len();
        if !there.of_kinds(&KINDS).beyond(&wished).is_empty() {
            self.entry_leftovers(&there, &wished);
        }
        self.stage_leftovers().await?;
        self.twins(apis.iter().skip(1).filter_map(|a| a.id.clone()).collect(), How::Retire).await?;
        self.plan_leftover().await?;
        Ok(self.graph.len() > before)
    }

    /// The inventory is shortened after the last of what it named is gone, so its node comes first.
    fn entry_leftovers(&mut self, there: &Inventory, wished: &Inventory) {
        let keep = wished.union(&there.beyond(&there.of_kinds(&KINDS)));
        let entries = InventoryEntries { aws: self.aws.clone(), id: Id::only("inventory"), keep };
        let anchor = self.graph.retire(entries).id();
        // A function that comes with one that goes may be the same under another name.
        self.renames = wished.of_kind("function").any(|entry| !there.names("function", &entry.name));
        self.function_leftovers(&there.beyond(wished), wished, How::Retire, &anchor);
        // A key that comes with one that goes is a change of value for the clients.
        let replaced = wished.beyond(there).of_kind("api-key").next().is_some();
        for gone in there.beyond(wished).of_kind("api-key") {
            let key = self.key(Id::of("api-key", &gone.key), &gone.name, anchor.clone());
            self.graph.retire(ApiKey { replaced, ..key });
        }
    }

    /// Adds everything that the file names, for a destroy.
    pub(super) fn doom(&mut self) {
        let wished = inventory(self.stack, &self.aws.cloud.region);
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
        let wished = inventory(self.stack, &self.aws.cloud.region);
        let apis = own_apis(&self.aws).await?;
        let there = apis.first().map(|api| self.aws.inventory(&tags_of(api))).unwrap_or_default();
        self.doom_entries(&there, &wished);
        for other in own_stages(&self.aws).await? {
            if other != self.stack.api.stage {
                let node = self.stage_node(&other);
                self.graph.add(node);
            }
        }
        self.twins(apis.iter().skip(1).filter_map(|a| a.id.clone()).collect(), How::Doom).await?;
        Ok(self.graph.len() > before)
    }

    /// Why AWS would not let this be deleted, so that nothing is.
    pub fn obstacle(&self, plan: &Plan) -> Option<String> {
        let goes = plan.change_of(&self.api.id()) == Some(&Change::Delete);
        let api = self.api.get().filter(|_| goes)?;
        let mapped: Vec<_> =
            self.mappings.iter().filter(|m| m.api == api.id).map(|m| m.from.as_str()).collect();
        (!mapped.is_empty()).then(|| {
            format!(
                "nothing was deleted: AWS deletes no REST API that a custom domain leads to, and {} leads to this one. \
                 Remove the mapping (aws apigateway delete-base-path-mapping), then run `lambdeploy destroy` again",
                mapped.join(", ")
            )
        })
    }

    fn doom_entries(&mut self, all: &Inventory, known: &Inventory) {
        let anchor = self.api.id();
        self.function_leftovers(&all.beyond(known), known, How::Doom, &anchor);
        for gone in all.beyond(known).of_kind("api-key") {
            let key = self.key(Id::of("api-key", &gone.key), &gone.name, anchor.clone());
            self.graph.add(key);
        }
    }

    /// Of `gone`, what no wished function uses under another key; `anchor` outlives it.
    fn function_leftovers(&mut self, gone: &Inventory, wished: &Inventory, how: How, anchor: &Id) {
        let unused = |kind: &'static str| -> Vec<&Entry> {
            gone.of_kind(kind).filter(|entry| !wished.names(kind, &entry.name)).collect()
        };
        let mut roles = BTreeMap::new();
        for entry in unused("role") {
            let role = self.bare_role(entry, anchor);
            roles.insert(entry.key.clone(), how.add(&mut self.graph, role));
        }
        let mut repositories = BTreeMap::new();
        for entry in unused("repository") {
            repositories.insert(entry.key.clone(), self.repository_leftover(entry, how, anchor));
        }
        for entry in unused("function") {
            let parts = (roles.get(&entry.key).cloned(), repositories.get(&entry.key).cloned());
            self.function_leftover(entry, parts, how, anchor);
        }
    }

    /// `parts`: its role and its repository, which it goes before.
    fn function_leftover(&mut self, entry: &Entry, parts: Parts, how: How, anchor: &Id) {
        let (role, repository) = parts;
        let replaced = how == How::Retire && self.renames;
        let group = LogGroup { replaced, ..self.bare_log_group(entry, anchor) };
        let function = Function {
            aws: self.aws.clone(),
            id: self.free_id(entry),
            wish: stack::Function::bare(&entry.key, &entry.name),
            role: role.unwrap_or_else(|| Handle::missing(anchor.clone())),
            repository: repository.unwrap_or_else(|| Handle::missing(anchor.clone())),
            image: Handle::missing(anchor.clone()),
            log_group: how.add(&mut self.graph, group).id(),
            api: anchor.clone(),
            reserved_for_others: 0,
            kept: Default::default(),
            concurrency: Default::default(),
        };
        let function = how.add(&mut self.graph, function);
        let permission = Permission {
            aws: self.aws.clone(),
            id: self.free_id(&Entry::new("permission", &entry.key, &entry.name)),
            function_name: entry.name.clone(),
            function,
            rest_api: Handle::missing(anchor.clone()),
            authorizes: false,
        };
        how.add(&mut self.graph, permission);
    }

    /// One that several functions named is one all the same.
    fn repository_leftover(&mut self, entry: &Entry, how: How, anchor: &Id) -> Handle<RepositoryOutput> {
        if let Some(same) = self.gone.get(&entry.name) {
            return same.clone();
        }
        let repository = self.bare_repository(entry, anchor);
        let handle = how.add(&mut self.graph, repository);
        self.gone.insert(entry.name.clone(), handle.clone());
        handle
    }

    /// `function/analyzer`, or where the file still has that, `function/analyzer (oldName)`.
    fn free_id(&self, entry: &Entry) -> Id {
        let id = Id::of(&entry.kind, &entry.key);
        let named = || Id::of(&entry.kind, &format!("{} ({})", entry.key, entry.name));
        if self.graph.contains(&id) { named() } else { id }
    }

    fn bare_role(&self, entry: &Entry, anchor: &Id) -> Role {
        Role {
            aws: self.aws.clone(),
            id: self.free_id(entry),
            name: entry.name.clone(),
            policies: Vec::new(),
            statements: Vec::new(),
            boundary: None,
            function: String::new(),
            doomed: true,
            api: anchor.clone(),
        }
    }

    fn bare_log_group(&self, function: &Entry, anchor: &Id) -> LogGroup {
        LogGroup {
            aws: self.aws.clone(),
            id: self.free_id(&Entry::new("log-group", &function.key, &function.name)),
            name: log_group_name(&function.name),
            retention: None,
            keep: self.stack.retain.logs,
            replaced: false,
            api: anchor.clone(),
        }
    }

    fn bare_repository(&self, entry: &Entry, anchor: &Id) -> Repository {
        Repository {
            aws: self.aws.clone(),
            id: self.free_id(entry),
            name: entry.name.clone(),
            keep: self.stack.retain.images,
            api: anchor.clone(),
        }
    }

    async fn stage_leftovers(&mut self) -> Result<()> {
        let stages = own_stages(&self.aws).await?;
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
            aws: self.aws.clone(),
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
