//! One event through one function.

use super::{
    fault::FunctionFault,
    initialization::Startup,
    instance::Instance,
    journal::{End, JournalEntry},
    no_instance::NoInstance,
    pool::Pool,
    record,
    report::InvocationReport,
    runtime_api::{Event, RuntimeAnswer},
    target::{Target, look_up},
};
use crate::{
    call::Reply,
    error::AwsError,
    lambda::{
        invocation::{Callee, Invocation, InvocationType, InvokeRequest, Outcome},
        invoke::{SYNC_LIMIT, check_size},
        sandbox::Sandbox,
    },
};
use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use jiff::{SignedDuration, Timestamp};
use std::{sync::Arc, time::Duration};
use tokio::{sync::oneshot, time::Instant};

/// An event whose function failed is tried again after these.
const RETRIES: [Duration; 2] = [Duration::from_mins(1), Duration::from_mins(2)];
/// An event that was throttled is tried again for so long.
const EVENT_AGE: Duration = Duration::from_hours(6);
/// A container that ended between two events loses the second; so many may, one after the other.
const ATTEMPTS: usize = 3;

/// Runs the function and waits for its answer. Used by the Invoke operation and by the stage URL. Whoever stops
/// waiting does not stop the function.
///
/// # Errors
/// As Lambda's Invoke: unknown function, not Active, too many requests, request over 6 MB.
pub(crate) async fn run(pool: &Arc<Pool>, invocation: Invocation) -> Result<Outcome, AwsError> {
    check_size(&invocation.payload, SYNC_LIMIT)?;
    perform(pool, invocation, None, false).await
}

/// The Invoke operation's reply.
pub(crate) async fn answer(pool: &Arc<Pool>, request: InvokeRequest) -> Result<Reply, AwsError> {
    let InvokeRequest { invocation, kind, request_id } = request;
    match kind {
        InvocationType::RequestResponse { tail } => {
            Ok(reply(perform(pool, invocation, Some(request_id), tail).await?))
        }
        InvocationType::Event => {
            tokio::spawn(deliver(pool.clone(), invocation, request_id));
            Ok(Reply::Raw { status: 202, headers: Vec::new(), body: Bytes::new() })
        }
    }
}

fn reply(outcome: Outcome) -> Reply {
    let mut headers = vec![("x-amz-executed-version".to_owned(), outcome.executed_version)];
    headers.extend(outcome.function_error.map(|error| ("x-amz-function-error".to_owned(), error)));
    if !outcome.log_tail.is_empty() {
        headers.push(("x-amz-log-result".to_owned(), STANDARD.encode(outcome.log_tail)));
    }
    Reply::Raw { status: 200, headers, body: outcome.payload }
}

