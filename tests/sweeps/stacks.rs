//! The stacks that are swept, and what becomes of them.

#[path = "../lifecycle/stacks.rs"]
mod shared;

pub use shared::{HELLO, THREE};

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

/// THREE with a function added, one removed, one renamed, and as above.
pub fn three_changed() -> String {
    let start = THREE.find("  orders:\n").unwrap();
    let end = THREE.find("  admin:\n").unwrap();
    let without = THREE.replace(&THREE[start..end], "  fresh:\n    image: {context: .}\n");
    edited(
        &without.replace(": orders\n", ": fresh\n"),
        &[
            ("name: shopItems", "name: shopThings"),
            ("memory: 256", "memory: 512"),
            ("    POST /items: items\n", "    POST /items: items\n    PATCH /items: items\n"),
            ("keys: [web, mobile]", "keys: [web, mobile, desktop]"),
            ("quota: 700/week", "quota: 3000/month"),
            ("name: shopAPI", "name: theShop"),
            ("name: shopPlan", "name: thePlan"),
            ("throttle: {rate: 50, burst: 100}", "throttle: {rate: 60, burst: 100}"),
        ],
    )
}

fn edited(text: &str, edits: &[(&str, &str)]) -> String {
    edits.iter().fold(text.to_owned(), |text, (from, to)| {
        assert!(text.contains(from), "{from}");
        text.replacen(from, to, 1)
    })
}
