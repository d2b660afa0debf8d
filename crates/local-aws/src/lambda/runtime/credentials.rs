//! What a container calls AWS with: temporary credentials of its function's role.

use super::sandbox::Sandbox;
use crate::{iam::Session, secret, server::WeakAws};
use std::io;

/// Credentials of one container; nobody can use them once this is dropped.
pub struct Credentials {
    pub access_key: String,
    pub secret_key: String,
    pub session_token: String,
    account: String,
    aws: WeakAws,
}

impl Credentials {
    /// New ones, for the role of a function's container.
    ///
    /// # Errors
    /// The system has no randomness to give.
    pub(crate) fn issue(aws: &WeakAws, sandbox: &Sandbox) -> io::Result<Self> {
        let credentials = Self {
            access_key: format!("ASIA{}", &secret::random()?.to_ascii_uppercase()[..16]),
            secret_key: secret::random()? + &secret::random()?[..8],
            session_token: secret::random()? + &secret::random()?,
            account: sandbox.id.account.clone(),
            aws: aws.clone(),
        };
        if let Some(aws) = aws.upgrade() {
            let session = Session { role_arn: sandbox.role.clone(), name: sandbox.id.name.clone() };
            let mut world = aws.world();
            let sessions = &mut world.account(&credentials.account).iam.sessions;
            sessions.insert(credentials.access_key.clone(), session);
        }
        Ok(credentials)
    }
}

impl Drop for Credentials {
    fn drop(&mut self) {
        if let Some(aws) = self.aws.upgrade() {
            aws.world().account(&self.account).iam.sessions.remove(&self.access_key);
        }
    }
}
