//! Resources: the tree of paths.

use super::{
    draft::{Draft, Resource},
    errors::{bad_request, conflict, limit_exceeded, not_found},
    find::{self, ListIn, ResourceId},
    ids,
    input::{one_or_many, parse},
    patch::{self, Patch},
};
use crate::{
    call::{Call, Reply},
    error::AwsError,
};
use serde::Deserialize;
use serde_json::{Value, json};

const MOST: usize = 300;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CreateResource {
    rest_api_id: String,
    parent_id: String,
    path_part: String,
}

#[derive(Deserialize)]
struct Embed {
    #[serde(default, deserialize_with = "one_or_many")]
    embed: Vec<String>,
}

pub(crate) fn create(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let CreateResource { rest_api_id, parent_id: resource_id, path_part } = parse(input)?;
    let id = ids::fresh(call);
    let parent = ResourceId { rest_api_id, resource_id };
    let draft = &mut find::api_of_resource(call, &parent)?.draft;
    Ok(Reply::created(json!(draft.add_resource(id, &parent.resource_id, &path_part)?)))
}

pub(crate) fn list(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let embed: Embed = parse(input.clone())?;
    let input: ListIn = parse(input)?;
    let resources = find::api(call, &input.rest_api_id)?.draft.resources.clone();
    input.paging.reply(call, resources.into_iter().map(|(id, r)| (id, wire(&r, &embed))))
}

pub(crate) fn get(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let embed: Embed = parse(input.clone())?;
    let id: ResourceId = parse(input)?;
    Ok(Reply::ok(wire(find::resource(call, &id)?, &embed)))
}

/// Without `embed=methods` only the names of the methods are shown.
fn wire(resource: &Resource, embed: &Embed) -> Value {
    let mut body = json!(resource);
    if !embed.embed.iter().any(|e| e == "methods")
        && let Some(methods) = body.get_mut("resourceMethods").and_then(Value::as_object_mut)
    {
        methods.values_mut().for_each(|method| *method = json!({}));
    }
    body
}

/// Takes its children along.
pub(crate) fn delete(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let id: ResourceId = parse(input)?;
    let draft = &mut find::api_of_resource(call, &id)?.draft;
    if draft.resources[&id.resource_id].parent_id.is_none() {
        return Err(bad_request("Root resource cannot be deleted."));
    }
    for gone in draft.below(&id.resource_id) {
        draft.resources.remove(&gone);
    }
    Ok(Reply::accepted())
}

pub(crate) fn update(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let patches = patch::read(call, &input)?;
    let id: ResourceId = parse(input)?;
    let api = find::api_of_resource(call, &id)?;
    let mut draft = api.draft.clone();
    for patch in &patches {
        apply(&mut draft, &id.resource_id, patch)?;
    }
    let body = json!(draft.resources[&id.resource_id]);
    api.draft = draft;
    Ok(Reply::ok(body))
}

fn apply(draft: &mut Draft, id: &str, patch: &Patch) -> Result<(), AwsError> {
    const PATHS: &[&str] = &["/parentId", "/pathPart"];
    if !PATHS.contains(&patch.path.as_str()) || patch.replaces().is_err() {
        return Err(patch.unsupported(PATHS));
    }
    let mut moved = draft.resources[id].clone();
    let member = &patch.path[1..];
    if moved.parent_id.is_none() {
        return Err(bad_request(format!("Root resource cannot update its {member}.")));
    }
    let value = patch.text().to_owned();
    if member == "parentId" {
        if !draft.resources.contains_key(&value) {
            return Err(not_found("Invalid Resource identifier specified"));
        }
        if draft.below(id).contains(&value) {
            return Err(bad_request("Resources cannot be cyclical."));
        }
        moved.parent_id = Some(value);
    } else {
        moved.path_part = Some(value);
    }
    draft.put_below(&moved)?;
    draft.resources.insert(id.to_owned(), moved);
    draft.name_paths();
    Ok(())
}

