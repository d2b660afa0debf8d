//! CUSTOM: a function decides.

use super::{
    authorizer_answer::AuthorizerAnswer, authorizer_cache::CallerKey, authorizer_event, resource_policy,
};
use crate::{
    apigateway::draft::Authorizer,
    gateway::{
        data_plane::Gateway,
        exchange::Exchange,
        permission,
        proxy::{function_of, with_stage_variables},
        refusal::{GatewayRefusal, RefusalKind},
    },
    lambda::{
        invocation::{Invocation, Outcome},
        runtime,
    },
    policy::{self, Decision, Principal},
};
use jiff::SignedDuration;
use serde_json::{Value, json};
use std::time::Duration;
use tokio::time::Instant;

/// Seconds that an answer is kept where the authorizer does not say.
const DEFAULT_TTL: u32 = 300;
/// How long the function may take.
const TIMEOUT: Duration = Duration::from_secs(29);

/// Asks the authorizer (or its cache) and notes what it said.
///
/// # Errors
/// 401 without identity or on its "Unauthorized", 403 where its policy does not allow, 500 where it does not work.
pub(crate) async fn check(
    gateway: &Gateway,
    exchange: &mut Exchange,
    authorizer: &Authorizer,
) -> Result<(), GatewayRefusal> {
    let started = Instant::now();
    let identity = authorizer_event::identity(exchange, authorizer)?;
    let answer = answer(gateway, exchange, authorizer, identity).await?;
    check_policy(exchange, &answer.policy)?;
    let mut shown = answer.context;
    shown.insert("principalId".to_owned(), answer.principal.into());
    shown.insert(
        "integrationLatency".to_owned(),
        json!(u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX)),
    );
    exchange.authorizer = Some(shown);
    exchange.identity.usage_key = answer.usage_key;
    Ok(())
}

async fn answer(
    gateway: &Gateway,
    exchange: &Exchange,
    authorizer: &Authorizer,
    identity: Vec<String>,
) -> Result<AuthorizerAnswer, GatewayRefusal> {
    let ttl = authorizer.authorizer_result_ttl_in_seconds.unwrap_or(DEFAULT_TTL);
    let cache = &gateway.authorizers;
    let (site, now) = (exchange.site()?, exchange.received);
    let key: CallerKey = (site.api.clone(), site.stage.clone(), authorizer.id.clone(), identity);
    // Without an identity there is nothing to tell callers apart by.
    let kept = ttl > 0 && !key.3.is_empty();
    if let Some(answer) = cache.get(&key, now).filter(|_| kept) {
        return Ok(answer);
    }
    let event = authorizer_event::event(exchange, authorizer, &key.3)?;
    let answer = ask(gateway, exchange, authorizer, &event).await?;
    if kept {
        cache.put(key, now + SignedDuration::from_secs(ttl.into()), now, answer.clone());
    }
    Ok(answer)
}

async fn ask(
    gateway: &Gateway,
    exchange: &Exchange,
    authorizer: &Authorizer,
    event: &Value,
) -> Result<AuthorizerAnswer, GatewayRefusal> {
    let failed = |kind, why: String| {
        GatewayRefusal::authorizer(kind, format!("authorizer {}: {why}", authorizer.name))
    };
    let uri = with_stage_variables(exchange, authorizer.authorizer_uri.as_deref().unwrap_or_default())?;
    let callee = function_of(&uri).ok_or_else(|| {
        failed(RefusalKind::AuthorizerConfigurationError, format!("authorizerUri names no function: {uri}"))
    })?;
    let invocation = Invocation { callee, payload: event.to_string().into() };
    let site = exchange.site()?;
    let source = format!(
        "arn:aws:execute-api:{}:{}:{}/authorizers/{}",
        site.region, site.account, site.api, authorizer.id
    );
    permission::check(
        &gateway.shared.world(),
        &invocation.callee,
        authorizer.authorizer_credentials.as_deref(),
        &source,
    )
    .map_err(|why| failed(RefusalKind::AuthorizerConfigurationError, why))?;
    let outcome = tokio::time::timeout(TIMEOUT, runtime::run(&gateway.functions, invocation)).await;
    let outcome = outcome
        .map_err(|_| failed(RefusalKind::AuthorizerFailure, "it did not answer in time".to_owned()))?
        .map_err(|e| {
            failed(RefusalKind::AuthorizerConfigurationError, format!("{}: {}", e.code, e.message))
        })?;
    read(&outcome).map_err(|(kind, why)| match kind {
        RefusalKind::Unauthorized => {
            GatewayRefusal::unauthorized(format!("authorizer {} said Unauthorized", authorizer.name))
        }
        kind => failed(kind, why),
    })
}

/// A function that fails with the message "Unauthorized" means 401.
pub(crate) fn read(outcome: &Outcome) -> Result<AuthorizerAnswer, (RefusalKind, String)> {
    if outcome.function_error.is_some() {
        let error: Value = serde_json::from_slice(&outcome.payload).unwrap_or_default();
        let message = error["errorMessage"].as_str().unwrap_or_default();
        return Err(match message {
            "Unauthorized" => (RefusalKind::Unauthorized, String::new()),
            other => (RefusalKind::AuthorizerFailure, format!("the function failed: {other}")),
        });
    }
    AuthorizerAnswer::read(&outcome.payload)
        .map_err(|why| (RefusalKind::AuthorizerConfigurationError, format!("malformed answer: {why}")))
}

/// The answer's policy is about the method that is called now, also when it comes from the cache.
pub(crate) fn check_policy(exchange: &Exchange, policy: &Value) -> Result<(), GatewayRefusal> {
    let resource = resource_policy::method_arn(exchange)?;
    let request = policy::Request {
        principal: Principal::Anonymous,
        action: "execute-api:Invoke",
        resource: &resource,
        context: resource_policy::context(exchange),
    };
    let text = "User is not authorized to access this resource";
    match policy::evaluate([policy], &request) {
        Decision::Allow => Ok(()),
        Decision::Deny => Err(GatewayRefusal::new(
            RefusalKind::AccessDenied,
            format!("{text} with an explicit deny"),
            "the authorizer's policy denies",
        )),
        Decision::NoMatch => Err(GatewayRefusal::new(
            RefusalKind::AccessDenied,
            text,
            format!("the authorizer's policy does not allow {resource}"),
        )),
    }
}
