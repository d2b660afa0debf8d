//! `/_local/…`: what people and tests ask the local AWS itself.

use crate::{
    account_pages,
    body::{Body, text},
    gateway,
    lambda::metrics::InvocationRecord,
    mail_pages,
    server::LocalAws,
};
use http::{Method, Request, Response, StatusCode, header};
use serde::Serialize;
use serde_json::{Value, json};

/// What a proof is signed for.
pub const PROOF: &str = "proof";
/// The longest text that is signed as a proof, in bytes.
const LONGEST_NONCE: usize = 128;

impl LocalAws {
    /// Pages are read; what changes something takes another method, which no link and no image can send.
    pub(crate) async fn local_page(&self, page: &str, request: Request<Body>) -> Response<Body> {
        let method = match page {
            "faults" => Method::PUT,
            "account" if *request.method() == Method::PUT => Method::PUT,
            "stop" => Method::POST,
            _ => Method::GET,
        };
        if *request.method() != method {
            return wrong_method(page, &method);
        }
        match page {
            "faults" => self.put_faults(request).await,
            "account" if *request.method() == Method::PUT => account_pages::put(self, request).await,
            "stop" => {
                self.stop();
                text(StatusCode::OK, "stopping\n".to_owned())
            }
            "mail" => mail_pages::list(self, request.headers()),
            "mail/confirm" => mail_pages::confirm(self, request.uri().query().unwrap_or_default()),
            _ => read(self, page, request.uri().query().unwrap_or_default()),
        }
    }
}

fn read(aws: &LocalAws, page: &str, query: &str) -> Response<Body> {
    let inner = aws.inner();
    match page {
        "requests" => lines(&inner.requests.entries()),
        "invocations" => lines(&invocations(aws)),
        "gateway" => lines(&inner.gateway.log.entries()),
        "held" => text(StatusCode::OK, json!(aws.shared().faults.held()).to_string()),
        "dump" => text(StatusCode::OK, aws.dump().to_string()),
        "settings" => text(StatusCode::OK, aws.shared().config.shown().to_string() + "\n"),
        "account" => account_pages::get(aws),
        "health" => text(StatusCode::OK, "ok\n".to_owned()),
        "proof" => proof(aws, query),
        _ if page.starts_with("cognito/") => gateway::user_pool::page(page, query, aws.shared().clock.now()),
        _ => text(StatusCode::NOT_FOUND, format!("the local AWS has no page /_local/{page}\n")),
    }
}

/// Shows who knows the secret that this is the local AWS which has it, without saying it.
fn proof(aws: &LocalAws, nonce: &str) -> Response<Body> {
    if nonce.is_empty() || nonce.len() > LONGEST_NONCE {
        let why = format!("what is to be signed is the query: 1 to {LONGEST_NONCE} bytes\n");
        return text(StatusCode::BAD_REQUEST, why);
    }
    text(StatusCode::OK, aws.secret().sign(PROOF, nonce))
}

/// Of all accounts and regions.
fn invocations(aws: &LocalAws) -> Vec<Value> {
    let world = aws.shared().world();
    let regions = world.accounts.values().flat_map(|account| account.regions.values());
    regions.flat_map(|region| region.lambda.invocations.iter()).map(InvocationRecord::shown).collect()
}

/// One JSON value a line.
fn lines<T: Serialize>(entries: &[T]) -> Response<Body> {
    text(StatusCode::OK, entries.iter().map(|entry| json!(entry).to_string() + "\n").collect())
}

fn wrong_method(page: &str, method: &Method) -> Response<Body> {
    let mut response = text(StatusCode::METHOD_NOT_ALLOWED, format!("/_local/{page} takes {method}\n"));
    if let Ok(method) = header::HeaderValue::from_str(method.as_str()) {
        response.headers_mut().insert(header::ALLOW, method);
    }
    response
}
