//! IAM: roles and users with their policies. Global: one per account.

mod access_keys;
mod attachments;
mod aws_managed;
mod caller;
mod entity;
mod id;
mod inline_policies;
mod instance_profiles;
mod managed_policies;
mod paging;
mod role;
mod tags;
mod user;

#[cfg(test)]
mod tests;

pub use caller::{Caller, Kind as CallerKind, Session};
pub use entity::Entity;
pub use id::secret_of;
pub use role::Role;
pub use user::User;

use crate::{
    error::AwsError,
    operation::{Call, Operation},
};
use entity::Kind;
use instance_profiles::InstanceProfile;
use jiff::Timestamp;
use managed_policies::ManagedPolicy;
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeMap;

pub const OPERATIONS: &[Operation] = &[
    Operation::named("CreateRole", role::create),
    Operation::named("GetRole", role::get),
    Operation::named("ListRoles", role::list),
    Operation::named("UpdateRole", role::update),
    Operation::named("UpdateAssumeRolePolicy", role::update_trust),
    Operation::named("DeleteRole", role::delete),
    Operation::named("PutRolePermissionsBoundary", role::put_boundary),
    Operation::named("DeleteRolePermissionsBoundary", role::delete_boundary),
    Operation::named("ListInstanceProfilesForRole", instance_profiles::list_for_role),
    Operation::named("CreateInstanceProfile", instance_profiles::create),
    Operation::named("GetInstanceProfile", instance_profiles::get),
    Operation::named("DeleteInstanceProfile", instance_profiles::delete),
    Operation::named("AddRoleToInstanceProfile", instance_profiles::add_role),
    Operation::named("RemoveRoleFromInstanceProfile", instance_profiles::remove_role),
    Operation::named("TagRole", |call, input| tags::tag(call, &input, Kind::Role)),
    Operation::named("UntagRole", |call, input| tags::untag(call, &input, Kind::Role)),
    Operation::named("ListRoleTags", |call, input| tags::list(call, &input, Kind::Role)),
    Operation::named("AttachRolePolicy", |call, input| attachments::attach(call, &input, Kind::Role)),
    Operation::named("DetachRolePolicy", |call, input| attachments::detach(call, &input, Kind::Role)),
    Operation::named("ListAttachedRolePolicies", |call, input| attachments::list(call, &input, Kind::Role)),
    Operation::named("PutRolePolicy", |call, input| inline_policies::put(call, &input, Kind::Role)),
    Operation::named("GetRolePolicy", |call, input| inline_policies::get(call, &input, Kind::Role)),
    Operation::named("DeleteRolePolicy", |call, input| inline_policies::delete(call, &input, Kind::Role)),
    Operation::named("ListRolePolicies", |call, input| inline_policies::list(call, &input, Kind::Role)),
    Operation::named("CreatePolicy", managed_policies::create),
    Operation::named("GetPolicy", managed_policies::get),
    Operation::named("GetPolicyVersion", managed_policies::get_version),
    Operation::named("ListPolicies", managed_policies::list),
    Operation::named("DeletePolicy", managed_policies::delete),
    Operation::named("CreateUser", user::create),
    Operation::named("GetUser", user::get),
    Operation::named("ListUsers", user::list),
    Operation::named("DeleteUser", user::delete),
    Operation::named("TagUser", |call, input| tags::tag(call, &input, Kind::User)),
    Operation::named("UntagUser", |call, input| tags::untag(call, &input, Kind::User)),
    Operation::named("ListUserTags", |call, input| tags::list(call, &input, Kind::User)),
    Operation::named("AttachUserPolicy", |call, input| attachments::attach(call, &input, Kind::User)),
    Operation::named("DetachUserPolicy", |call, input| attachments::detach(call, &input, Kind::User)),
    Operation::named("ListAttachedUserPolicies", |call, input| attachments::list(call, &input, Kind::User)),
    Operation::named("PutUserPolicy", |call, input| inline_policies::put(call, &input, Kind::User)),
    Operation::named("GetUserPolicy", |call, input| inline_policies::get(call, &input, Kind::User)),
    Operation::named("DeleteUserPolicy", |call, input| inline_policies::delete(call, &input, Kind::User)),
    Operation::named("ListUserPolicies", |call, input| inline_policies::list(call, &input, Kind::User)),
    Operation::named("CreateAccessKey", access_keys::create),
    Operation::named("ListAccessKeys", access_keys::list),
    Operation::named("DeleteAccessKey", access_keys::delete),
];

