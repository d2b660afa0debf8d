//! Reading an operation's input: members by name, and the repository that it is about.

use super::{constraint, constraint::missing, errors, image::ImageId, state::Repository};
use crate::{call::Call, error::AwsError};
use serde_json::Value;

/// The largest number of image or layer ids in one call.
const MAX_IDS: usize = 100;

pub(crate) struct Input(pub Value);

impl Input {
    /// A required string.
    pub(crate) fn text(&self, member: &str) -> Result<&str, AwsError> {
        self.optional(member).ok_or_else(|| missing(member))
    }

    pub(crate) fn optional(&self, member: &str) -> Option<&str> {
        self.0[member].as_str()
    }

    pub(crate) fn flag(&self, member: &str) -> bool {
        self.0[member].as_bool().unwrap_or_default()
    }

    pub(crate) fn list(&self, member: &str) -> &[Value] {
        self.0[member].as_array().map(Vec::as_slice).unwrap_or_default()
    }

    /// The strings of a list.
    pub(crate) fn texts(&self, member: &str) -> Vec<&str> {
        self.list(member).iter().filter_map(Value::as_str).collect()
    }

    pub(crate) fn has(&self, member: &str) -> bool {
        !self.0[member].is_null()
    }

    pub(crate) fn required(&self, member: &str) -> Result<(), AwsError> {
        if self.has(member) { Ok(()) } else { Err(missing(member)) }
    }

    /// A list of one to a hundred, which may only be absent where `required` is false.
    pub(crate) fn bounded_list(&self, member: &str, required: bool) -> Result<&[Value], AwsError> {
        let list = self.list(member);
        if required || self.has(member) {
            constraint::length(member, list.len(), 1..=MAX_IDS)?;
        }
        Ok(list)
    }

    pub(crate) fn image_ids(&self, required: bool) -> Result<Vec<ImageId>, AwsError> {
        let ids = self.bounded_list("imageIds", required)?;
        let read = |id: &Value| serde_json::from_value(id.clone());
        ids.iter()
            .map(read)
            .collect::<Result<_, _>>()
            .map_err(|e| AwsError::new(400, "SerializationException", e))
    }

    /// The name of a repository in the caller's own registry.
    pub(crate) fn repository_name(&self, call: &Call<'_>) -> Result<&str, AwsError> {
        let name = self.text("repositoryName")?;
        constraint::repository_name(name)?;
        self.own_registry(call, &format!("repository/{name}"))?;
        Ok(name)
    }

    /// The repository that exists under the input's `repositoryName`.
    pub(crate) fn repository<'w>(&self, call: &'w mut Call<'_>) -> Result<&'w mut Repository, AwsError> {
        let name = self.repository_name(call)?;
        find(call, name)
    }

    /// As [`Input::repository`], to read; of another account, where its policy lets this caller.
    pub(crate) fn open_repository<'w>(&self, call: &'w mut Call<'_>) -> Result<&'w Repository, AwsError> {
        let Some(id) = self.optional("registryId").filter(|id| *id != call.account) else {
            return self.repository(call).map(|repository| &*repository);
        };
        constraint::registry_id("registryId", id)?;
        let name = self.text("repositoryName")?;
        constraint::repository_name(name)?;
        let denied = denied(call, id, &format!("repository/{name}"));
        let action = format!("ecr:{}", call.operation);
        let (now, delay) = (call.now, call.delays.repository_policy);
        let (caller, region) = (call.account.clone(), call.region.clone());
        let repository = call.world.region(id, &region).ecr.repositories.get(name);
        repository.filter(|r| r.lets_account(&caller, &action, now, delay)).ok_or(denied)
    }

    /// Operations that only the account itself can do; other accounts' registries are closed to them.
    pub(crate) fn own_registry(&self, call: &Call<'_>, resource: &str) -> Result<(), AwsError> {
        let Some(id) = self.optional("registryId") else { return Ok(()) };
        constraint::registry_id("registryId", id)?;
        if id == call.account {
            return Ok(());
        }
        Err(denied(call, id, resource))
    }
}

fn denied(call: &Call<'_>, registry: &str, resource: &str) -> AwsError {
    let text = format!(
        "User: arn:aws:iam::{}:user/local is not authorized to perform: ecr:{operation} on resource: arn:aws:ecr:{}:{registry}:{resource} because no resource-based policy allows the ecr:{operation} action",
        call.account,
        call.region,
        operation = call.operation,
    );
    AwsError::new(400, "AccessDeniedException", text)
}

/// The repository of this name in the caller's registry.
pub(crate) fn find<'w>(call: &'w mut Call<'_>, name: &str) -> Result<&'w mut Repository, AwsError> {
    let missing = errors::repository_not_found(name, &call.account);
    call.region_mut().ecr.repositories.get_mut(name).ok_or(missing)
}
