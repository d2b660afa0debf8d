//! What is told of the API and its routes.

use super::{stack_with, told};

/// Below `api` at line 6.
#[test]
fn of_the_api() {
    for (api, want) in [
        ("stage: $default", "6:10 `api.stage` has a value that is not possible"),
        ("auth: digest", "6:9 `api.auth` has a value that is not possible"),
        (
            "auth: {authorizer: {function: g}}",
            "6:33 the authorizer is a function that is not there, did you mean `f`?",
        ),
        ("allow_from: [10.0.0.0/33]", "6:16 these addresses cannot be"),
        ("auth: api_key\nkeys: []", "7:9 `api.keys` is empty, and a route asks for a key"),
        ("auth: api_key\nkeys: [a, a]", "7:13 `api.keys.2` is in the list already"),
        ("keys: [a b]", "6:10 `api.keys.1` has a value that is not possible"),
        ("cors: {}", "6:3 `api.cors` has no `origins`"),
        ("cors: {origins: []}", "6:10 `api.cors.origins` is empty"),
        ("cors: {origins: ['https://a.b/']}", "6:20 `api.cors.origins.1` has a value that is not possible"),
        ("cors: {origins: ['https://a.b/c']}", "6:20 `api.cors.origins.1` has a value that is not possible"),
        ("cors: {origins: ['https://A.b']}", "6:20 `api.cors.origins.1` has a value that is not possible"),
        ("cors: {origins: ['a.b']}", "6:20 `api.cors.origins.1` has a value that is not possible"),
        ("cors: {origins: ['https://*.a.b']}", "6:20 `api.cors.origins.1` has a value that is not possible"),
        ("cors: {origins: [\"https://a'b\"]}", "6:20 `api.cors.origins.1` has a value that is not possible"),
        ("cors: {origins: ['null']}", "6:20 `api.cors.origins.1` has a value that is not possible"),
        (
            "cors: {origins: ['https://a.b:443']}",
            "6:20 browsers leave the port 443 out, so this origin never matches",
        ),
        ("cors: {origins: ['*', 'https://a.b']}", "6:20 `*` allows every origin"),
        ("cors: {origins: ['*'], credentials: true}", "6:20 every page may not call with `credentials`"),
        (
            "cors: {origins: ['https://a.b'], headers: ['*'], credentials: true}",
            "6:46 with `credentials`, `*` is not a wildcard",
        ),
        (
            "cors: {origins: ['https://a.b'], headers: ['a b']}",
            "6:46 `api.cors.headers.1` has a value that is not possible",
        ),
        (
            "cors: {origins: ['https://a.b'], methods: [get]}",
            "6:46 `api.cors.methods.1` has a value that is not possible",
        ),
        (
            "cors: {origins: ['https://a.b'], max_age: 86401}",
            "6:45 `api.cors.max_age` has a value that is not possible",
        ),
        ("throttle: {rate: 1}", "6:3 `api.throttle` has no `burst`"),
        ("throttle: {rate: -1, burst: 1}", "6:20 `api.throttle.rate` has a value that is not possible"),
        ("throttle: {rate: .inf, burst: 1}", "6:20 `api.throttle.rate` cannot be text"),
        ("throttle: {rate: 1, burst: 1.5}", "6:30 `api.throttle.burst` has a value that is not possible"),
        ("auth: api_key\nusage_plan: {rate: 1}", "7:3 `api.usage_plan` has only one of `rate` and `burst`"),
        (
            "auth: api_key\nusage_plan: {quota: 0/day}",
            "7:23 `api.usage_plan.quota` has a value that is not possible",
        ),
        (
            "auth: api_key\nusage_plan: {quota: 5/year}",
            "7:23 `api.usage_plan.quota` has a value that is not possible",
        ),
        (
            "auth: api_key\nusage_plan: {quota: 9999999999/day}",
            "7:23 the quota is more than API Gateway can count",
        ),
        ("auth: api_key\nusage_plan: {quota: 5}", "7:23 `api.usage_plan.quota` cannot be a number"),
        ("binary_types: [png]", "6:18 `api.binary_types.1` has a value that is not possible"),
    ] {
        assert_eq!(told(&stack_with("", api)), [want], "{api}");
    }
}

