//! Invoke: one event through one function.

use super::{
    constraints::Constraints,
    name::{Target, not_found},
    neighbours,
    runtime::{Answer, End, Entry, Event, Failure, Fault, Instance, Report, Sandbox},
};
use crate::{
    error::AwsError,
    operation::{Call, Reply},
    server::LocalAws,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use http::HeaderMap;
use jiff::SignedDuration;
use serde::de::IgnoredAny;
use serde_json::Value;
use std::{sync::Arc, time::Duration};
use tokio::{sync::oneshot, time::Instant};

/// An accepted call of Invoke, to be carried out outside the world's lock.
#[derive(Debug, Clone)]
pub struct Invocation {
    pub account: String,
    pub region: String,
    pub function: String,
    pub payload: Bytes,
}

/// What came of an invocation.
#[derive(Debug, Clone)]
pub struct Outcome {
    pub payload: Bytes,
    /// `Unhandled` where the function failed, timed out or crashed (header `X-Amz-Function-Error`).
    pub function_error: Option<String>,
    pub request_id: String,
    /// The last 4 KB of its log, where `LogType=Tail` asked for it; else empty.
    pub log_tail: String,
}

/// What the Invoke operation goes on with outside the lock.
#[derive(Debug, Clone)]
pub struct Request {
    invocation: Invocation,
    how: How,
    request_id: String,
}

/// The invocation type, and for the waiting one the log type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum How {
    RequestResponse { tail: bool },
    Event,
}

/// Headers whose meaning is not emulated: durable executions, tenants.
const NOT_EMULATED: [&str; 2] = ["x-amz-durable-execution-name", "x-amz-tenant-id"];
/// Bytes of an event whose caller waits.
const SYNC_LIMIT: usize = 6_291_456;
/// Bytes of an event whose caller doesn't.
const ASYNC_LIMIT: usize = 1_048_576;
/// An event whose function failed is tried again after these.
const RETRIES: [Duration; 2] = [Duration::from_secs(60), Duration::from_secs(120)];
/// An event that was throttled is tried again for so long.
const EVENT_AGE: Duration = Duration::from_secs(6 * 3600);
/// A container that ended between two events loses the second; so many may, one after the other.
const ATTEMPTS: usize = 3;

/// The Invoke operation, up to where it has to wait.
pub fn invoke(call: &mut Call, input: Value) -> Result<Reply, AwsError> {
    let target = Target::of(call, &input)?;
    let kind = header(&call.headers, "x-amz-invocation-type").unwrap_or("RequestResponse").to_owned();
    let log = header(&call.headers, "x-amz-log-type").unwrap_or("None").to_owned();
    let mut constraints = Constraints::default();
    constraints.one_of("invocationType", Some(&kind), &["Event", "RequestResponse", "DryRun"]);
    constraints.one_of("logType", Some(&log), &["None", "Tail"]);
    constraints.check()?;
    if let Some(name) = NOT_EMULATED.into_iter().find(|name| call.headers.contains_key(*name)) {
        return Err(AwsError::not_implemented(format!("Invoke with {name}")));
    }
    let limit = if kind == "Event" { ASYNC_LIMIT } else { SYNC_LIMIT };
    check_payload(&call.payload, limit)?;
    let now = call.now;
    let latest =
        Target { qualifier: target.qualifier.clone().or(Some("$LATEST".to_owned())), ..target.clone() };
    latest.find(call)?.ensure_active(now)?;
    if kind == "DryRun" {
        return Ok(Reply::no_content());
    }
    let how = if kind == "Event" { How::Event } else { How::RequestResponse { tail: log == "Tail" } };
    let invocation = Invocation {
        account: call.account.clone(),
        region: call.region.clone(),
        function: target.name,
        payload: call.payload.clone(),
    };
    Ok(Reply::Invoke(Request { invocation, how, request_id: call.request_id.clone() }))
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|h| h.to_str().ok())
}

fn check_payload(payload: &Bytes, limit: usize) -> Result<(), AwsError> {
    check_size(payload, limit)?;
    match serde_json::from_slice::<IgnoredAny>(payload) {
        Err(error) if !payload.is_empty() => Err(AwsError::new(
            400,
            "InvalidRequestContentException",
            format!("Could not parse request body into json: Could not parse payload into json: {error}"),
        )),
        _ => Ok(()),
    }
}

