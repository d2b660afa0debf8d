//! What a file is told about its promises to the outside: values that would break out of what they are written into, routes
//! and authorizers that can't be, checks that could never hold. The rest is among [`super::mistakes`] and the files beside it.

use super::{stack_with, told};

/// Origins stand in quotes in a mapping template, header names in a mapping expression.
#[test]
fn nothing_ends_the_string_that_it_is_put_into() {
    for origin in [
        r#"https://a"b"#,
        "https://a'b",
        "https://a.b#set($x=1)",
        "https://$context.stage",
        r"https://a\b",
        "https://a.b\u{a0}",
        "https://a.b c",
        "https://a.b\"||true",
    ] {
        let quoted = origin.replace('\'', "''");
        let api = format!("cors: {{origins: ['https://www.example.com', '{quoted}']}}");
        assert_eq!(
            told(&stack_with("", &api)),
            ["6:47 `api.cors.origins.2` has a value that is not possible"],
            "{origin}"
        );
    }
    for header in ["x'y", "x,y", "x y", "x:y", "x\"y", "(x)", "é", ""] {
        let quoted = header.replace('\'', "''");
        let api = format!("cors: {{origins: ['https://a.b'], headers: ['{quoted}']}}");
        assert_eq!(
            told(&stack_with("", &api)),
            ["6:46 `api.cors.headers.1` has a value that is not possible"],
            "{header}"
        );
    }
}

#[test]
fn one_greedy_variable_in_one_place() {
    for (routes, want) in [
        ("{GET '/{a+}': f, POST '/{b+}': f}", "4:28 `POST /{b+}`: `{b+}` stands where line 4 has `{a+}`"),
        ("{GET '/x/{a+}': f, GET '/x/{b}': f}", "4:30 `GET /x/{b}`: `{b}` stands where line 4 has `{a+}`"),
        ("{GET '/{proxy+}/a/{b+}': f}", "4:12 `GET /{proxy+}/a/{b+}`: `{proxy+}` takes all the rest"),
    ] {
        let routes = routes.replace("GET '", "'GET ").replace("POST '", "'POST ");
        let text =
            format!("stack: s\nfunctions: {{f: {{image: {{context: .}}}}}}\napi:\n  routes: {routes}\n");
        assert_eq!(told(&text), [want], "{routes}");
    }
}

#[test]
fn an_authorizer_is_a_function_of_the_stack() {
    for (auth, want) in [
        ("{authorizer: {}}", "6:10 `api.auth.authorizer` has no `function`"),
        ("{authorizer: {type: token}}", "6:10 `api.auth.authorizer` has no `function`"),
        ("{authorizer: {function: }}", "6:31 `api.auth.authorizer.function` cannot be nothing"),
        ("{authorizer: {function: nobody}}", "6:33 the authorizer is a function that is not there"),
        (
            "{authorizer: {function: f, type: both}}",
            "6:42 `api.auth.authorizer.type` has a value that is not possible",
        ),
        (
            "{authorizer: {function: f, ttl: 3601}}",
            "6:41 `api.auth.authorizer.ttl` has a value that is not possible",
        ),
        (
            "{authorizer: {function: f, header: 'a b'}}",
            "6:44 `api.auth.authorizer.header` has a value that is not possible",
        ),
        ("{cognito: [pool]}", "6:20 `api.auth.cognito.1` has a value that is not possible"),
        ("{}", "6:3 `api.auth` needs one of `cognito` or `authorizer`"),
    ] {
        assert_eq!(told(&stack_with("", &format!("auth: {auth}"))), [want], "{auth}");
    }
}

/// At line 8.
#[test]
fn a_check_that_could_never_hold() {
    for (check, want) in [
        ("{}", "8:5 `checks.1` has no `route`"),
        ("{route: GET /none}", "8:13 there is no route `GET /none`"),
        ("{route: POST /}", "8:13 there is no route `POST /`"),
        ("{route: GET /, json: {message: x}}", "8:27 `message` cannot be used here"),
        ("{route: GET /, json: {'$.a[*]': x}}", "8:27 `$.a[*]` cannot be used here"),
        ("{route: GET /, json: {'$..a': x}}", "8:27 `$..a` cannot be used here"),
        ("{route: GET /, json: {'$.a b': x}}", "8:27 `$.a b` cannot be used here"),
        ("{route: GET /, json: {'$[': x}}", "8:27 `$[` cannot be used here"),
        ("{route: GET /, status: 99}", "8:28 `checks.1.status` has a value that is not possible"),
        ("{route: GET /, headers: {'a b': c}}", "8:30 `a b` cannot be used here"),
        ("{route: GET /, path: /other}", "8:26 `/other` does not lead to `GET /`"),
        ("{route: 'GET /{id}'}", "8:13 `GET /{id}` has variables, and the check has no `path`"),
        ("{route: 'GET /{id}', path: /a/b}", "8:32 `/a/b` does not lead to `GET /{id}`"),
        ("{route: GET /, expect: 200}", "8:20 unknown key `expect`"),
    ] {
        let text = format!(
            "stack: s\nfunctions: {{f: {{image: {{context: .}}}}}}\napi:\n  routes:\n    GET /: f\n    GET /{{id}}: f\nchecks:\n  - {check}\n"
        );
        assert_eq!(told(&text), [want], "{check}");
    }
}
