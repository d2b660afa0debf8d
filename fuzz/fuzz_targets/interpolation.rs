//! Any text as a value with `${…}` in it, in a stack that is right besides.
#![no_main]

use lambdeploy_stack as stack;
use libfuzzer_sys::fuzz_target;
use std::path::Path;

fuzz_target!(|data: &[u8]| {
    let value = serde_json::Value::from(String::from_utf8_lossy(data));
    let text = format!(
        "stack: s\nfunctions:\n  f:\n    description: {value}\n    environment: {{KEY: {value}}}\n    image: {{context: {value}}}\n\
         api:\n  routes: {{GET /: f}}\n  usage_plan: {{quota: {value}}}\n"
    );
    let environment = |name: &str| match name {
        "TOKEN" => Some("hunter2-hunter2".to_owned()),
        "EMPTY" => Some(String::new()),
        _ => None,
    };
    match stack::read(&text, "stack.yaml", Path::new("/project"), stack::Values::Needed, &environment) {
        Ok(_) => {}
        Err(error) => {
            let shown = error.to_string();
            assert!(text.contains("hunter2") || !shown.contains("hunter2-hunter2"), "{shown}");
            assert!(shown.len() < 200_000 + 20 * text.len());
        }
    }
});
