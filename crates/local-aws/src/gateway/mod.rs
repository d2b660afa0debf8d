//! The data plane of API Gateway: the stage URL and what is enforced there.
//!
//! | module | what it holds |
//! |---|---|
//! | [`target`], [`site`], [`routing`] | which API and stage a URL names, what that stage serves, which method answers |
//! | [`request`], [`exchange`] | the request as functions and templates see it; all that is known while it is served |
//! | [`authorize`] | resource policy, signatures, user pools, Lambda authorizers |
//! | [`data_plane`] | what serves them, and what it remembers |
//! | [`api_key`], [`meters`] | who may call how often |
//! | [`validation`] | parameters that a method demands |
//! | [`mock`], [`vtl`], [`mapping`] | MOCK integrations, mapping templates, mapping expressions |
//! | [`proxy`], [`proxy_event`], [`proxy_response`] | Lambda proxy integrations |
//! | [`permission`] | whether a function lets API Gateway invoke it |
//! | [`refusal`], [`gateway_response`] | why a call is not served, and how that is answered |
//! | [`metrics`] | what CloudWatch's metrics of the API are made of |
//! | `stage_log` | the access log that a stage has itself |
//! | [`access_log`] | the decisions on every call, for people: `GET /_local/gateway` |

mod access_log;
mod answer;
mod api_key;
mod authorize;
mod binary;
mod data_plane;
mod exchange;
mod gateway_response;
mod mapping;
mod meters;
mod metrics;
mod mock;
mod permission;
mod proxy;
mod proxy_event;
mod proxy_response;
mod refusal;
mod request;
mod routing;
mod site;
mod stage_log;
pub(crate) mod target;
mod validation;
mod vtl;

#[cfg(test)]
mod tests;

pub(crate) use authorize::user_pool;
pub(crate) use data_plane::Gateway;
pub(crate) use target::StageTarget;

use crate::body::Body;
use access_log::LoggedCall;
use answer::Answer;
use api_key::KeyHolder;
use exchange::Exchange;
use http::Response;
use refusal::GatewayRefusal;
use site::Site;

/// Answers one call of a stage URL.
pub(crate) async fn handle(
    gateway: &Gateway,
    target: StageTarget,
    request: http::Request<Body>,
) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let mut exchange = Exchange::new(&gateway.shared, &target, &parts);
    let served = serve(gateway, &target, &mut exchange, body).await;
    let (answer, refusal) = match served {
        Ok(answer) => (answer, None),
        Err(refusal) => (gateway_response::write(&exchange, &refusal), Some(refusal)),
    };
    stage_log::write(gateway, &exchange, &answer, refusal.as_ref());
    let why = refusal.map(|refusal| refusal.why);
    let entry = LoggedCall::of(&exchange, &target, answer.status, why);
    let took = gateway.shared.clock.now().duration_since(exchange.received);
    gateway.shared.watch.say(|| format!("{entry} {} ms", took.as_millis()));
    gateway.log.add(entry);
    metrics::record(gateway, &exchange, answer.status);
    answer.into_response(&exchange)
}

/// The checks in API Gateway's order; the first one that fails decides.
async fn serve(
    gateway: &Gateway,
    target: &StageTarget,
    exchange: &mut Exchange,
    body: Body,
) -> Result<Answer, GatewayRefusal> {
    let now = exchange.received;
    let body = request::read_body(body).await;
    let site = Site::find(&gateway.shared.world(), target, now, &gateway.shared.config.delays());
    let site = exchange.site.insert(site.map_err(GatewayRefusal::forbidden)?);
    let route = routing::find(&site.snapshot, &exchange.request.method, &exchange.request.path);
    exchange.request.body = body?;
    exchange.route = Some(route.map_err(GatewayRefusal::no_route)?);
    authorize::check(gateway, exchange).await?;
    let holder = api_key::check(&gateway.shared.world(), exchange, &gateway.shared.config.delays())?;
    if let Some(holder) = &holder {
        exchange.identity.api_key = Some((holder.key_id.clone(), holder.value.clone()));
    }
    count_in(gateway, exchange, holder.as_ref())?;
    validation::check(exchange)?;
    let began = gateway.shared.clock.elapsed();
    let answer = integrate(gateway, exchange).await;
    exchange.integration_latency = Some(gateway.shared.clock.elapsed().saturating_sub(began));
    answer
}

/// What the method's integration answers.
async fn integrate(gateway: &Gateway, exchange: &Exchange) -> Result<Answer, GatewayRefusal> {
    let route = exchange.route()?;
    match route.method.method_integration.as_ref() {
        Some(integration) if integration.kind == "MOCK" => mock::answer(exchange, integration),
        Some(integration) if integration.kind == "AWS_PROXY" => {
            proxy::answer(gateway, exchange, integration).await
        }
        Some(other) => Err(GatewayRefusal::configuration(format!(
            "integration type {} is not implemented by the local AWS",
            other.kind
        ))),
        None => Err(GatewayRefusal::configuration("the method has no integration")),
    }
}

/// Whether the call is within its limits; then it counts.
fn count_in(
    gateway: &Gateway,
    exchange: &Exchange,
    holder: Option<&KeyHolder>,
) -> Result<(), GatewayRefusal> {
    let site = exchange.site()?;
    let mut world = gateway.shared.world();
    let usage = &mut world.region(&site.account, &site.region).apigateway.usage;
    gateway.meters.admit(exchange, holder, usage)
}