/// At line 5 and after.
#[test]
fn of_routes() {
    for (routes, want) in [
        (vec!["get /: f"], vec!["5:5 `get /` cannot be used here"]),
        (vec!["GET a: f"], vec!["5:5 `GET a` cannot be used here"]),
        (vec!["/a: f"], vec!["5:5 `/a` cannot be used here"]),
        (vec!["GET /a/: f"], vec!["5:5 `GET /a/`: the path ends with `/`"]),
        (vec!["GET /a//b: f"], vec!["5:5 `GET /a//b`: a part of the path is empty"]),
        (vec!["GET /a~b: f"], vec!["5:5 `GET /a~b`: `a~b` cannot be part of a path"]),
        (vec!["GET /a{b}: f"], vec!["5:5 `GET /a{b}`: `a{b}` cannot be part of a path"]),
        (vec!["GET /{}: f"], vec!["5:5 `GET /{}`: `{}` is not a variable"]),
        (vec!["GET /{a+b}: f"], vec!["5:5 `GET /{a+b}`: `{a+b}` is not a variable"]),
        (vec!["GET /items/:id: f"], vec!["5:5 `GET /items/:id`: `:id` is not a variable of API Gateway"]),
        (vec!["GET /<id>/x: f"], vec!["5:5 `GET /<id>/x`: `<id>` is not a variable of API Gateway"]),
        (vec!["'GET /[id]': f"], vec!["5:5 `GET /[id]`: `[id]` is not a variable of API Gateway"]),
        (vec!["GET /files/*: f"], vec!["5:5 `GET /files/*`: `*` is not a variable of API Gateway"]),
        (vec!["GET /{proxy+}/a: f"], vec!["5:5 `GET /{proxy+}/a`: `{proxy+}` takes all the rest"]),
        (vec!["GET /a: f", "GET /a: f"], vec!["6:5 `GET /a` is written twice: first in line 5"]),
        (
            vec!["GET /a/{x}: f", "POST /a/{y}: f"],
            vec!["6:5 `POST /a/{y}`: `{y}` stands where line 5 has `{x}`"],
        ),
        (
            vec!["GET /a/{x}/b: f", "GET /a/{y+}: f"],
            vec!["6:5 `GET /a/{y+}`: `{y+}` stands where line 5 has `{x}`"],
        ),
        (vec!["GET /a: g"], vec!["5:13 `GET /a` leads to a function that is not there, did you mean `f`?"]),
        (vec!["GET /a: {function: wrong}"], vec!["5:24 `GET /a` leads to a function that is not there"]),
        (vec!["GET /a: {auth: none}"], vec!["5:5 `api.routes.GET /a` has no `function`"]),
        (vec!["GET /a: [f]"], vec!["5:13 `api.routes.GET /a` cannot be a list"]),
        (vec![], vec!["4:3 `api.routes` is empty"]),
    ] {
        let lines: String = routes.iter().map(|route| format!("    {route}\n")).collect();
        let text = format!("stack: s\nfunctions: {{f: {{image: {{context: .}}}}}}\napi:\n  routes:\n{lines}");
        assert_eq!(told(&text), want, "{routes:?}");
    }
    let options = "stack: s\nfunctions: {f: {image: {context: .}}}\napi:\n  routes: {OPTIONS /: f}\n  cors: {origins: ['*']}\n";
    assert_eq!(told(options), ["4:12 `cors` answers OPTIONS already"]);
}

#[test]
fn keys_with_values_of_their_own() {
    let with = |keys: &str| told(&stack_with("", &format!("auth: api_key\nkeys: {keys}")));
    for (keys, want) in [
        ("[{name: a}]", "`api.keys.1` has no `value`"),
        ("[{name: a, value: short}]", "`api.keys.1.value` has a value that is not possible"),
        ("[a, {name: a, value: abcdefghijklmnopqrstuvwxyz}]", "the key `a` is in the list already"),
    ] {
        let all = with(keys);
        assert!(all.iter().any(|mistake| mistake.contains(want)), "{keys}: {all:?}");
    }
}
