//! The IAM of one account, as data.

use super::aws_managed;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeMap;

pub(crate) type TagList = Vec<(String, String)>;

/// The IAM of one account. Roles and users are kept by name in small letters: names differ by more than case.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct Iam {
    pub roles: BTreeMap<String, Role>,
    pub users: BTreeMap<String, User>,
    /// Customer managed policies by ARN.
    pub policies: BTreeMap<String, ManagedPolicy>,
    /// Sessions of roles by access key. Whoever has issued one ends it.
    #[serde(skip)]
    pub sessions: BTreeMap<String, Session>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub instance_profiles: BTreeMap<String, InstanceProfile>,
    /// How many ids were given out.
    #[serde(skip)]
    pub ids: u64,
}

#[derive(Debug, Clone, Serialize)]
pub(crate) struct Role {
    #[serde(flatten)]
    pub entity: Entity,
    /// The trust policy as it was given.
    pub trust: String,
    /// Since when Lambda is let in, or left out.
    pub trusted_since: Timestamp,
    pub description: Option<String>,
    /// Seconds.
    pub max_session_duration: i64,
}

#[derive(Debug, Clone, Serialize)]
pub(crate) struct User {
    #[serde(flatten)]
    pub entity: Entity,
    /// Access key ids and since when they are. Their secrets follow from the ids and the seed.
    pub access_keys: BTreeMap<String, Timestamp>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum EntityKind {
    Role,
    User,
}

impl EntityKind {
    pub(crate) fn noun(self) -> &'static str {
        match self {
            Self::Role => "role",
            Self::User => "user",
        }
    }

    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Role => "Role",
            Self::User => "User",
        }
    }

    /// The member of an input that holds the name.
    pub(crate) fn member(self) -> &'static str {
        match self {
            Self::Role => "RoleName",
            Self::User => "UserName",
        }
    }

    pub(crate) fn id_prefix(self) -> &'static str {
        match self {
            Self::Role => "AROA",
            Self::User => "AIDA",
        }
    }
}

#[derive(Debug, Clone, Serialize)]
pub(crate) struct Entity {
    pub name: String,
    pub path: String,
    pub id: String,
    pub arn: String,
    pub created: Timestamp,
    /// Managed policies by ARN, with the time they were attached.
    pub attached: BTreeMap<String, Timestamp>,
    /// Inline policies by name.
    pub inline: BTreeMap<String, String>,
    /// The ARN of the permissions boundary.
    pub boundary: Option<String>,
    pub tags: Vec<(String, String)>,
}

/// A policy of the account. It has one version: new versions are not made here.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct ManagedPolicy {
    pub id: String,
    pub document: String,
    pub description: Option<String>,
    pub created: Timestamp,
    pub tags: TagList,
}

#[derive(Debug, Clone, Serialize)]
pub(crate) struct InstanceProfile {
    pub name: String,
    pub path: String,
    pub id: String,
    pub created: Timestamp,
    /// A role's name; at most one.
    pub role: Option<String>,
    pub tags: TagList,
}

/// A session of a role: temporary credentials that may do what the role may.
#[derive(Debug, Clone)]
pub(crate) struct Session {
    pub role_arn: String,
    pub name: String,
}

impl Iam {
    pub(crate) fn role_by_arn(&self, arn: &str) -> Option<&Role> {
        self.roles.values().find(|role| role.entity.arn == arn)
    }

    /// The user that an access key belongs to.
    pub(crate) fn user_of_key(&self, access_key: &str) -> Option<&User> {
        self.users.values().find(|user| user.access_keys.contains_key(access_key))
    }

    /// Everything that a role's or user's own policies say, inline ones and attached ones. A permissions boundary is
    /// not among them: see [`Self::boundary_of`].
    pub(crate) fn policies_of(&self, entity: &Entity) -> Vec<Value> {
        let attached = entity.attached.keys().filter_map(|arn| self.document(arn));
        entity.inline.values().filter_map(|text| serde_json::from_str(text).ok()).chain(attached).collect()
    }

    /// The most that the entity's policies may allow, where it has a permissions boundary.
    pub(crate) fn boundary_of(&self, entity: &Entity) -> Option<Value> {
        self.document(entity.boundary.as_deref()?)
    }

    /// The document of a managed policy, AWS's or the account's.
    pub(crate) fn document(&self, arn: &str) -> Option<Value> {
        aws_managed::document(arn).or_else(|| serde_json::from_str(&self.policies.get(arn)?.document).ok())
    }

    /// The tags of the role or user that an ARN names.
    pub(crate) fn tags_of(&self, arn: &str) -> Option<BTreeMap<String, String>> {
        let role = self.role_by_arn(arn).map(|role| &role.entity);
        let user = || self.users.values().map(|user| &user.entity).find(|entity| entity.arn == arn);
        Some(role.or_else(user)?.tags.iter().cloned().collect())
    }
}