fn check_size(payload: &Bytes, limit: usize) -> Result<(), AwsError> {
    if payload.len() <= limit {
        return Ok(());
    }
    let why = format!("Request must be smaller than {limit} bytes for the InvokeFunction operation");
    Err(AwsError::new(413, "RequestTooLargeException", why))
}

/// Runs the function and waits for its answer. Used by the Invoke operation and by the stage URL. Whoever stops
/// waiting does not stop the function.
///
/// # Errors
/// As Lambda's Invoke: unknown function, not Active, too many requests, request over 6 MB.
pub async fn run(aws: &LocalAws, invocation: Invocation) -> Result<Outcome, AwsError> {
    check_size(&invocation.payload, SYNC_LIMIT)?;
    perform(aws, invocation, None, false).await
}

/// The Invoke operation's reply.
pub async fn answer(aws: &LocalAws, request: Request) -> Result<Reply, AwsError> {
    let Request { invocation, how, request_id } = request;
    match how {
        How::RequestResponse { tail } => Ok(reply(perform(aws, invocation, Some(request_id), tail).await?)),
        How::Event => {
            tokio::spawn(deliver(aws.clone(), invocation, request_id));
            Ok(Reply::Raw { status: 202, headers: Vec::new(), body: Bytes::new() })
        }
    }
}

fn reply(outcome: Outcome) -> Reply {
    let mut headers = vec![("x-amz-executed-version".to_owned(), "$LATEST".to_owned())];
    headers.extend(outcome.function_error.map(|error| ("x-amz-function-error".to_owned(), error)));
    if !outcome.log_tail.is_empty() {
        headers.push(("x-amz-log-result".to_owned(), STANDARD.encode(outcome.log_tail)));
    }
    Reply::Raw { status: 200, headers, body: outcome.payload }
}

/// Delivers an event for which nobody waits, as often as Lambda does.
async fn deliver(aws: LocalAws, invocation: Invocation, request_id: String) {
    let began = Instant::now();
    let (retries, age) = patience(&aws, &invocation);
    let mut failures = RETRIES.iter().take(retries);
    let mut throttled = Duration::from_secs(1);
    loop {
        let result = perform(&aws, invocation.clone(), Some(request_id.clone()), false).await;
        let pause = match result {
            Ok(outcome) if outcome.function_error.is_none() => return,
            Err(error) if error.status == 429 && began.elapsed() < age => {
                throttled = (throttled * 2).min(Duration::from_secs(300));
                throttled
            }
            Ok(_) | Err(AwsError { status: 500.., .. }) => match failures.next() {
                Some(pause) => *pause,
                None => return,
            },
            // The function is gone: so is its event.
            Err(_) => return,
        };
        tokio::time::sleep(pause).await;
    }
}

/// How often an event that failed is tried again, and how old one gets.
fn patience(aws: &LocalAws, invocation: &Invocation) -> (usize, Duration) {
    let mut world = aws.world();
    let functions = &world.region(&invocation.account, &invocation.region).lambda.functions;
    let config = functions.get(&invocation.function).and_then(|f| f.attached.event_invoke.as_ref());
    let retries = config.and_then(|c| c.retries).unwrap_or(RETRIES.len());
    (retries, config.and_then(|c| c.age).unwrap_or(EVENT_AGE))
}

async fn perform(
    aws: &LocalAws,
    invocation: Invocation,
    request_id: Option<String>,
    tail: bool,
) -> Result<Outcome, AwsError> {
    let (sandbox, reserved) = look_up(aws, &invocation)?;
    let pool = &aws.inner().pool;
    let admission = pool.admit(aws, &sandbox, reserved)?;
    let request_id = request_id.unwrap_or_else(|| pool.request_id(&sandbox));
    let execution = Execution { aws: aws.clone(), sandbox, request_id, tail };
    // A task of its own, so that a caller who goes away does not cut the function short.
    let task = tokio::spawn(async move {
        let outcome = execution.run(invocation.payload).await;
        drop(admission);
        outcome
    });
    task.await.unwrap_or_else(|e| Err(AwsError::new(500, "ServiceException", e)))
}

