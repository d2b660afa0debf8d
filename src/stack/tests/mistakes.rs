//! What a file that is wrong is told: everything at once, each with its place.

use super::{parse, stack_with, told};

#[test]
fn six_at_once() {
    let text = r#"stack: Egyptian
region: us-east-2
functions:
  analyzer:
    image:
      context: lambda
      uri: 123456789012.dkr.ecr.us-east-2.amazonaws.com/app:1
    memry: 512
    timeout: "30"
api:
  routes:
    POST /: analyser
  cors:
    origins: ["https://www.example.com/"]
"#;
    insta::assert_snapshot!(parse(text).unwrap_err(), @r#"
    error: `stack` has a value that is not possible
     --> stack.yaml:1:8
      |
    1 | stack: Egyptian
      |        ^^^^^^^^ expected a lower-case letter, then up to 30 lower-case letters, digits or `-`

    error: `functions.analyzer.image` has both `context` and `uri`
     --> stack.yaml:7:7
      |
    7 |       uri: 123456789012.dkr.ecr.us-east-2.amazonaws.com/app:1
      |       ^^^ exactly one of `context`, `uri` or `archive`

    error: unknown key `memry`, did you mean `memory`?
     --> stack.yaml:8:5
      |
    8 |     memry: 512
      |     ^^^^^ expected `memory`

    error: `functions.analyzer.timeout` cannot be text
     --> stack.yaml:9:14
      |
    9 |     timeout: "30"
      |              ^^^^ expected a whole number from 1 to 1800 (seconds)
      |
      = help: write it without quotes

    error: `POST /` leads to a function that is not there, did you mean `analyzer`?
      --> stack.yaml:12:13
       |
    12 |     POST /: analyser
       |             ^^^^^^^^ expected `analyzer`

    error: `api.cors.origins.1` has a value that is not possible
      --> stack.yaml:14:15
       |
    14 |     origins: ["https://www.example.com/"]
       |               ^^^^^^^^^^^^^^^^^^^^^^^^^^ expected `scheme://host` or `scheme://host:port` in lower case, or `*`
       |
       = help: leave out the `/` at the end: browsers send none

    6 mistakes in stack.yaml
    "#);
}

#[test]
fn a_syntax_mistake_comes_alone() {
    insta::assert_snapshot!(parse("stack: Bad\nfunctions: [\napi: {}\n").unwrap_err(), @r"
    error: not valid YAML: unclosed bracket '['
     --> stack.yaml:2:12
      |
    2 | functions: [
      |            ^
    ");
}

#[test]
fn a_line_too_long_to_draw_is_told_by_its_number() {
    let text = stack_with(&format!("architecture: [{}]", "x, ".repeat(1_000)), "");
    insta::assert_snapshot!(parse(&text).unwrap_err(), @r"
    error: `functions.f.architecture` cannot be a list
    --> stack.yaml:4:19
     = note: expected `x86_64` or `arm64`
     = help: write one value, without brackets or `-`
    ");
}

/// Below `functions.f` at line 4.
#[test]
fn of_functions() {
    for (function, want) in [
        ("memry: 512", "4:5 unknown key `memry`, did you mean `memory`?"),
        ("Memory: 512", "4:5 unknown key `Memory`, did you mean `memory`?"),
        ("wholly: 1", "4:5 unknown key `wholly`"),
        ("memory: 127", "4:13 `functions.f.memory` has a value that is not possible"),
        ("memory: 10241", "4:13 `functions.f.memory` has a value that is not possible"),
        ("memory: 512.5", "4:13 `functions.f.memory` has a value that is not possible"),
        ("memory: 0x200", "4:13 `functions.f.memory` has a value that is not possible"),
        ("memory: -1", "4:13 `functions.f.memory` has a value that is not possible"),
        ("memory: \"512\"", "4:13 `functions.f.memory` cannot be text"),
        ("memory:", "4:11 `functions.f.memory` cannot be nothing"),
        ("memory: [1]", "4:13 `functions.f.memory` cannot be a list"),
        ("timeout: 1801", "4:14 `functions.f.timeout` has a value that is not possible"),
        ("timeout: 0", "4:14 `functions.f.timeout` has a value that is not possible"),
        ("ephemeral_storage: 511", "4:24 `functions.f.ephemeral_storage` has a value that is not possible"),
        ("reserved_concurrency: many", "4:27 `functions.f.reserved_concurrency` cannot be text"),
        ("name: a b", "4:11 `functions.f.name` has a value that is not possible"),
        ("name: 5", "4:11 `functions.f.name` cannot be a number"),
        ("architecture: arm", "4:19 `functions.f.architecture` has a value that is not possible"),
        ("tracing: yes", "4:14 `functions.f.tracing` cannot be text"),
        ("log_retention: 8", "4:20 `functions.f.log_retention` has a value that is not possible"),
        ("log_retention: \"7\"", "4:20 `functions.f.log_retention` has a value that is not possible"),
        ("environment: {A: x}", "4:19 `A` cannot be used here"),
        ("environment: {AWS_REGION: x}", "4:19 `AWS_REGION` cannot be used here"),
        ("environment: {AB: }", "4:21 `functions.f.environment.AB` cannot be nothing"),
        ("environment: {AB: [x]}", "4:23 `functions.f.environment.AB` cannot be a list"),
        ("environment: {AB: x, AB: y}", "4:26 `AB` is written twice: first in line 4"),
        ("command: 'a \"b'", "4:14 `command` has a quote that is not closed"),
        ("working_directory: srv", "4:24 `functions.f.working_directory` has a value that is not possible"),
        ("vpc: {subnets: [subnet-1]}", "4:5 `functions.f.vpc` has no `security_groups`"),
        ("vpc: {subnets: [], security_groups: [sg-1]}", "4:11 `functions.f.vpc.subnets` is empty"),
        ("role: somebody", "4:11 `functions.f.role` has a value that is not possible"),
        ("role: {name: 'a,b'}", "4:18 `functions.f.role.name` has a value that is not possible"),
        ("role: {policies: [a, a]}", "4:26 `functions.f.role.policies.2` is in the list already"),
        (
            "role: {policies: ['arn:aws:iam::x']}",
            "4:23 `functions.f.role.policies.1` has a value that is not possible",
        ),
        (
            "role: {statements: [{actions: [x], resources: ['*']}]}",
            "4:36 `functions.f.role.statements.1.actions.1` has a value that is not possible",
        ),
        ("role: {boundary: name}", "4:22 `functions.f.role.boundary` has a value that is not possible"),
    ] {
        assert_eq!(told(&stack_with(function, "")), [want], "{function}");
    }
    let large = format!("environment: {{AB: {}}}", "x".repeat(4090));
    assert_eq!(told(&stack_with(&large, "")), ["4:18 `environment` has 4099 bytes"]);
}

/// At line 4.
#[test]
fn of_images() {
    let digest = "a".repeat(64);
    for (image, want) in [
        ("{}", vec!["4:5 `functions.f.image` needs one of `context`, `uri` or `archive`"]),
        ("", vec!["4:5 `functions.f.image` needs one of `context`, `uri` or `archive`"]),
        ("ubuntu", vec!["4:12 `functions.f.image` cannot be text"]),
        ("{context: ., archive: a}", vec!["4:25 `functions.f.image` has both `context` and `archive`"]),
        ("{context: ''}", vec!["4:22 `functions.f.image.context` has a value that is not possible"]),
        ("{archive: a, target: b}", vec!["4:25 `target` has no place here"]),
        (
            &format!("{{uri: '123456789012.dkr.ecr.us-east-2.amazonaws.com/a@sha256:{digest}', keep: 1}}"),
            vec!["4:140 `keep` has no place here"],
        ),
        (
            "{uri: '123456789012.dkr.ecr.us-east-2.amazonaws.com/a'}",
            vec!["4:18 `functions.f.image.uri` has a value that is not possible"],
        ),
        (
            "{uri: 'public.ecr.aws/lambda/python:3'}",
            vec!["4:18 `functions.f.image.uri` has a value that is not possible"],
        ),
        (
            "{context: ., repository: Upper}",
            vec!["4:37 `functions.f.image.repository` has a value that is not possible"],
        ),
        (
            "{context: ., repository: a}",
            vec!["4:37 `functions.f.image.repository` has a value that is not possible"],
        ),
        ("{context: ., keep: 0}", vec!["4:31 `functions.f.image.keep` has a value that is not possible"]),
        ("{context: ., args: {A: '${NO}'}}", vec!["4:36 `NO` is not set"]),
        (
            "{context: ., secrets: {s: {env: '${TOKEN}x'}}}",
            vec!["4:44 `functions.f.image.secrets.s.env` takes nothing from outside the file"],
        ),
        (
            "{context: ., secrets: {s: {env: A, file: b}}}",
            vec!["4:47 `functions.f.image.secrets.s` has both `env` and `file`"],
        ),
        (
            "{context: ., secrets: {s: }}",
            vec!["4:35 `functions.f.image.secrets.s` needs one of `env` or `file`"],
        ),
    ] {
        let text = format!("stack: s\nfunctions:\n  f:\n    image: {image}\napi: {{routes: {{GET /: f}}}}\n");
        assert_eq!(told(&text), want, "{image}");
    }
}

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
fn of_the_top() {
    let rest = "functions: {f: {image: {context: .}}}\napi: {routes: {GET /: f}}\n";
    let many: String = (0..41).map(|n| format!("k{n}: v, ")).collect();
    for (top, want) in [
        ("stack: S", vec!["1:8 `stack` has a value that is not possible"]),
        ("stack: 5", vec!["1:8 `stack` cannot be a number"]),
        ("region: us-east-2", vec!["1:1 the stack file has no `stack`"]),
        ("stack: s\naccount: 12345678901", vec!["2:10 `account` has a value that is not possible"]),
        ("stack: s\nregion: us east", vec!["2:9 `region` has a value that is not possible"]),
        ("stack: s\ntags: {'aws:x': y}", vec!["2:8 `aws:x` cannot be used here"]),
        ("stack: s\ntags: {'lambdeploy:x': y}", vec!["2:8 `lambdeploy:x` cannot be used here"]),
        ("stack: s\ntags: {a: 'b,c'}", vec!["2:11 `tags.a` has a value that is not possible"]),
        ("stack: s\ntags: {'a;b': c}", vec!["2:8 `a;b` cannot be used here"]),
        (
            "stack: s\ntags: {a: 'b – c', 'd☃': e}",
            vec!["2:11 a tag cannot hold `–`", "2:20 a tag cannot hold `☃`"],
        ),
        (&format!("stack: s\ntags: {{{many}}}"), vec!["2:1 `tags` has 41 entries"]),
        ("stack: s\nretain: [log]", vec!["2:10 `retain.1` has a value that is not possible"]),
        ("stack: s\nretain: logs", vec!["2:9 `retain` cannot be text"]),
    ] {
        assert_eq!(told(&format!("{top}\n{rest}")), want, "{top}");
    }
    assert_eq!(
        told(""),
        [
            "1:1 the stack file has no `stack`",
            "1:1 the stack file has no `functions`",
            "1:1 the stack file has no `api`"
        ]
    );
    assert_eq!(told("- a\n"), ["1:1 the stack file cannot be a list"]);
}

/// The first mistake's help.
fn help(text: &str) -> String {
    parse(text).expect_err(text).mistakes[0].help.clone().unwrap_or_default()
}

#[test]
fn numbers_with_their_unit_are_told_without() {
    for (function, want) in [
        ("memory: 512MB", "write 512 (MB)"),
        ("memory: 1 GB", "write 1024 (MB)"),
        ("timeout: 30s", "write 30 (seconds)"),
        ("timeout: '2m'", "write 120 (seconds)"),
        ("log_retention: 30d", "write 30 (days)"),
        ("log_retention: 31 days", "write 30 (days)"),
        ("log_retention: 31", "did you mean `30`?"),
        ("log_retention: 200", "did you mean `180`?"),
        ("log_retention: nevr", "did you mean `never`?"),
        ("architecture: arm46", "did you mean `arm64`?"),
    ] {
        assert_eq!(help(&stack_with(function, "")), want, "{function}");
    }
    assert_eq!(help(&stack_with("memory: ${TOKEN}", "")), "");
}

#[test]
fn another_kind_of_value_is_told_with_an_example() {
    for (function, api, want) in [
        ("", "keys: frontend", "write it in brackets: `keys: [frontend]`"),
        ("", "cors: {origins: https://a.b}", "write it in brackets: `origins: [https://a.b]`"),
        ("role: [a]", "", "write its keys below it, or in braces: `role: {name: …}`"),
        ("vpc: subnet-1", "", "write its keys below it, or in braces: `vpc: {subnets: …}`"),
        (
            "environment: [A=b]",
            "",
            "write a line `name: value` below `environment:` for each; a name is a letter",
        ),
        ("architecture: [arm64]", "", "write one value, without brackets or `-`"),
        ("description: {a: b}", "", "write one value; a text with `{` or `: ` in it must be in quotes"),
        (
            "role: {statements: {actions: [a], resources: [b]}}",
            "",
            "write the items below `statements:`, each after a `- `",
        ),
    ] {
        let told = help(&stack_with(function, api));
        assert!(told.starts_with(want), "{function} {api}: {told}");
    }
    let image = stack_with("", "").replace("image: {context: .}", "image: ubuntu");
    assert_eq!(help(&image), "write its keys below it, or in braces: `image: {context: …}`");
}

#[test]
fn one_typo_is_one_mistake() {
    let whole = stack_with("memory: 512", "stage: v1");
    for (written, typo) in [
        ("functions:", "functoins:"),
        ("image:", "imgae:"),
        ("context:", "contxt:"),
        ("routes:", "route:"),
        ("api:", "apis:"),
        ("stack:", "stak:"),
    ] {
        let told = told(&whole.replace(written, typo));
        assert_eq!(told.len(), 1, "{typo} {told:?}");
        assert!(told[0].contains(&format!("did you mean `{}`?", written.trim_end_matches(':'))), "{told:?}");
    }
    let routes = "stack: s\nfunctions: {f: {image: {context: .}}}\napi: {routes: {GET /: g, GET /a: g, GET /b: {function: g}}}\n";
    assert_eq!(told(routes).len(), 1);
    // What is below a misspelt key is looked at all the same.
    assert_eq!(told(&whole.replace("functions:", "functoins:").replace("512", "1")).len(), 2);
    let far = told("stack: s\nlambdas: {f: {image: {context: .}}}\napi: {routes: {GET /: f, GET /a: f}}\n");
    assert_eq!(far, ["1:1 the stack file has no `functions`", "2:1 unknown key `lambdas`"]);
}

#[test]
fn of_names_that_meet() {
    let functions = |stack: &str, a: &str, b: &str| {
        format!(
            "stack: {stack}\nregion: us-east-2\nfunctions:\n  a: {{image: {{context: .}}{a}}}\n  b: {{image: {{archive: x}}{b}}}\napi: {{routes: {{GET /: a}}}}\n"
        )
    };
    for (a, b, want) in [
        (", name: x", ", name: x", "5:34 `b` and `a` have one function name"),
        ("", ", name: s-a", "5:34 `b` and `a` have one function name"),
        (", role: {name: X}", ", role: {name: x}", "5:41 `b` and `a` have one role name"),
        ("", ", role: {name: s-a-us-east-2}", "5:41 `b` and `a` have one role name"),
    ] {
        assert_eq!(told(&functions("s", a, b)), [want]);
    }
    assert_eq!(told(&functions("s-", "", "")).len(), 2, "`s-/a` is no name of a repository");
    let long = functions("s", "", "")
        .replace("  a:", &format!("  a{}:", "a".repeat(60)))
        .replace("GET /: a", "GET /: b");
    assert!(told(&long)[0].starts_with("4:3 the default name of the role"), "{:?}", told(&long));
}

#[test]
fn of_names_that_no_tag_can_hold() {
    let repository = format!("image: {{context: ., repository: {}}}", "r".repeat(245));
    let text = stack_with("", "").replace("image: {context: .}", &repository);
    assert_eq!(told(&text), ["3:3 the key `f` and the name of its repository are too long"]);
    let functions = |count: usize| {
        // Of equal images there would be one repository, whose name is not each function's default.
        let line = |n| format!("  f{n:03}: {{image: {{context: c{n}}}}}\n");
        let lines: String = (0..count).map(line).collect();
        format!("stack: s\nfunctions:\n{lines}api: {{routes: {{GET /: f000}}}}\n")
    };
    assert!(parse(&functions(291)).is_ok());
    assert_eq!(told(&functions(292)), ["3:3 the names of all functions and keys need 47 tags"]);
}
