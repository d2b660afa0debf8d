//! JSON lines on stdout: the events, then one result.

use super::{View, write_out};
use crate::engine::Event;
use serde_json::json;

pub struct Json;

impl View for Json {
    fn event(&self, event: &Event) {
        write_out(&json!(event).to_string());
    }

    fn line(&self, text: &str) {
        write_out(&json!({ "event": "message", "text": text }).to_string());
    }
}
