//! Logins for the registries that BuildKit pulls from.

use crate::login::Login;
use bollard::moby::filesync::v1::{
    CredentialsRequest, CredentialsResponse, FetchTokenRequest, FetchTokenResponse, GetTokenAuthorityRequest,
    GetTokenAuthorityResponse, VerifyTokenAuthorityRequest, VerifyTokenAuthorityResponse, auth_server::Auth,
};
use tokio::sync::{mpsc, oneshot};
use tonic::{Request, Response, Status};

/// BuildKit wants a login for this registry.
pub(crate) struct Asked {
    pub host: String,
    /// `None`: it pulls without.
    pub answer: oneshot::Sender<Option<Login>>,
}

/// Passes on what BuildKit asks to whoever runs the build.
pub(super) struct Credentials(pub mpsc::Sender<Asked>);

#[tonic::async_trait]
impl Auth for Credentials {
    async fn credentials(
        &self,
        request: Request<CredentialsRequest>,
    ) -> Result<Response<CredentialsResponse>, Status> {
        let (answer, answered) = oneshot::channel();
        let over = || Status::unavailable("the build is over");
        self.0.send(Asked { host: request.into_inner().host, answer }).await.map_err(|_| over())?;
        let login = answered.await.map_err(|_| over())?;
        let answer = login.map(|l| CredentialsResponse { username: l.user, secret: l.secret });
        Ok(Response::new(answer.unwrap_or_default()))
    }

    // Tokens are fetched by the engine, which does so where these are not implemented.

    async fn fetch_token(
        &self,
        _: Request<FetchTokenRequest>,
    ) -> Result<Response<FetchTokenResponse>, Status> {
        Err(Status::unimplemented(""))
    }

    async fn get_token_authority(
        &self,
        _: Request<GetTokenAuthorityRequest>,
    ) -> Result<Response<GetTokenAuthorityResponse>, Status> {
        Err(Status::unimplemented(""))
    }

    async fn verify_token_authority(
        &self,
        _: Request<VerifyTokenAuthorityRequest>,
    ) -> Result<Response<VerifyTokenAuthorityResponse>, Status> {
        Err(Status::unimplemented(""))
    }
}
