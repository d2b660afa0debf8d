//! AWS_IAM: a signed call, and whose key signed it.

use super::{
    resource_policy::{Policy, context, masked_arn, method_arn},
    sigv4::{Signature, Wrong},
};
use crate::{
    config::Config,
    gateway::{
        exchange::Exchange,
        refusal::{GatewayRefusal, RefusalKind},
    },
    iam::secret_of,
    policy::{self, Decision, Principal},
    shared::Shared,
    world::World,
};

/// The secret of every key that no IAM user has: such a key is the user `local` of its account, who may do everything.
pub(crate) const DEFAULT_SECRET: &str = "local";

/// Whose signature it is, and what the caller's own policies say about the call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SignedCaller {
    pub access_key: String,
    pub account: String,
    pub id: String,
    pub arn: String,
    pub decision: Decision,
}

/// Verifies the signature of a call.
///
/// # Errors
/// 403: no signature, an unknown key, or a signature that does not hold.
pub(crate) fn authenticate(shared: &Shared, exchange: &Exchange) -> Result<SignedCaller, GatewayRefusal> {
    let signature = Signature::of(&exchange.request).map_err(refused)?;
    let config = &shared.config;
    let user = user(&shared.world(), &signature.access_key, exchange)?;
    let (caller, secret) = match user {
        Some(caller) => (caller, secret_of(config, &signature.access_key)),
        None => (local(config, &signature.access_key)?, DEFAULT_SECRET.to_owned()),
    };
    let region = &exchange.site()?.region;
    signature.verify(&exchange.request, &secret, region, exchange.received).map_err(refused)?;
    Ok(caller)
}

/// The IAM user who has this key.
fn user(
    world: &World,
    access_key: &str,
    exchange: &Exchange,
) -> Result<Option<SignedCaller>, GatewayRefusal> {
    let mut accounts = world.accounts.iter();
    let found = accounts.find_map(|(id, account)| Some((id, account, account.iam.user_of_key(access_key)?)));
    let Some((account, content, user)) = found else { return Ok(None) };
    let resource = method_arn(exchange)?;
    let request = policy::Request {
        principal: Principal::Aws(user.entity.arn.clone()),
        action: "execute-api:Invoke",
        resource: &resource,
        context: context(exchange),
    };
    let boundary = content.iam.boundary_of(&user.entity).map(|b| policy::evaluate([&b], &request));
    let decision = match boundary {
        Some(Decision::Deny) => Decision::Deny,
        Some(Decision::NoMatch) => Decision::NoMatch,
        _ => policy::evaluate(&content.iam.policies_of(&user.entity), &request),
    };
    Ok(Some(SignedCaller {
        access_key: access_key.to_owned(),
        account: account.clone(),
        id: user.entity.id.clone(),
        arn: user.entity.arn.clone(),
        decision,
    }))
}

/// The user `local` of an account. A key in the form of real AWS keys cannot be known here.
fn local(config: &Config, access_key: &str) -> Result<SignedCaller, GatewayRefusal> {
    if access_key.len() == 20 && (access_key.starts_with("AKIA") || access_key.starts_with("ASIA")) {
        return Err(GatewayRefusal::new(
            RefusalKind::UnrecognizedClient,
            "The security token included in the request is invalid.",
            format!("no user of the local AWS has access key {access_key}"),
        ));
    }
    let account = config.account_of(access_key);
    Ok(SignedCaller {
        access_key: access_key.to_owned(),
        id: "AIDALOCALUSER00000000".to_owned(),
        arn: format!("arn:aws:iam::{account}:user/local"),
        account,
        decision: Decision::Allow,
    })
}

/// Whether the caller's own policies together with the resource policy let the call through.
///
/// # Errors
/// 403 in AWS's words.
pub(crate) fn check(
    exchange: &Exchange,
    caller: &SignedCaller,
    policy: &Policy,
) -> Result<(), GatewayRefusal> {
    let same_account = caller.account == exchange.site()?.account;
    let allows = caller.decision == Decision::Allow;
    if caller.decision == Decision::Deny || (!same_account && !allows) {
        let why = "the caller's own policies do not allow the call";
        return Err(GatewayRefusal::denied(&caller.arn, &masked_arn(exchange)?, caller.decision, why));
    }
    policy.check(exchange, Principal::Aws(caller.arn.clone()), same_account && allows)
}

/// Writes the caller where functions and templates see it.
pub(crate) fn note(exchange: &mut Exchange, caller: SignedCaller) {
    let identity = &mut exchange.identity;
    identity.access_key = Some(caller.access_key);
    identity.account = Some(caller.account);
    identity.caller = Some(caller.id);
    identity.user_arn = Some(caller.arn);
}

fn refused(wrong: Wrong) -> GatewayRefusal {
    match wrong {
        Wrong::Missing => {
            GatewayRefusal::no_route("the method wants a signature (AWS_IAM) and the call has none")
        }
        Wrong::Incomplete(text) => GatewayRefusal::new(RefusalKind::IncompleteSignature, &text, &text),
        Wrong::Invalid(text) => GatewayRefusal::new(RefusalKind::InvalidSignature, &text, &text),
    }
}
