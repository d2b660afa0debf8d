//! The repository that a request is about, in the registry of its caller.

use super::error::RegistryError;
use crate::{
    blobs::{Owner, RegistryAccess},
    ecr::{self, state::Repository},
    shared::Shared,
    world::World,
};

/// Whose repository; it was there when the request came, and is looked up again for every use.
pub(crate) struct RepositoryScope<'a> {
    pub shared: &'a Shared,
    pub owner: Owner,
}

impl<'a> RepositoryScope<'a> {
    /// ECR makes no repository by a push: it has to be there.
    pub(crate) fn new(shared: &'a Shared, access: RegistryAccess, name: &str) -> Result<Self, RegistryError> {
        if !ecr::is_repository_name(name) {
            return Err(RegistryError::bad("NAME_INVALID", format!("Invalid repository name '{name}'")));
        }
        let RegistryAccess { account, region, .. } = access;
        let scope = Self { shared, owner: Owner { account, region, name: name.to_owned() } };
        scope.with(|_| Ok(()))?;
        Ok(scope)
    }

    /// Does something with the repository under the world's lock.
    pub(crate) fn with<T>(
        &self,
        act: impl FnOnce(&mut Repository) -> Result<T, RegistryError>,
    ) -> Result<T, RegistryError> {
        act(self.owner.repository(&mut self.shared.world())?)
    }
}

impl Owner {
    pub(crate) fn repository<'w>(&self, world: &'w mut World) -> Result<&'w mut Repository, RegistryError> {
        let region = world.region(&self.account, &self.region);
        region.ecr.repositories.get_mut(&self.name).ok_or_else(|| {
            let text = ecr::repository_not_found(&self.name, &self.account).message;
            RegistryError::not_found("NAME_UNKNOWN", text)
        })
    }
}
