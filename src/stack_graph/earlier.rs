//! What a stack that is made anew may have been before: its file may have changed its name, or its region. Nothing of that is
//! touched, and it goes on running.

use super::StackGraph;
use crate::{
    aws::{Class, call, inventory_of, is_class, pages, tags},
    engine::{Id, Run},
    resources::{own_api, tags_of},
    stack::{self, DefaultNames, Stack},
};
use anyhow::Result;
use std::collections::BTreeSet;

impl StackGraph<'_> {
    /// A sentence for each; nothing where the stack is there.
    ///
    /// # Errors
    /// As the calls. Who may not list roles is told of no other region.
    pub(super) async fn find_earlier(&self) -> Result<Vec<String>> {
        if own_api(&self.aws).await?.is_some() {
            return Ok(Vec::new());
        }
        let mut found = self.of_another_name().await?;
        let run = self.aws.cloud.looking_at(&Id::only("roles"));
        match regions_of_roles(self, &run).await {
            Ok(regions) => found.extend(regions.iter().map(|region| self.in_another_region(region))),
            Err(e) if is_class(&e, Class::Denied) => {}
            Err(e) => return Err(e),
        }
        Ok(found)
    }

    /// Stacks of this region with the very same functions: one sentence for all of them.
    async fn of_another_name(&self) -> Result<Vec<String>> {
        let keys: BTreeSet<&String> = self.stack.functions.keys().collect();
        let mut names = BTreeSet::new();
        for api in self.aws.cloud.rest_apis().await?.iter() {
            let all = tags_of(api);
            let Some(name) = all.get(tags::STACK).filter(|name| **name != self.stack.name) else { continue };
            let inventory = inventory_of(&all);
            if inventory.of_kind("function").map(|entry| &entry.key).collect::<BTreeSet<_>>() == keys {
                names.insert(name.clone());
            }
        }
        let names: Vec<_> = names.into_iter().collect();
        let region = &self.aws.cloud.region;
        Ok(match &names[..] {
            [] => Vec::new(),
            [name] => vec![format!(
                "the stack {name} in {region} has functions with the same keys. If this file was `stack: {name}` before, that \
                 stack still runs; `lambdeploy list` shows it"
            )],
            names => vec![format!(
                "the stacks {} in {region} have functions with the same keys. If this file had one of these names before, that \
                 stack still runs; `lambdeploy list` shows them",
                names.join(", ")
            )],
        })
    }

    fn in_another_region(&self, region: &str) -> String {
        let name = &self.stack.name;
        format!(
            "the stack {name} has roles in {region} too. If this file said `region: {region}` before, the stack still runs there; \
             `lambdeploy destroy --region {region}` deletes it there"
        )
    }
}

/// The other regions for which there is a role by the default name of one of the stack's functions.
async fn regions_of_roles(graph: &StackGraph<'_>, run: &Run) -> Result<BTreeSet<String>> {
    let cloud = &graph.aws.cloud;
    let roles = pages(async |marker| {
        let request = cloud.iam.list_roles().max_items(1000).set_marker(marker);
        let page = call(run, "ListRoles", || request.clone().send()).await?;
        Ok((page.roles, page.marker.filter(|_| page.is_truncated)))
    });
    let functions = graph.stack.functions.values();
    let keys: Vec<_> =
        functions.filter(|f| matches!(f.role, stack::Role::Managed(_))).map(|f| &f.key).collect();
    let names: Vec<String> = roles.await?.into_iter().map(|role| role.role_name).collect();
    let regions =
        names.iter().flat_map(|name| keys.iter().filter_map(|key| region_in(name, graph.stack, key)));
    Ok(regions.filter(|region| *region != cloud.region).collect())
}

fn region_in(role: &str, stack: &Stack, key: &str) -> Option<String> {
    let without_region = DefaultNames { stack: &stack.name, region: "" }.role(key);
    let region = role.strip_prefix(&without_region)?;
    let mut parts = region.split('-');
    let is_word =
        |part: Option<&str>| part.is_some_and(|p| !p.is_empty() && p.bytes().all(|b| b.is_ascii_lowercase()));
    let fits = is_word(parts.next()) && is_word(parts.next());
    let number = region.rsplit('-').next().is_some_and(|n| n.parse::<u8>().is_ok());
    (fits && number).then(|| region.to_owned())
}
