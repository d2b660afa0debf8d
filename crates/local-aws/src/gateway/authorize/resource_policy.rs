//! An API's resource policy.

use crate::{
    gateway::{exchange::Exchange, refusal::GatewayRefusal, routing::plain},
    policy::{self, Context, Decision, Principal},
};
use serde_json::Value;

/// The policy of the API that is called, or none.
pub(crate) struct Policy(Option<Value>);

impl Policy {
    pub(crate) fn of(exchange: &Exchange) -> Result<Self, GatewayRefusal> {
        let Some(text) = exchange.site()?.policy.as_deref().filter(|p| !p.is_empty()) else {
            return Ok(Self(None));
        };
        let policy = serde_json::from_str(text)
            .map_err(|e| GatewayRefusal::configuration(format!("the resource policy is not JSON: {e}")))?;
        Ok(Self(Some(policy)))
    }

    /// `otherwise_allowed`: something else allows already, so that only an explicit deny counts.
    pub(crate) fn check(
        &self,
        exchange: &Exchange,
        principal: Principal,
        otherwise_allowed: bool,
    ) -> Result<(), GatewayRefusal> {
        let who = name(&principal);
        let anonymous = principal == Principal::Anonymous;
        let decision = self.decide(exchange, principal)?;
        let why = match decision {
            None if otherwise_allowed || anonymous => return Ok(()),
            Some(Decision::NoMatch) if otherwise_allowed => return Ok(()),
            Some(Decision::Allow) => return Ok(()),
            Some(Decision::Deny) => "the resource policy denies",
            Some(Decision::NoMatch) => "no statement of the resource policy allows",
            None => "the caller's own policies do not allow, and there is no resource policy",
        };
        Err(GatewayRefusal::denied(&who, &masked_arn(exchange)?, decision.unwrap_or(Decision::NoMatch), why))
    }

    /// What the policy says; `None` where there is none.
    fn decide(&self, exchange: &Exchange, principal: Principal) -> Result<Option<Decision>, GatewayRefusal> {
        let Some(policy) = &self.0 else { return Ok(None) };
        let resource = method_arn(exchange)?;
        let request = policy::Request {
            principal,
            action: "execute-api:Invoke",
            resource: &resource,
            context: context(exchange),
        };
        Ok(Some(policy::evaluate([policy], &request)))
    }
}

fn name(principal: &Principal) -> String {
    match principal {
        Principal::Aws(arn) => arn.clone(),
        _ => "anonymous".to_owned(),
    }
}

/// The ARN of the called method, as policies and authorizers see it.
pub(crate) fn method_arn(exchange: &Exchange) -> Result<String, GatewayRefusal> {
    let path = &exchange.request.path;
    // A slash at the end is nothing to routes either.
    Ok(exchange.site()?.method_arn(&exchange.request.method, &plain(path.strip_suffix('/').unwrap_or(path))))
}

/// AWS shows a stranger only the end of the account.
pub(crate) fn masked_arn(exchange: &Exchange) -> Result<String, GatewayRefusal> {
    let account = &exchange.site()?.account;
    let shown = account.get(account.len().saturating_sub(4)..).unwrap_or_default();
    Ok(method_arn(exchange)?.replacen(&format!(":{account}:"), &format!(":********{shown}:"), 1))
}

/// Condition keys of a call.
pub(crate) fn context(exchange: &Exchange) -> Context {
    let request = &exchange.request;
    let mut context = Context::from([
        ("aws:sourceip".to_owned(), vec![request.source_ip.to_string()]),
        ("aws:securetransport".to_owned(), vec!["false".to_owned()]),
        ("aws:currenttime".to_owned(), vec![exchange.received.to_string()]),
        ("aws:epochtime".to_owned(), vec![exchange.received.as_second().to_string()]),
    ]);
    for (key, header) in [("aws:useragent", "user-agent"), ("aws:referer", "referer")] {
        if let Some(value) = request.headers.get(header) {
            context.insert(key.to_owned(), vec![value.to_owned()]);
        }
    }
    context
}
