//! Who may call a method: the API's resource policy together with the method's own authorization.
//!
//! | authorization | what has to hold |
//! |---|---|
//! | NONE | the resource policy, if there is one, allows |
//! | AWS_IAM | the signature is right; the caller's policies or the resource policy allow (from another account both); nothing denies |
//! | CUSTOM | the resource policy does not deny; the authorizer's policy allows |
//! | COGNITO_USER_POOLS | the token is right; the resource policy, if there is one, allows |

mod authorizer_answer;
mod authorizer_cache;
mod authorizer_event;
mod cognito;
mod iam;
mod lambda_authorizer;
mod resource_policy;
mod sigv4;
mod token;
pub(crate) mod user_pool;

#[cfg(test)]
mod tests;

pub(crate) use authorizer_cache::AuthorizerCache;

use super::{
    data_plane::Gateway,
    exchange::Exchange,
    refusal::{GatewayRefusal, RefusalKind},
};
use crate::{apigateway::draft::Authorizer, policy::Principal};
use resource_policy::Policy;

/// Decides whether the call may go on, and notes in the exchange who calls.
///
/// # Errors
/// 401 or 403 for the caller, 500 for an authorizer that does not work.
pub(crate) async fn check(gateway: &Gateway, exchange: &mut Exchange) -> Result<(), GatewayRefusal> {
    let policy = Policy::of(exchange)?;
    match exchange.route()?.method.authorization_type.as_str() {
        "AWS_IAM" => {
            let caller = iam::authenticate(&gateway.shared, exchange)?;
            iam::check(exchange, &caller, &policy)?;
            iam::note(exchange, caller);
            Ok(())
        }
        "CUSTOM" => {
            let authorizer = authorizer(exchange)?;
            policy.check(exchange, Principal::Anonymous, true)?;
            lambda_authorizer::check(gateway, exchange, &authorizer).await
        }
        "COGNITO_USER_POOLS" => {
            cognito::check(exchange, &authorizer(exchange)?)?;
            policy.check(exchange, Principal::Anonymous, false)
        }
        _ => policy.check(exchange, Principal::Anonymous, false),
    }
}

fn authorizer(exchange: &Exchange) -> Result<Authorizer, GatewayRefusal> {
    let id = exchange.route()?.method.authorizer_id.as_deref().unwrap_or_default();
    let found = exchange.site()?.snapshot.authorizers.get(id).cloned();
    found.ok_or_else(|| {
        GatewayRefusal::authorizer(
            RefusalKind::AuthorizerConfigurationError,
            format!("the method's authorizer {id:?} is not in the deployment"),
        )
    })
}
