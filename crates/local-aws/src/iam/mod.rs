//! IAM: roles and users with their policies. Global: one per account.

mod access_keys;
mod attachments;
mod aws_managed;
mod caller;
mod documents;
mod entity;
mod find;
mod id;
mod inline_policies;
mod instance_profiles;
mod managed_policies;
mod names;
mod paging;
mod permissions;
mod role;
mod simulate;
pub(crate) mod state;
mod summary;
mod tags;
mod trust;
mod user;

#[cfg(test)]
mod tests;

pub(crate) use caller::{Caller, CallerKind};
pub(crate) use id::secret_of;
pub(crate) use trust::trusts;

use crate::{
    error_words::ErrorWords,
    permission::Permission,
    service::{Operation, Protocol, Service},
};
use state::EntityKind::{Role, User};

pub(crate) static SERVICE: Service = Service {
    name: "iam",
    signing_name: "iam",
    protocol: Protocol::Query { namespace: "https://iam.amazonaws.com/doc/2010-05-08/" },
    // A form with a policy document.
    body_limit: 1024 * 1024,
    operations: OPERATIONS,
    permissions: permissions::needed,
    permission_to_tag: |_, operation, resource| {
        Permission::new(operation.name.replace("Create", "iam:Tag"), resource)
    },
    tags_of: |account, _, arn| account.iam.tags_of(arn),
    request_quotas: |_, _| Vec::new(),
    words: ErrorWords::QUERY,
};

const OPERATIONS: &[Operation] = &[
    Operation::named("GetAccountSummary", summary::get),
    Operation::named("SimulatePrincipalPolicy", simulate::principal_policy),
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
    Operation::named("TagRole", |call, input| tags::tag(call, &input, Role)),
    Operation::named("UntagRole", |call, input| tags::untag(call, &input, Role)),
    Operation::named("ListRoleTags", |call, input| tags::list(call, &input, Role)),
    Operation::named("AttachRolePolicy", |call, input| attachments::attach(call, &input, Role)),
    Operation::named("DetachRolePolicy", |call, input| attachments::detach(call, &input, Role)),
    Operation::named("ListAttachedRolePolicies", |call, input| attachments::list(call, &input, Role)),
    Operation::named("PutRolePolicy", |call, input| inline_policies::put(call, &input, Role)),
    Operation::named("GetRolePolicy", |call, input| inline_policies::get(call, &input, Role)),
    Operation::named("DeleteRolePolicy", |call, input| inline_policies::delete(call, &input, Role)),
    Operation::named("ListRolePolicies", |call, input| inline_policies::list(call, &input, Role)),
    Operation::named("CreatePolicy", managed_policies::create),
    Operation::named("GetPolicy", managed_policies::get),
    Operation::named("GetPolicyVersion", managed_policies::get_version),
    Operation::named("ListPolicies", managed_policies::list),
    Operation::named("DeletePolicy", managed_policies::delete),
    Operation::named("CreateUser", user::create),
    Operation::named("GetUser", user::get),
    Operation::named("ListUsers", user::list),
    Operation::named("DeleteUser", user::delete),
    Operation::named("TagUser", |call, input| tags::tag(call, &input, User)),
    Operation::named("UntagUser", |call, input| tags::untag(call, &input, User)),
    Operation::named("ListUserTags", |call, input| tags::list(call, &input, User)),
    Operation::named("AttachUserPolicy", |call, input| attachments::attach(call, &input, User)),
    Operation::named("DetachUserPolicy", |call, input| attachments::detach(call, &input, User)),
    Operation::named("ListAttachedUserPolicies", |call, input| attachments::list(call, &input, User)),
    Operation::named("PutUserPolicy", |call, input| inline_policies::put(call, &input, User)),
    Operation::named("GetUserPolicy", |call, input| inline_policies::get(call, &input, User)),
    Operation::named("DeleteUserPolicy", |call, input| inline_policies::delete(call, &input, User)),
    Operation::named("ListUserPolicies", |call, input| inline_policies::list(call, &input, User)),
    Operation::named("CreateAccessKey", access_keys::create),
    Operation::named("ListAccessKeys", access_keys::list),
    Operation::named("DeleteAccessKey", access_keys::delete),
];