/// The IAM of one account. Roles and users are kept by name in small letters: names differ by more than case.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Iam {
    pub roles: BTreeMap<String, Role>,
    pub users: BTreeMap<String, User>,
    /// Customer managed policies by ARN.
    policies: BTreeMap<String, ManagedPolicy>,
    /// Sessions of roles by access key. Whoever has issued one ends it.
    #[serde(skip)]
    pub sessions: BTreeMap<String, Session>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    instance_profiles: BTreeMap<String, InstanceProfile>,
    /// How many ids were given out.
    #[serde(skip)]
    ids: u64,
}

impl Iam {
    pub fn role_by_arn(&self, arn: &str) -> Option<&Role> {
        self.roles.values().find(|role| role.entity.arn == arn)
    }

    /// The user that an access key belongs to.
    pub fn user_of_key(&self, access_key: &str) -> Option<&User> {
        self.users.values().find(|user| user.access_keys.contains_key(access_key))
    }

    /// Everything that a role's or user's own policies say, inline ones and attached ones. A permissions boundary is
    /// not among them: see [`Self::boundary_of`].
    pub fn policies_of(&self, entity: &Entity) -> Vec<Value> {
        let attached = entity.attached.keys().filter_map(|arn| self.document(arn));
        entity.inline.values().filter_map(|text| serde_json::from_str(text).ok()).chain(attached).collect()
    }

    /// The most that the entity's policies may allow, where it has a permissions boundary.
    pub fn boundary_of(&self, entity: &Entity) -> Option<Value> {
        self.document(entity.boundary.as_deref()?)
    }

    /// The document of a managed policy, AWS's or the account's.
    fn document(&self, arn: &str) -> Option<Value> {
        aws_managed::document(arn).or_else(|| serde_json::from_str(&self.policies.get(arn)?.document).ok())
    }

    fn entity(&self, kind: Kind, name: &str) -> Result<&Entity, AwsError> {
        let key = name.to_ascii_lowercase();
        let found = match kind {
            Kind::Role => self.roles.get(&key).map(|r| &r.entity),
            Kind::User => self.users.get(&key).map(|u| &u.entity),
        };
        // Names are unique whatever their case, but are found only as they are written.
        found.filter(|e| e.name == name).ok_or_else(|| no_such(kind, name))
    }

    fn entity_mut(&mut self, kind: Kind, name: &str) -> Result<&mut Entity, AwsError> {
        let key = name.to_ascii_lowercase();
        let found = match kind {
            Kind::Role => self.roles.get_mut(&key).map(|r| &mut r.entity),
            Kind::User => self.users.get_mut(&key).map(|u| &mut u.entity),
        };
        found.filter(|e| e.name == name).ok_or_else(|| no_such(kind, name))
    }

    fn role_mut(&mut self, name: &str) -> Result<&mut Role, AwsError> {
        let role = self.roles.get_mut(&name.to_ascii_lowercase()).filter(|r| r.entity.name == name);
        role.ok_or_else(|| no_such(Kind::Role, name))
    }
}

fn no_such(kind: Kind, name: &str) -> AwsError {
    AwsError::new(404, "NoSuchEntity", format!("The {} with name {name} cannot be found.", kind.noun()))
}

fn iam<'a>(call: &'a mut Call<'_>) -> &'a mut Iam {
    &mut call.account_mut().iam
}

/// IAM writes whole seconds.
fn date(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}
