//! The Runtime API of one container: where its runtime asks for events and brings the answers.
//!
//! <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>. Everything else that a container asks of this
//! address goes to the AWS API, so that an SDK in the function finds it through `AWS_ENDPOINT_URL`: with the credentials
//! of the function's role, and no others. There are no other doors.

use super::{
    aws_api::AwsApi,
    fault::{Entrypoint, Exit, FunctionFault},
    whole_body::{Whole, read},
};
use crate::body::{Body, full, text, typed};
use bytes::Bytes;
use http::{Method, Request, Response, StatusCode};
use serde_json::{Value, json};
use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    time::Duration,
};
use tokio::{
    sync::{Notify, oneshot},
    time::Instant,
};

const PREFIX: &str = "/2018-06-01/runtime/";

/// One container's Runtime API. A clone is another handle to the same.
#[derive(Clone)]
pub struct RuntimeApi(Arc<Inner>);

struct Inner {
    state: Mutex<RuntimeState>,
    /// An event was queued, or the end has come.
    news: Notify,
    /// The runtime is ready, or will never be.
    began: Notify,
    api: Weak<dyn AwsApi>,
    /// The one with which the container may call AWS.
    access_key: String,
}

#[derive(Default)]
struct RuntimeState {
    queued: Option<(Event, oneshot::Sender<RuntimeAnswer>)>,
    running: Option<(String, oneshot::Sender<RuntimeAnswer>)>,
    init: Init,
    restored: Option<Restored>,
    ended: Option<Ended>,
}

/// The runtime said that a snapshot can be taken of it.
#[derive(Clone, Copy)]
struct Restored {
    at: Instant,
    /// Until it was ready again.
    took: Option<Duration>,
}

#[derive(Default, Clone)]
enum Init {
    #[default]
    UnderWay,
    Ready,
    Failed(Bytes),
}

/// One event for the runtime.
#[derive(Debug, Clone)]
pub(crate) struct Event {
    pub request_id: String,
    pub payload: Bytes,
    pub function_arn: String,
    /// The wall clock's moment at which it is too late, in milliseconds since 1970.
    pub deadline_ms: i64,
    pub trace_id: String,
}

/// What came back for an event.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum RuntimeAnswer {
    Response(Bytes),
    FunctionFault(FunctionFault),
    /// The container ended before its runtime took the event: another one can have it.
    NotTaken,
}

/// Why a container is no more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ended {
    /// We stopped it.
    Stopped,
    Exited(Exit),
    Entrypoint(Entrypoint),
}

impl Ended {
    fn fault(&self) -> FunctionFault {
        match self {
            Self::Stopped => FunctionFault::Exited(Exit::Signal("killed")),
            Self::Exited(exit) => FunctionFault::Exited(*exit),
            Self::Entrypoint(why) => FunctionFault::Entrypoint(why.clone()),
        }
    }
}

impl RuntimeApi {
    /// `access_key` is the one with which the container may call AWS.
    pub(crate) fn new(api: Weak<dyn AwsApi>, access_key: String) -> Self {
        let (news, began) = (Notify::new(), Notify::new());
        Self(Arc::new(Inner { state: Mutex::default(), news, began, api, access_key }))
    }

    /// Waits until the runtime asks for its first event.
    ///
    /// # Errors
    /// The fault for which it never will.
    pub(crate) async fn ready(&self) -> Result<(), FunctionFault> {
        loop {
            let began = self.0.began.notified();
            if let Some(result) = self.begun() {
                return result;
            }
            began.await;
        }
    }

    /// How long the runtime took from the snapshot until it was ready; `None` of one that knows nothing of snapshots.
    pub(crate) fn restored(&self) -> Option<Duration> {
        self.state().restored?.took
    }

    fn begun(&self) -> Option<Result<(), FunctionFault>> {
        let state = self.state();
        match (&state.init, &state.ended) {
            (Init::Failed(payload), _) => Some(Err(FunctionFault::Init(payload.clone()))),
            (_, Some(ended)) => Some(Err(ended.fault())),
            (Init::Ready, None) => Some(Ok(())),
            (Init::UnderWay, None) => None,
        }
    }

    /// Gives the runtime an event; the answer arrives in the receiver.
    pub(crate) fn give(&self, event: Event) -> oneshot::Receiver<RuntimeAnswer> {
        let (sender, receiver) = oneshot::channel();
        let mut state = self.state();
        if state.ended.is_some() {
            // Nobody is there to hear that it failed if the receiver is gone already.
            let _unheard = sender.send(RuntimeAnswer::NotTaken);
        } else {
            state.queued = Some((event, sender));
            self.0.news.notify_one();
        }
        receiver
    }

    /// The container is gone: whoever waits for it hears so.
    pub(crate) fn end(&self, ended: Ended) {
        let mut state = self.state();
        let fault = ended.fault();
        state.ended.get_or_insert(ended);
        if let Some((_, sender)) = state.queued.take() {
            let _unheard = sender.send(RuntimeAnswer::NotTaken);
        }
        if let Some((_, sender)) = state.running.take() {
            let _unheard = sender.send(RuntimeAnswer::FunctionFault(fault));
        }
        drop(state);
        self.0.began.notify_waiters();
        self.0.news.notify_waiters();
    }

    pub(crate) fn is_over(&self) -> bool {
        self.state().ended.is_some()
    }

