//! The values of a build's secrets.

use crate::SecretValue;
use anyhow::{Result, bail};
use bollard::moby::buildkit::secrets::v1::{GetSecretRequest, GetSecretResponse, secrets_server::Secrets};
use std::collections::BTreeMap;
use tonic::{Request, Response, Status};

/// BuildKit's own bound on a secret, in bytes.
pub const LARGEST: usize = 500 * 1024;

/// The secrets by id.
pub(super) struct SecretValues(BTreeMap<String, SecretValue>);

impl SecretValues {
    /// # Errors
    /// A secret that BuildKit won't take.
    pub(super) fn new(values: &BTreeMap<String, SecretValue>) -> Result<Self> {
        if let Some((id, _)) = values.iter().find(|(_, value)| value.0.len() > LARGEST) {
            bail!("the build secret `{id}` is over 500 KiB, BuildKit's limit");
        }
        Ok(Self(values.clone()))
    }
}

#[tonic::async_trait]
impl Secrets for SecretValues {
    async fn get_secret(
        &self,
        request: Request<GetSecretRequest>,
    ) -> Result<Response<GetSecretResponse>, Status> {
        let id = request.into_inner().id;
        let value = self
            .0
            .get(&id)
            .ok_or_else(|| Status::not_found(format!("secret {id} is not in the stack file")))?;
        Ok(Response::new(GetSecretResponse { data: value.0.clone() }))
    }
}
