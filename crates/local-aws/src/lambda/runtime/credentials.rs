//! What a container calls AWS with: temporary credentials of its function's role.

use crate::{iam::state::Session, lambda::sandbox::Sandbox, secret, shared::Shared};
use std::{io, sync::Weak};

/// RoleCredentials of one container; nobody can use them once this is dropped.
pub(crate) struct RoleCredentials {
    pub access_key: String,
    pub secret_key: String,
    pub session_token: String,
    account: String,
    shared: Weak<Shared>,
}

impl RoleCredentials {
    /// New ones, for the role of a function's container.
    ///
    /// # Errors
    /// The system has no randomness to give.
    pub(crate) fn issue(shared: &Weak<Shared>, sandbox: &Sandbox) -> io::Result<Self> {
        let credentials = Self {
            access_key: format!("ASIA{}", &secret::random()?.to_ascii_uppercase()[..16]),
            secret_key: secret::random()? + &secret::random()?[..8],
            session_token: secret::random()? + &secret::random()?,
            account: sandbox.id.account.clone(),
            shared: shared.clone(),
        };
        if let Some(shared) = shared.upgrade() {
            let session = Session { role_arn: sandbox.role.clone(), name: sandbox.id.name.clone() };
            let mut world = shared.world();
            let sessions = &mut world.account(&credentials.account).iam.sessions;
            sessions.insert(credentials.access_key.clone(), session);
        }
        Ok(credentials)
    }
}

impl Drop for RoleCredentials {
    fn drop(&mut self) {
        if let Some(shared) = self.shared.upgrade() {
            shared.world().account(&self.account).iam.sessions.remove(&self.access_key);
        }
    }
}
