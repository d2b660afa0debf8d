//! `/_local/account`: what AWS knows of the account besides what is made in it.

use crate::{
    account_settings::AccountSettings,
    body::{Body, text, typed},
    server::LocalAws,
};
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, Limited};
use serde_json::json;

/// Bytes of settings.
const LONGEST: usize = 64 * 1024;

pub(crate) fn get(aws: &LocalAws) -> Response<Body> {
    let shared = aws.shared();
    let settings = shared.world().account(&shared.config.account).settings.clone();
    typed(200, "application/json", json!(settings).to_string() + "\n")
}

/// What is left out is as it usually is.
pub(crate) async fn put(aws: &LocalAws, request: Request<Body>) -> Response<Body> {
    let body = Limited::new(request.into_body(), LONGEST).collect().await;
    let settings = body.map_err(|e| e.to_string()).and_then(|all| {
        serde_json::from_slice::<AccountSettings>(&all.to_bytes()).map_err(|e| e.to_string())
    });
    match settings {
        Ok(settings) => {
            let shared = aws.shared();
            shared.world().account(&shared.config.account).settings = settings;
            text(StatusCode::OK, "the account is as you say\n".to_owned())
        }
        Err(why) => text(StatusCode::BAD_REQUEST, format!("these are no settings of an account: {why}\n")),
    }
}
