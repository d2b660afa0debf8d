//! The stacks that are swept, and what becomes of them.

use crate::by_hand::GUIDE;
pub(crate) use test_support::stacks::{HELLO, THREE};

/// HELLO with a change of every kind that one function can have: memory, a route, another key, quota.
pub(crate) fn hello_changed() -> String {
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

/// HELLO with this greeting.
pub(crate) fn greeting(text: &str) -> String {
    edited(HELLO, &[("GREETING: Hello", &format!("GREETING: {text}"))])
}

/// Two functions that are released together; each greets with `text`.
pub(crate) fn two(text: &str) -> String {
    format!(
        "stack: two\nregion: us-east-2\nfunctions:\n\
         \x20 a: {{image: {{context: .}}, environment: {{GREETING: {text}}}}}\n\
         \x20 b: {{image: {{context: .}}, environment: {{GREETING: {text}}}}}\n\
         api: {{routes: {{GET /a: {{function: a, auth: none}}, GET /b: {{function: b, auth: none}}}}}}\n"
    )
}

/// THREE with a change of every kind: a function comes (`reports`), one goes (`admin`), one has another name (`items`);
/// routes, memory, another key, quota.
pub(crate) fn three_changed() -> String {
    let admin = "  admin:\n    image: {context: .}\n    timeout: 10\n    tracing: true\n";
    edited(
        THREE,
        &[
            (admin, "  reports:\n    image: {context: .}\n    timeout: 20\n"),
            ("name: shopItems", "name: shopGoods"),
            ("    reserved_concurrency: 2\n", "    reserved_concurrency: 2\n    memory: 192\n"),
            ("GET /health: {function: admin, auth: none}", "GET /health: {function: orders, auth: none}"),
            ("    GET /admin: admin\n    POST /admin: admin\n", "    GET /reports/{day}: reports\n"),
            ("keys: [web, mobile]", "keys: [web, mobile, desk]"),
            ("quota: 700/week", "quota: 800/week"),
            ("limit: 10 USD, alert_at: [80%]", "limit: 20 USD, alert_at: [60%]"),
        ],
    )
}

/// HELLO with mail for everything, and a budget that tells the same people.
pub(crate) fn told() -> String {
    format!("{HELLO}alerts: {{email: [a@b.example]}}\nbudget: {{limit: 10 USD, only: stack}}\n")
}

/// One function, which is from a Zip file when the sweep begins.
pub(crate) const ZIP: &str = "
stack: hello
region: us-east-2
functions:
  hello:
    image: {context: .}
    environment: {GREETING: Hello}
    reserved_concurrency: 2
api:
  routes:
    POST /: hello
";

/// Its function in AWS.
pub(crate) const ZIP_FUNCTION: &str = "hello-hello";

/// The guide's stack with something of its own beside what it adopts: a function, a route and a key.
pub(crate) fn guide_and_more() -> String {
    edited(
        GUIDE,
        &[
            ("functions:\n", "functions:\n  extra:\n    image: {context: .}\n"),
            ("    POST /: analyzer\n", "    POST /: analyzer\n    GET /extra: extra\n"),
            ("keys: [VercelFrontendKey]", "keys: [VercelFrontendKey, own]"),
        ],
    )
}

fn edited(text: &str, edits: &[(&str, &str)]) -> String {
    edits.iter().fold(text.to_owned(), |text, (from, to)| {
        assert!(text.contains(from), "{from}");
        text.replacen(from, to, 1)
    })
}
