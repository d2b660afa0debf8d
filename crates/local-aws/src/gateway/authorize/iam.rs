//! AWS_IAM: a signed call, and whose key signed it.

use super::sigv4::{Signature, Wrong};
use crate::{
    gateway::{
        exchange::Exchange,
        refusal::{Kind, Refusal},
    },
    protocol::account_of,
    server::LocalAws,
};

/// The secret of every key that no IAM user has: such a key is the user `local` of its account, who may do everything.
pub const DEFAULT_SECRET: &str = "local";

/// Whose signature it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    pub access_key: String,
    pub account: String,
    pub id: String,
    pub arn: String,
}

/// Verifies the signature of a call.
///
/// # Errors
/// 403: no signature, an unknown key, or a signature that does not hold.
pub fn authenticate(aws: &LocalAws, exchange: &Exchange) -> Result<Caller, Refusal> {
    let signature = Signature::of(&exchange.request).map_err(refused)?;
    let caller = find(aws, &signature.access_key).ok_or_else(|| {
        Refusal::new(
            Kind::UnrecognizedClient,
            "The security token included in the request is invalid.",
            format!("access key {} is a real AWS key and no key of the local AWS", signature.access_key),
        )
    })?;
    let region = &exchange.site()?.region;
    signature.verify(&exchange.request, DEFAULT_SECRET, region, exchange.received).map_err(refused)?;
    Ok(caller)
}

/// A key in the form of real AWS keys cannot be known here; any other belongs to the user `local`.
fn find(aws: &LocalAws, access_key: &str) -> Option<Caller> {
    let is_real =
        access_key.len() == 20 && (access_key.starts_with("AKIA") || access_key.starts_with("ASIA"));
    let account = account_of(access_key, &aws.inner().config);
    (!is_real).then(|| Caller {
        access_key: access_key.to_owned(),
        id: "AIDALOCALUSER00000000".to_owned(),
        arn: format!("arn:aws:iam::{account}:user/local"),
        account,
    })
}

/// Writes the caller where functions and templates see it.
pub fn note(exchange: &mut Exchange, caller: Caller) {
    let identity = &mut exchange.identity;
    identity.access_key = Some(caller.access_key);
    identity.account = Some(caller.account);
    identity.caller = Some(caller.id);
    identity.user_arn = Some(caller.arn);
}

fn refused(wrong: Wrong) -> Refusal {
    match wrong {
        Wrong::Missing => Refusal::no_route("the method wants a signature (AWS_IAM) and the call has none"),
        Wrong::Incomplete(text) => Refusal::new(Kind::IncompleteSignature, &text, &text),
        Wrong::Invalid(text) => Refusal::new(Kind::InvalidSignature, &text, &text),
    }
}
