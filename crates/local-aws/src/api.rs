//! The door of the AWS API: one request from its bytes to the bytes of its reply, through everything that can happen
//! to it on the way.

use crate::{
    config::Consistency,
    error::AwsError,
    faults::{Cut, Fate, FaultPlan, Stopped},
    gateway::Peer,
    operation::Reply,
    protocol::{self, Incoming, Refusal},
    request_log::Entry,
    server::{Body, LocalAws, text},
};
use bytes::Bytes;
use http::{Request, Response, StatusCode, request::Parts};
use http_body_util::{BodyExt, LengthLimitError, Limited};

const PLAN_LIMIT: usize = 1024 * 1024;

/// The whole body, as large as its service takes one.
async fn read_body(parts: &Parts, body: Body) -> Result<Bytes, Refusal> {
    let service = protocol::service_of(parts)?;
    let limit = service.body_limit();
    match Limited::new(body, limit).collect().await {
        Ok(all) => Ok(all.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(protocol::too_large(service, limit)),
        Err(error) => Err(protocol::broken(service, &error)),
    }
}

impl LocalAws {
    pub(crate) async fn api(&self, request: Request<Body>) -> Result<Response<Body>, Cut> {
        self.api_by(request, None).await
    }

    /// A request by a function's own code, which has the credentials of its role and no others.
    pub(crate) async fn api_of_function(&self, request: Request<Body>, access_key: &str) -> Response<Body> {
        match self.api_by(request, Some(access_key)).await {
            Ok(response) => response,
            Err(Cut) => std::future::pending().await,
        }
    }

    async fn api_by(&self, request: Request<Body>, only: Option<&str>) -> Result<Response<Body>, Cut> {
        let (parts, body) = request.into_parts();
        let start = self.inner().clock.seconds();
        let request_id = self.request_id();
        let payload = match read_body(&parts, body).await {
            Ok(payload) => payload,
            Err(refusal) => return Ok(refusal.into_response(&request_id)),
        };
        let mut incoming = match protocol::read(&parts, payload, &self.inner().config) {
            Ok(incoming) => incoming,
            Err(refusal) => return Ok(refusal.into_response(&request_id)),
        };
        if only.is_some_and(|key| key != incoming.access_key) {
            return Ok(protocol::unknown_key(incoming.service).into_response(&request_id));
        }
        incoming.peer = parts.extensions.get::<Peer>().map(|p| p.0);
        if let Some(account) = self.world().account_of_key(&incoming.access_key) {
            account.clone_into(&mut incoming.account);
        }
        tokio::time::sleep(self.inner().config.latency).await;
        let fate = self.inner().faults.fate_of(incoming.service.name(), incoming.operation.name);
        let late = fate.is_late();
        let answer = self.clone().fulfil(incoming, request_id, fate, start);
        if !late {
            return answer.await;
        }
        // AWS does not stop because a caller has hung up.
        tokio::spawn(answer).await.unwrap_or(Err(Cut))
    }

    async fn fulfil(
        self,
        incoming: Incoming,
        request_id: String,
        fate: Fate,
        start: f64,
    ) -> Result<Response<Body>, Cut> {
        let result = match fate.before().await {
            Ok(()) => self.granted(&incoming, &request_id).await,
            Err(Stopped::Refused(refusal)) => Err(refusal.of_service(incoming.service)),
            Err(Stopped::Cut) => return Err(Cut),
        };
        let response = protocol::write(&incoming, &request_id, &result);
        self.log(&incoming, start, &response, result.err());
        fate.after(response).await
    }

    async fn granted(&self, incoming: &Incoming, request_id: &str) -> Result<Reply, AwsError> {
        let inner = self.inner();
        if inner.config.consistency == Consistency::Realistic {
            inner.grants.take(&incoming.account, incoming, inner.clock.seconds())?;
        }
        self.run(incoming, request_id).await
    }

    fn log(&self, incoming: &Incoming, start: f64, response: &Response<Body>, error: Option<AwsError>) {
        let entry = Entry {
            service: incoming.service.name(),
            operation: incoming.operation.name,
            start,
            end: self.inner().clock.seconds(),
            status: response.status().as_u16(),
            error: error.map(|e| e.code),
        };
        self.inner().watch.say(|| entry.to_string());
        self.inner().requests.add(entry);
    }

    /// From now on faults happen as `plan` says; calls are counted anew.
    pub fn set_faults(&self, plan: FaultPlan) {
        self.inner().faults.set(plan);
    }

    /// `PUT /_local/faults`
    pub(crate) async fn put_faults(&self, request: Request<Body>) -> Response<Body> {
        let body = Limited::new(request.into_body(), PLAN_LIMIT).collect().await;
        let plan = body
            .map_err(|e| e.to_string())
            .and_then(|all| serde_json::from_slice::<FaultPlan>(&all.to_bytes()).map_err(|e| e.to_string()));
        match plan {
            Ok(plan) => {
                self.set_faults(plan);
                text(StatusCode::OK, "the faults are set\n".to_owned())
            }
            Err(why) => text(StatusCode::BAD_REQUEST, format!("this is no fault plan: {why}\n")),
        }
    }
}
