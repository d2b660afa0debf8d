//! The door of the AWS API: one request from its bytes to the bytes of its reply, through everything that can happen
//! to it on the way.

use crate::{
    authorization,
    body::{Body, text},
    call::{Call, Effect, Reply},
    config::Consistency,
    content_encoding,
    error::AwsError,
    faults::{Cut, Fate, FaultPlan, Stopped},
    lambda::runtime,
    peer::Peer,
    protocol::{self, CredentialScope, Incoming, Unreadable, Wire},
    request_log::LoggedRequest,
    server::LocalAws,
    service::Service,
    services,
};
use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, LengthLimitError, Limited};

const PLAN_LIMIT: usize = 1024 * 1024;

/// The service that a request is for.
fn service_of(scope: &CredentialScope) -> Result<&'static Service, Unreadable> {
    services::signed_for(&scope.service).ok_or_else(|| {
        let why = format!("service {} is not implemented by the local AWS\n", scope.service);
        Unreadable::Plain(StatusCode::NOT_IMPLEMENTED, why)
    })
}

/// The whole body, as large as its service takes one.
async fn read_body(limit: usize, wire: Wire, body: Body) -> Result<Bytes, Unreadable> {
    match Limited::new(body, limit).collect().await {
        Ok(all) => Ok(all.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(protocol::too_large(wire, limit)),
        Err(error) => Err(protocol::broken(wire, &error)),
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
        let shared = self.shared();
        let start = shared.clock.seconds();
        let request_id = shared.request_id();
        let incoming = match self.read(request, only).await {
            Ok(incoming) => incoming,
            Err(unreadable) => return Ok(unreadable.into_response(&request_id)),
        };
        tokio::time::sleep(shared.config.latency).await;
        let fate = shared.faults.fate_of(incoming.service.name, incoming.operation.name);
        let late = fate.is_late();
        let answer = self.clone().fulfil(incoming, request_id, fate, start);
        if !late {
            return answer.await;
        }
        // AWS does not stop because a caller has hung up.
        tokio::spawn(answer).await.unwrap_or(Err(Cut))
    }

    /// `only`: the one access key that the request may be signed with.
    async fn read(&self, request: Request<Body>, only: Option<&str>) -> Result<Incoming, Unreadable> {
        let (parts, body) = request.into_parts();
        let scope = CredentialScope::of(&parts)?;
        let service = service_of(&scope)?;
        let wire = Wire::of(service, &parts);
        let payload = read_body(service.body_limit, wire, body).await?;
        let payload = content_encoding::decoded(&parts.headers, payload, service.body_limit)
            .map_err(|why| protocol::broken(wire, why))?;
        let mut incoming = protocol::read(service, wire, scope, &parts, payload, &self.shared().config)?;
        if only.is_some_and(|key| key != incoming.access_key) {
            return Err(Unreadable::Aws(wire, service.words.unknown_key()));
        }
        incoming.peer = parts.extensions.get::<Peer>().map(|p| p.0);
        if let Some(account) = self.shared().world().account_of_key(&incoming.access_key) {
            account.clone_into(&mut incoming.account);
        }
        Ok(incoming)
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
            Err(Stopped::Refused(planned)) => Err(planned.of_service(&incoming.service.words)),
            Err(Stopped::Cut) => return Err(Cut),
        };
        let response = protocol::write(&incoming, &request_id, &result);
        self.log(&incoming, start, &response, result.err());
        fate.after(response).await
    }

    async fn granted(&self, incoming: &Incoming, request_id: &str) -> Result<Reply, AwsError> {
        let shared = self.shared();
        if shared.config.consistency == Consistency::Realistic {
            let quotas = (incoming.service.request_quotas)(incoming.operation.name, &incoming.input);
            let granted = &self.inner().request_quotas;
            if !granted.take(&incoming.account, &incoming.region, &quotas, shared.clock.elapsed()) {
                return Err(incoming.service.words.throttled());
            }
        }
        match self.handle_call(incoming, request_id)? {
            Reply::Invoke(request) => runtime::answer(&self.inner().pool, request).await,
            reply => Ok(reply),
        }
    }

    fn handle_call(&self, incoming: &Incoming, request_id: &str) -> Result<Reply, AwsError> {
        let shared = self.shared();
        let mut world = shared.world();
        let mut call = Call {
            operation: incoming.operation.name,
            words: &incoming.service.words,
            account: incoming.account.clone(),
            region: incoming.region.clone(),
            access_key: incoming.access_key.clone(),
            host: incoming.host.clone(),
            headers: incoming.headers.clone(),
            payload: incoming.payload.clone(),
            request_id: request_id.to_owned(),
            now: shared.clock.now(),
            config: &shared.config,
            secret: &shared.secret,
            delays: shared.config.delays(),
            world: &mut world,
            blobs: &shared.blobs,
            asked: &shared.asked,
            tags_of: services::tags_of,
            effects: Vec::new(),
        };
        let Incoming { service, operation, input, peer, .. } = incoming;
        authorization::check(&mut call, service, operation, input, *peer)?;
        let reply = (operation.handler)(&mut call, input.clone())?;
        call.effects.into_iter().for_each(|effect| self.bring_about(effect));
        Ok(reply)
    }

    fn bring_about(&self, effect: Effect) {
        match effect {
            Effect::RetireContainers(function_arn) => self.inner().pool.retire(&function_arn),
            Effect::ReplaceContainers(sandbox) => self.inner().pool.replace(&sandbox),
            Effect::Snapshot { sandbox, not_before } => self.inner().pool.snapshot(sandbox, not_before),
            Effect::Provision(order) => self.inner().pool.provision(order),
        }
    }

    fn log(&self, incoming: &Incoming, start: f64, response: &Response<Body>, error: Option<AwsError>) {
        let entry = LoggedRequest {
            service: incoming.service.name,
            operation: incoming.operation.name,
            start,
            end: self.shared().clock.seconds(),
            status: response.status().as_u16(),
            error: error.map(|e| e.code),
        };
        self.shared().watch.say(|| entry.to_string());
        self.inner().requests.add(entry);
    }

    /// From now on faults happen as `plan` says; calls are counted anew.
    pub fn set_faults(&self, plan: FaultPlan) {
        self.shared().faults.set(plan);
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
