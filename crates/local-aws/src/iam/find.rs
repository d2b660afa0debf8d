//! Finding what a request is about.

use super::state::{Entity, EntityKind, Iam, Role};
use crate::{call::Call, error::AwsError};

/// The IAM of the caller's account.
pub(crate) fn iam<'a>(call: &'a mut Call<'_>) -> &'a mut Iam {
    &mut call.account_mut().iam
}

pub(crate) fn no_such(kind: EntityKind, name: &str) -> AwsError {
    AwsError::new(404, "NoSuchEntity", format!("The {} with name {name} cannot be found.", kind.noun()))
}

impl Iam {
    pub(crate) fn entity(&self, kind: EntityKind, name: &str) -> Result<&Entity, AwsError> {
        let key = name.to_ascii_lowercase();
        let found = match kind {
            EntityKind::Role => self.roles.get(&key).map(|r| &r.entity),
            EntityKind::User => self.users.get(&key).map(|u| &u.entity),
        };
        // Names are unique whatever their case, but are found only as they are written.
        found.filter(|e| e.name == name).ok_or_else(|| no_such(kind, name))
    }

    pub(crate) fn entity_mut(&mut self, kind: EntityKind, name: &str) -> Result<&mut Entity, AwsError> {
        let key = name.to_ascii_lowercase();
        let found = match kind {
            EntityKind::Role => self.roles.get_mut(&key).map(|r| &mut r.entity),
            EntityKind::User => self.users.get_mut(&key).map(|u| &mut u.entity),
        };
        found.filter(|e| e.name == name).ok_or_else(|| no_such(kind, name))
    }

    pub(crate) fn role_mut(&mut self, name: &str) -> Result<&mut Role, AwsError> {
        let role = self.roles.get_mut(&name.to_ascii_lowercase()).filter(|r| r.entity.name == name);
        role.ok_or_else(|| no_such(EntityKind::Role, name))
    }
}