    /// Answers one request of the container.
    pub(crate) async fn handle(&self, request: Request<Body>) -> Response<Body> {
        let Some(what) = request.uri().path().strip_prefix(PREFIX) else {
            return self.elsewhere(request).await;
        };
        let what = what.to_owned();
        match (request.method(), what.split('/').collect::<Vec<_>>().as_slice()) {
            (&Method::GET, ["invocation", "next"]) => self.next().await,
            (&Method::POST, ["invocation", id, "response"]) => self.response(id, request).await,
            (&Method::POST, ["invocation", id, "error"]) => self.error(id, request).await,
            (&Method::POST, ["init" | "restore", "error"]) => self.init_error(request).await,
            (&Method::GET, ["restore", "next"]) => self.restore_next(),
            _ => refuse(StatusCode::NOT_FOUND, "NotFound", "The Runtime API has no such path"),
        }
    }

    async fn elsewhere(&self, request: Request<Body>) -> Response<Body> {
        match self.0.api.upgrade() {
            Some(api) => api.answer(request, self.0.access_key.clone()).await,
            None => text(StatusCode::SERVICE_UNAVAILABLE, "the local AWS is gone\n".to_owned()),
        }
    }

    async fn next(&self) -> Response<Body> {
        self.became_ready();
        loop {
            let news = self.0.news.notified();
            if let Some(response) = self.take() {
                return response;
            }
            news.await;
        }
    }

    /// AWS takes the snapshot now, and answers in every container that is restored from it. Here there is one container,
    /// which goes on at once.
    fn restore_next(&self) -> Response<Body> {
        self.state().restored = Some(Restored { at: Instant::now(), took: None });
        answer(StatusCode::OK, &json!({}))
    }

    fn became_ready(&self) {
        let mut state = self.state();
        if matches!(state.init, Init::UnderWay) {
            state.init = Init::Ready;
            if let Some(restored) = &mut state.restored {
                restored.took = Some(restored.at.elapsed());
            }
            drop(state);
            self.0.began.notify_waiters();
        }
    }

    fn take(&self) -> Option<Response<Body>> {
        let mut state = self.state();
        let (event, sender) = state.queued.take()?;
        let response = event_response(&event);
        state.running = Some((event.request_id, sender));
        Some(response)
    }

    async fn response(&self, id: &str, request: Request<Body>) -> Response<Body> {
        match read(request).await {
            Whole::Payload(payload) => self.finish(id, RuntimeAnswer::Response(payload)),
            // Its container is ending, and that will be the answer.
            Whole::Broken => refuse(StatusCode::BAD_REQUEST, "InvalidRequest", "The response broke off"),
            Whole::TooLarge => {
                match self.finish(id, RuntimeAnswer::FunctionFault(FunctionFault::ResponseTooLarge)) {
                    accepted if accepted.status() == StatusCode::ACCEPTED => refuse(
                        StatusCode::PAYLOAD_TOO_LARGE,
                        "RequestEntityTooLarge",
                        "Exceeded maximum allowed payload size (6291556 bytes).",
                    ),
                    refused => refused,
                }
            }
        }
    }

    async fn error(&self, id: &str, request: Request<Body>) -> Response<Body> {
        let payload = read(request).await.or_empty();
        self.finish(id, RuntimeAnswer::FunctionFault(FunctionFault::Handler(payload)))
    }

    async fn init_error(&self, request: Request<Body>) -> Response<Body> {
        let payload = read(request).await.or_empty();
        self.state().init = Init::Failed(payload);
        self.0.began.notify_waiters();
        accepted()
    }

    fn finish(&self, id: &str, answer: RuntimeAnswer) -> Response<Body> {
        let mut state = self.state();
        match state.running.take_if(|(running, _)| running == id) {
            Some((_, sender)) => {
                // The caller may have stopped waiting; the runtime goes on all the same.
                let _unheard = sender.send(answer);
                accepted()
            }
            None => refuse(StatusCode::BAD_REQUEST, "InvalidRequestID", "Invalid request ID"),
        }
    }

    fn state(&self) -> MutexGuard<'_, RuntimeState> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn event_response(event: &Event) -> Response<Body> {
    let response = Response::builder()
        .header("content-type", "application/json")
        .header("lambda-runtime-aws-request-id", &event.request_id)
        .header("lambda-runtime-deadline-ms", event.deadline_ms)
        .header("lambda-runtime-invoked-function-arn", &event.function_arn)
        .header("lambda-runtime-trace-id", &event.trace_id)
        .body(full(event.payload.clone()));
    response.unwrap_or_else(|e| refuse(StatusCode::INTERNAL_SERVER_ERROR, "BadEvent", &e.to_string()))
}

fn accepted() -> Response<Body> {
    answer(StatusCode::ACCEPTED, &json!({ "status": "OK" }))
}

fn refuse(status: StatusCode, kind: &str, message: &str) -> Response<Body> {
    answer(status, &json!({ "errorType": kind, "errorMessage": message }))
}

fn answer(status: StatusCode, body: &Value) -> Response<Body> {
    typed(status.as_u16(), "application/json", body.to_string())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::testing::{Client, instant};

    #[tokio::test]
    async fn a_container_calls_aws_with_its_own_key_and_comes_to_no_other_door() {
        let aws = instant();
        let api = RuntimeApi::new(aws.api_for_functions(), "ASIAMINE".to_owned());
        let identity = async |access_key: &str| {
            let client = Client { access_key, ..Client::of(&aws) };
            api.handle(client.request("sts", "GetCallerIdentity", json!({}), None)).await.status()
        };
        assert_eq!(identity("ASIAMINE").await, StatusCode::OK);
        for other in ["ASIAOTHER", "000000000000", "local"] {
            assert_eq!(identity(other).await, StatusCode::FORBIDDEN, "{other}");
        }
        for path in ["/_local/dump", "/_local/stop", "/v2/", "/_aws/execute-api/a/b/"] {
            let request = Request::post(path).header("host", "localhost").body(full("")).unwrap();
            assert_eq!(api.handle(request).await.status(), StatusCode::FORBIDDEN, "{path}");
        }
    }
}
