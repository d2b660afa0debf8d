//! Any text as a mapping template, over a request whose body is what follows a NUL.
#![no_main]

#[allow(dead_code)]
#[path = "../../crates/local-aws/src/gateway/vtl/mod.rs"]
mod vtl;

use libfuzzer_sys::fuzz_target;
use serde_json::json;

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    let (template, body) = text.split_once('\0').unwrap_or((&text, r#"{"a": {"b": [1, "x", null]}}"#));
    let scope = vtl::Scope {
        params: json!({ "path": { "id": "7" }, "querystring": { "q": "x y" }, "header": { "Origin": "https://a.example" } }),
        body: body.to_owned(),
        context: json!({ "requestId": "r-1", "stage": "default", "error": { "messageString": "\"no\"" } }),
        stage_variables: json!({ "tier": "gold" }),
        method: Some(json!({ "request": { "header": { "Origin": "x" } } })),
    };
    if let Ok(rendered) = vtl::render(template, &scope) {
        assert!(rendered.text.len() <= 10 * 1024 * 1024);
        assert!(rendered.status.is_none_or(|status| (200..600).contains(&status)));
    }
    // An error is an answer as well.
    _ = vtl::substitute(template, &scope);
});
