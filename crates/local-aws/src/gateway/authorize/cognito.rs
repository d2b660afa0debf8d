//! COGNITO_USER_POOLS: a token of one of the authorizer's pools.

use super::user_pool;
use crate::{
    apigateway::draft::Authorizer,
    gateway::{exchange::Exchange, mapping, refusal::GatewayRefusal},
};
use jiff::{Timestamp, tz::TimeZone};
use regex_lite::Regex;
use serde_json::{Map, Value};

const DEFAULT_SOURCE: &str = "method.request.header.Authorization";

/// Checks the token and writes its claims to `requestContext.authorizer.claims`.
///
/// # Errors
/// 401: no token, a wrong one, one that has expired, or one without the method's scopes.
pub(crate) fn check(exchange: &mut Exchange, authorizer: &Authorizer) -> Result<(), GatewayRefusal> {
    let source = authorizer.identity_source.as_deref().unwrap_or(DEFAULT_SOURCE);
    let given =
        mapping::value(source, exchange, &exchange.context()).map_err(GatewayRefusal::configuration)?;
    let given = given.ok_or_else(|| GatewayRefusal::unauthorized(format!("the call has no {source}")))?;
    let token = given.strip_prefix("Bearer ").unwrap_or(&given).trim();
    let claims = user_pool::verified(token).map_err(GatewayRefusal::unauthorized)?;
    check_issuer(&claims, authorizer)?;
    check_time(&claims, exchange.received)?;
    check_use(&claims, &exchange.route()?.method.authorization_scopes)?;
    check_audience(&claims, authorizer)?;
    let shown: Map<_, _> = claims.iter().map(|(k, v)| (k.clone(), shown(k, v).into())).collect();
    exchange.authorizer = Some(Map::from_iter([("claims".to_owned(), Value::Object(shown))]));
    Ok(())
}

fn text<'a>(claims: &'a Map<String, Value>, name: &str) -> &'a str {
    claims.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn check_issuer(claims: &Map<String, Value>, authorizer: &Authorizer) -> Result<(), GatewayRefusal> {
    let issuer = text(claims, "iss");
    let pools = authorizer.provider_arns.iter().filter_map(|arn| arn.rsplit_once('/').map(|(_, pool)| pool));
    if pools.map(user_pool::issuer).any(|pool| pool == issuer) {
        return Ok(());
    }
    Err(GatewayRefusal::unauthorized(format!(
        "the token is of {issuer}, no pool of authorizer {}",
        authorizer.name
    )))
}

fn check_time(claims: &Map<String, Value>, now: Timestamp) -> Result<(), GatewayRefusal> {
    let expires = claims.get("exp").and_then(Value::as_i64).unwrap_or_default();
    if now.as_second() < expires {
        return Ok(());
    }
    let mut refusal =
        GatewayRefusal::unauthorized(format!("the token expired at {expires} (seconds since 1970)"));
    refusal.message = Some("The incoming token has expired".to_owned());
    Err(refusal)
}

/// A method with scopes wants an access token that has one of them, a method without them an id token.
fn check_use(claims: &Map<String, Value>, scopes: &[String]) -> Result<(), GatewayRefusal> {
    let wanted = if scopes.is_empty() { "id" } else { "access" };
    let given = text(claims, "token_use");
    if given != wanted {
        return Err(GatewayRefusal::unauthorized(format!(
            "the method wants an {wanted} token, this is token_use {given}"
        )));
    }
    let has = |scope: &String| text(claims, "scope").split(' ').any(|s| s == scope);
    if scopes.is_empty() || scopes.iter().any(has) {
        return Ok(());
    }
    Err(GatewayRefusal::unauthorized(format!(
        "the token has none of the method's scopes {}",
        scopes.join(", ")
    )))
}

fn check_audience(claims: &Map<String, Value>, authorizer: &Authorizer) -> Result<(), GatewayRefusal> {
    let Some(expression) = authorizer.identity_validation_expression.as_deref().filter(|e| !e.is_empty())
    else {
        return Ok(());
    };
    let matches = Regex::new(&format!("^(?:{expression})$")).is_ok_and(|r| r.is_match(text(claims, "aud")));
    if matches {
        Ok(())
    } else {
        Err(GatewayRefusal::unauthorized("the token's aud does not match the authorizer's expression"))
    }
}

/// All claims reach a function as text; times as Java writes them, lists with commas.
fn shown(name: &str, value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(|i| shown(name, i)).collect::<Vec<_>>().join(","),
        Value::Number(n) if matches!(name, "exp" | "iat") => {
            let time = n.as_i64().and_then(|s| Timestamp::from_second(s).ok()).unwrap_or_default();
            time.to_zoned(TimeZone::UTC).strftime("%a %b %d %H:%M:%S UTC %Y").to_string()
        }
        other => other.to_string(),
    }
}