impl Draft {
    /// A new resource below `parent_id`, which is there.
    pub(crate) fn add_resource(
        &mut self,
        id: String,
        parent_id: &str,
        path_part: &str,
    ) -> Result<&Resource, AwsError> {
        let resource = Resource {
            id: id.clone(),
            parent_id: Some(parent_id.to_owned()),
            path_part: Some(path_part.to_owned()),
            ..Resource::default()
        };
        self.put_below(&resource)?;
        if self.resources.len() >= MOST {
            return Err(limit_exceeded(
                "Maximum number of Resources for this API has been reached. Please contact AWS if you need additional Resources.",
            ));
        }
        self.resources.insert(id.clone(), resource);
        self.name_paths();
        Ok(&self.resources[&id])
    }

    /// Whether a resource may be where its parent and its path part put it.
    fn put_below(&self, resource: &Resource) -> Result<(), AwsError> {
        let part = resource.path_part.as_deref().unwrap_or_default();
        check_path_part(part)?;
        let parent = resource.parent_id.as_ref().and_then(|id| self.resources.get(id));
        if let Some(greedy) = parent.and_then(|p| p.path_part.as_deref()).filter(|p| is_greedy(p)) {
            return Err(bad_request(format!(
                "Cannot create a child of a resource with a greedy path variable: {greedy}"
            )));
        }
        if is_greedy(part) && self.resources.values().any(|r| r.parent_id.as_ref() == Some(&resource.id)) {
            return Err(bad_request(format!(
                "Cannot create a child of a resource with a greedy path variable: {part}"
            )));
        }
        let siblings = self.resources.values().filter(|r| r.parent_id == resource.parent_id);
        let mut parts = siblings.filter(|r| r.id != resource.id).filter_map(|r| r.path_part.as_deref());
        match parts.find(|sibling| *sibling == part || (is_variable(sibling) && is_variable(part))) {
            None => Ok(()),
            Some(sibling) if sibling == part => {
                Err(conflict(format!("Another resource with the same parent already has this name: {part}")))
            }
            Some(sibling) => Err(bad_request(format!(
                "A sibling ({sibling}) of this resource already has a variable path part -- only one is allowed"
            ))),
        }
    }

    /// A resource and all below it.
    fn below(&self, id: &str) -> Vec<String> {
        let mut found = vec![id.to_owned()];
        let mut next = 0;
        while let Some(parent) = found.get(next).cloned() {
            let children = self.resources.values().filter(|r| r.parent_id.as_ref() == Some(&parent));
            found.extend(children.map(|r| r.id.clone()));
            next += 1;
        }
        found
    }

    /// Writes every resource's full path anew from its parents.
    fn name_paths(&mut self) {
        let paths: Vec<(String, String)> =
            self.resources.keys().map(|id| (id.clone(), self.path_of(id))).collect();
        for (id, path) in paths {
            if let Some(resource) = self.resources.get_mut(&id) {
                resource.path = path;
            }
        }
    }

    fn path_of(&self, id: &str) -> String {
        let mut parts = Vec::new();
        let mut at = self.resources.get(id);
        while let Some(resource) = at {
            parts.extend(resource.path_part.as_deref());
            at = resource.parent_id.as_ref().and_then(|id| self.resources.get(id));
        }
        parts.reverse();
        format!("/{}", parts.join("/"))
    }
}

fn check_path_part(part: &str) -> Result<(), AwsError> {
    let inside = part.strip_prefix('{').and_then(|p| p.strip_suffix('}'));
    let name = inside.map_or(part, |name| name.strip_suffix('+').unwrap_or(name));
    let fits = |c: char| c.is_ascii_alphanumeric() || "._-:".contains(c);
    if !name.is_empty() && name.chars().all(fits) {
        return Ok(());
    }
    Err(bad_request(
        "Resource's path part only allow a-zA-Z0-9._-: or a valid greedy path variable and curly braces at the beginning and the end.",
    ))
}

fn is_variable(part: &str) -> bool {
    part.starts_with('{')
}

fn is_greedy(part: &str) -> bool {
    part.ends_with("+}")
}
