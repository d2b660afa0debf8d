//! The short check at the end of `up`: refused without the key, answered with it.

use super::http::{self, Response};
use crate::{
    aws::{Patience, until},
    engine::Reporter,
};
use anyhow::{Result, bail};

/// One route, called as a client would.
pub struct Smoke {
    pub method: String,
    pub url: String,
    /// The key's value, where the route wants one. Never printed.
    pub key: Option<String>,
}

/// What the function said.
pub struct Answer {
    pub status: u16,
    pub body: String,
}

impl Smoke {
    /// Waits up to three minutes for a new key or stage to work (AWS needs up to two), then gives the answer.
    ///
    /// # Errors
    /// When it answers without the key, refuses the key for good, or does not answer at all.
    pub async fn run(&self, to: &Reporter) -> Result<Answer> {
        if self.key.is_some() {
            let without = self.call(None).await?;
            if without.status != 403 {
                bail!(
                    "{} {} answered {} without a key, and should refuse with 403",
                    self.method,
                    self.url,
                    without.status
                );
            }
        }
        let answer = until(to, Patience::KEY, "the new key and stage to work", || self.ask()).await?;
        Ok(Answer { status: answer.status, body: answer.text() })
    }

    async fn ask(&self) -> Result<Result<Response, String>> {
        let answer = self.call(self.key.as_deref()).await?;
        let not_yet = answer.status == 403 && answer.header("x-amzn-errortype").is_some();
        Ok(if not_yet { Err(format!("403 {}", answer.text())) } else { Ok(answer) })
    }

    async fn call(&self, key: Option<&str>) -> Result<Response> {
        let mut request = http::request(&self.method, &self.url).header("content-type", "application/json");
        if let Some(key) = key {
            request = request.header("x-api-key", key);
        }
        if matches!(self.method.as_str(), "POST" | "PUT" | "PATCH") {
            request = request.body("{}");
        }
        request.send().await
    }
}