fn look_up(aws: &LocalAws, invocation: &Invocation) -> Result<(Arc<Sandbox>, Option<u32>), AwsError> {
    let (now, delays) = (aws.inner().clock.now(), aws.inner().config.delays());
    let Invocation { account, region, function: name, .. } = invocation;
    let mut world = aws.world();
    let failure = neighbours::image_is_gone(&mut world, invocation);
    neighbours::ensure_decryptable(&mut world, invocation)?;
    let functions = &mut world.region(account, region).lambda.functions;
    let function = functions.get_mut(name).ok_or_else(|| {
        not_found(format!("Function not found: arn:aws:lambda:{region}:{account}:function:{name}:$LATEST"))
    })?;
    function.ensure_awake(now, &delays, failure)?;
    Ok((function.sandbox(now), function.reserved_concurrency))
}

/// One invocation on its way.
struct Execution {
    aws: LocalAws,
    sandbox: Arc<Sandbox>,
    request_id: String,
    tail: bool,
}

impl Execution {
    async fn run(&self, payload: Bytes) -> Result<Outcome, AwsError> {
        let payload = if payload.is_empty() { Bytes::from_static(b"{}") } else { payload };
        let pool = &self.aws.inner().pool;
        for _ in 0..ATTEMPTS {
            let instance = match pool.take(&self.aws, &self.sandbox).await {
                Ok(instance) => instance,
                Err(Failure::Refused(error)) => return Err(error),
                Err(Failure::Fault(failed)) => {
                    self.start(&failed.instance);
                    let init = Some(failed.init);
                    return Ok(self.end(&failed.instance, Err(failed.fault), Duration::ZERO, init).await);
                }
            };
            if let Some(outcome) = self.on(instance, payload.clone()).await {
                return Ok(outcome);
            }
        }
        Err(AwsError::new(500, "ServiceException", "the function's containers end before they take an event"))
    }

    /// Runs the event on one container; `None` where the container did not live to take it.
    async fn on(&self, instance: Arc<Instance>, payload: Bytes) -> Option<Outcome> {
        self.start(&instance);
        let init = instance.take_init();
        let began = Instant::now();
        let answer = tokio::time::timeout(self.sandbox.timeout, instance.api.give(self.event(payload))).await;
        let (took, pool) = (began.elapsed(), &self.aws.inner().pool);
        let result = match answer {
            Ok(Ok(Answer::Response(payload))) => Ok(payload),
            Ok(Ok(Answer::Fault(fault))) => Err(fault),
            Ok(Ok(Answer::NotTaken) | Err(_)) => return None,
            Err(_) => Err(Fault::TimedOut(self.sandbox.timeout)),
        };
        let healthy = matches!(result, Ok(_) | Err(Fault::Handler(_) | Fault::ResponseTooLarge));
        pool.give_back(instance.clone(), healthy);
        Some(self.end(&instance, result, took, init).await)
    }

    fn event(&self, payload: Bytes) -> Event {
        let timeout = self.sandbox.timeout;
        let now = self.aws.inner().clock.now();
        let deadline = now + SignedDuration::try_from(timeout).unwrap_or_default();
        let digits: String = self.request_id.chars().filter(char::is_ascii_hexdigit).collect();
        Event {
            request_id: self.request_id.clone(),
            payload,
            function_arn: self.sandbox.id.arn.clone(),
            deadline_ms: deadline.as_millisecond(),
            trace_id: format!(
                "Root=1-{:08x}-{};Parent={};Sampled=0",
                now.as_second(),
                &digits[..24],
                &digits[16..32]
            ),
        }
    }

    fn start(&self, instance: &Instance) {
        instance.record(Entry::Start { request_id: self.request_id.clone() });
    }

    async fn end(
        &self,
        instance: &Instance,
        result: Result<Bytes, Fault>,
        took: Duration,
        init: Option<Duration>,
    ) -> Outcome {
        let (id, fault) = (&self.request_id, result.as_ref().err());
        let lines = fault.map(|f| f.log(id, self.aws.inner().clock.now())).unwrap_or_default();
        let report = Report { init, ..Report::new(id, took, self.sandbox.memory, fault) };
        let (sender, receiver) = oneshot::channel();
        instance.record(Entry::End(Box::new(End { lines, report, tail: self.tail.then_some(sender) })));
        let log_tail = if self.tail { receiver.await.unwrap_or_default() } else { String::new() };
        Outcome {
            function_error: fault.map(|_| "Unhandled".to_owned()),
            payload: result.unwrap_or_else(|fault| fault.payload(id)),
            request_id: id.clone(),
            log_tail,
        }
    }
}
