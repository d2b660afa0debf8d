//! Who signs with an access key: a user, or a role that somebody has assumed.

use super::state::{Entity, Iam, Session};
use serde_json::Value;

/// Whom an access key belongs to.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    pub kind: CallerKind,
    /// The user's, or the session's (`arn:aws:sts::…:assumed-role/<role>/<session>`).
    pub arn: String,
    /// `aws:userid`
    pub id: String,
    /// The user, or the role; none once the role is deleted.
    pub entity: Option<Entity>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CallerKind {
    User,
    AssumedRole,
}

impl Caller {
    fn of_session(iam: &Iam, session: &Session) -> Self {
        let entity = iam.role_by_arn(&session.role_arn).map(|role| role.entity.clone());
        let account = session.role_arn.split(':').nth(4).unwrap_or_default();
        let role = session.role_arn.rsplit('/').next().unwrap_or_default();
        let id = entity.as_ref().map(|e| e.id.as_str()).unwrap_or_default();
        Self {
            kind: CallerKind::AssumedRole,
            arn: format!("arn:aws:sts::{account}:assumed-role/{role}/{}", session.name),
            id: format!("{id}:{}", session.name),
            entity,
        }
    }

    /// `aws:PrincipalArn`: of a session, its role's.
    pub(crate) fn principal_arn(&self) -> &str {
        self.entity.as_ref().map_or(&self.arn, |e| &e.arn)
    }
}

impl Iam {
    /// The caller that an access key belongs to.
    pub(crate) fn caller_of_key(&self, access_key: &str) -> Option<Caller> {
        if let Some(session) = self.sessions.get(access_key) {
            return Some(Caller::of_session(self, session));
        }
        let entity = self.user_of_key(access_key)?.entity.clone();
        Some(Caller {
            kind: CallerKind::User,
            arn: entity.arn.clone(),
            id: entity.id.clone(),
            entity: Some(entity),
        })
    }

    /// What the caller's own policies say.
    pub(crate) fn policies_of_caller(&self, caller: &Caller) -> Vec<Value> {
        caller.entity.as_ref().map(|entity| self.policies_of(entity)).unwrap_or_default()
    }

    /// As [`Self::boundary_of`].
    pub(crate) fn boundary_of_caller(&self, caller: &Caller) -> Option<Value> {
        self.boundary_of(caller.entity.as_ref()?)
    }
}
