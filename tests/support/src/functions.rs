//! Functions that do as their variable GREETING says.

use local_aws::{Reaction, Scripted};
use serde_json::{Value, json};
use std::{sync::Arc, time::Duration};

/// It fails all calls.
pub const CRASH: &str = "crash";
/// It works when it is tried, and fails the calls that come through API Gateway.
pub const BROKEN_BEHIND_THE_URL: &str = "url";

/// They answer 200, unless GREETING says `crash`, `odd` (no HTTP answer), `broken` (500), `hang` or `url`.
pub fn by_greeting() -> Arc<Scripted> {
    Arc::new(Scripted::new(|event, launch| {
        let greeting = launch.environment.get("GREETING").map_or("", String::as_str);
        let fails = || Reaction::Fail(json!({"errorType": "KeyError", "errorMessage": "'a'"}));
        let answers = |status: u16| {
            let headers = json!({"Access-Control-Allow-Origin": "https://www.example.com"});
            let body = json!({"greeting": greeting}).to_string();
            Reaction::Respond(json!({"statusCode": status, "headers": headers, "body": body}))
        };
        match greeting {
            CRASH => Reaction::Print("Traceback: KeyError".to_owned(), Box::new(fails())),
            "odd" => Reaction::Respond(json!("no HTTP answer")),
            "broken" => answers(500),
            "hang" => Reaction::Sleep(Duration::from_hours(1), Box::new(answers(200))),
            BROKEN_BEHIND_THE_URL if !is_tried(event) => fails(),
            _ => answers(200),
        }
    }))
}

/// Whether a smoke check asks.
pub fn is_tried(event: &Value) -> bool {
    event["requestContext"]["apiId"] == "smoke"
}