/// Delivers an event for which nobody waits, as often as Lambda does.
async fn deliver(pool: Arc<Pool>, invocation: Invocation, request_id: String) {
    let began = Instant::now();
    let (retries, age) = patience(&pool, &invocation);
    let mut failures = RETRIES.iter().take(retries);
    let mut throttled = Duration::from_secs(1);
    loop {
        let result = perform(&pool, invocation.clone(), Some(request_id.clone()), false).await;
        let pause = match result {
            Ok(outcome) if outcome.function_error.is_none() => return,
            Err(error) if error.status == 429 && began.elapsed() < age => {
                throttled = (throttled * 2).min(Duration::from_mins(5));
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
fn patience(pool: &Arc<Pool>, invocation: &Invocation) -> (usize, Duration) {
    let mut world = pool.shared.world();
    let Callee { account, region, function, .. } = &invocation.callee;
    let functions = &world.region(account, region).lambda.functions;
    let config = functions.get(function).and_then(|f| f.attached.event_invoke.as_ref());
    let retries = config.and_then(|c| c.retries).unwrap_or(RETRIES.len());
    (retries, config.and_then(|c| c.age).unwrap_or(EVENT_AGE))
}

async fn perform(
    pool: &Arc<Pool>,
    invocation: Invocation,
    request_id: Option<String>,
    tail: bool,
) -> Result<Outcome, AwsError> {
    let Invocation { callee, payload } = invocation;
    let Target { sandbox, limits } = look_up(pool, &callee)?;
    let at = pool.shared.clock.now();
    let admission = pool.admit(&sandbox, limits).inspect_err(|_| {
        record::throttled(pool, &callee, &sandbox, at);
    })?;
    let request_id = request_id.unwrap_or_else(|| pool.request_id(&sandbox));
    let concurrent = admission.concurrent;
    let execution = Execution { pool: pool.clone(), callee, sandbox, request_id, tail, at, concurrent };
    // A task of its own, so that a caller who goes away does not cut the function short.
    let task = tokio::spawn(async move {
        let outcome = execution.run(payload).await;
        drop(admission);
        outcome
    });
    task.await.unwrap_or_else(|e| Err(AwsError::new(500, "ServiceException", e)))
}

/// One invocation on its way.
pub(super) struct Execution {
    pub pool: Arc<Pool>,
    pub callee: Callee,
    pub sandbox: Arc<Sandbox>,
    request_id: String,
    tail: bool,
    /// When it began.
    pub at: Timestamp,
    /// Executions of the function at that moment.
    pub concurrent: u32,
}

impl Execution {
    async fn run(&self, payload: Bytes) -> Result<Outcome, AwsError> {
        let payload = if payload.is_empty() { Bytes::from_static(b"{}") } else { payload };
        for _ in 0..ATTEMPTS {
            let instance = match self.pool.take(&self.sandbox).await {
                Ok(instance) => instance,
                Err(NoInstance::Refused(error)) => return Err(error),
                Err(NoInstance::FunctionFault(failed)) => {
                    self.start(&failed.instance);
                    let init = Some(Startup::Init(failed.init));
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
        let startup = instance.take_startup();
        let began = Instant::now();
        let answer = tokio::time::timeout(self.sandbox.timeout, instance.api.give(self.event(payload))).await;
        let took = began.elapsed();
        let result = match answer {
            Ok(Ok(RuntimeAnswer::Response(payload))) => Ok(payload),
            Ok(Ok(RuntimeAnswer::FunctionFault(fault))) => Err(fault),
            Ok(Ok(RuntimeAnswer::NotTaken) | Err(_)) => return None,
            Err(_) => Err(FunctionFault::TimedOut(self.sandbox.timeout)),
        };
        let healthy =
            matches!(result, Ok(_) | Err(FunctionFault::Handler(_) | FunctionFault::ResponseTooLarge));
        self.pool.give_back(instance.clone(), healthy);
        if !healthy && instance.provisioned {
            self.pool.replace_provisioned(&self.sandbox);
        }
        Some(self.end(&instance, result, took, startup).await)
    }

    fn event(&self, payload: Bytes) -> Event {
        let timeout = self.sandbox.timeout;
        let now = self.pool.shared.clock.now();
        let deadline = now + SignedDuration::try_from(timeout).unwrap_or_default();
        let digits: String = self.request_id.chars().filter(char::is_ascii_hexdigit).collect();
        Event {
            request_id: self.request_id.clone(),
            payload,
            function_arn: self.callee.arn(),
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
        instance.record(JournalEntry::Start { request_id: self.request_id.clone() });
    }

    async fn end(
        &self,
        instance: &Instance,
        result: Result<Bytes, FunctionFault>,
        took: Duration,
        startup: Option<Startup>,
    ) -> Outcome {
        let (id, fault) = (&self.request_id, result.as_ref().err());
        let lines = fault.map(|f| f.log(id, self.pool.shared.clock.now())).unwrap_or_default();
        let report =
            InvocationReport { startup, ..InvocationReport::new(id, took, self.sandbox.memory, fault) };
        record::ended(self, &report, fault.is_some(), instance.provisioned);
        let (sender, receiver) = oneshot::channel();
        instance.record(JournalEntry::End(Box::new(End {
            lines,
            report,
            tail: self.tail.then_some(sender),
        })));
        let log_tail = if self.tail { receiver.await.unwrap_or_default() } else { String::new() };
        Outcome {
            function_error: fault.map(|_| "Unhandled".to_owned()),
            payload: result.unwrap_or_else(|fault| fault.payload(id)),
            request_id: id.clone(),
            executed_version: self.sandbox.version.clone(),
            log_tail,
        }
    }
}
