//! The stacks that are swept, and what becomes of them.

#[path = "../lifecycle/stacks.rs"]
#[allow(dead_code, reason = "the larger stack lives in the lifecycle tests")]
mod shared;

pub use shared::HELLO;

/// HELLO with a change of every kind that one function can have: memory, a route, another key, quota.
pub fn hello_changed() -> String {
    edited(
        HELLO,
        &[
            ("image: {context: .}", "image: {context: .}\n    memory: 256"),
            ("    POST /: hello\n", "    POST /: hello\n    GET /more: hello\n"),
            ("keys: [client]", "keys: [client, other]"),
            ("quota: 100/day", "quota: 200/day"),
        ],
    )
}

fn edited(text: &str, edits: &[(&str, &str)]) -> String {
    edits.iter().fold(text.to_owned(), |text, (from, to)| {
        assert!(text.contains(from), "{from}");
        text.replacen(from, to, 1)
    })
}
