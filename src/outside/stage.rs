//! A live stage, as what carries the requests of its contract.

use super::http::{self, Response};
use crate::{
    contract::{Ask, Carrier, SentKey},
    net::Client,
};
use anyhow::Result;

/// A key that no account has.
const WRONG_KEY: &str = "lambdeploy-verify-wrong-key";

/// A stage by its URL.
pub struct LiveStage {
    /// Without a slash at its end.
    pub url: String,
    /// The stack's key, if it has one. Never printed.
    pub key: Option<String>,
    pub client: Client,
}

impl Carrier for LiveStage {
    async fn carry(&self, ask: &Ask) -> Result<Response> {
        let mut request = http::request(&ask.method, &format!("{}{}", self.url, ask.path));
        for (name, value) in &ask.headers {
            request = request.header(name, value);
        }
        let key = match ask.key {
            SentKey::None => None,
            SentKey::Wrong => Some(WRONG_KEY),
            SentKey::Right => self.key.as_deref(),
        };
        if let Some(key) = key {
            request = request.header("x-api-key", key);
        }
        request.body(ask.body.clone().unwrap_or_default()).send_by(&self.client).await
    }
}
