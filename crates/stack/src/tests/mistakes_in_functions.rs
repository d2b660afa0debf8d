//! What is told of functions, their images and their names.

use super::{parse, stack_with, told};

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
        ("snapstart: 1", "4:16 `functions.f.snapstart` cannot be a number"),
        (
            "provisioned_concurrency: 0",
            "4:30 `functions.f.provisioned_concurrency` has a value that is not possible",
        ),
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

/// What Lambda has no function with is told where it is written.
#[test]
fn of_what_makes_starts_faster() {
    for (function, want) in [
        (
            "snapstart: true\nprovisioned_concurrency: 1",
            "5:30 `provisioned_concurrency` is written beside `snapstart`",
        ),
        ("ephemeral_storage: 513\nsnapstart: true", "4:24 `snapstart` takes no more than 512 MB of /tmp"),
        (
            "reserved_concurrency: 2\nprovisioned_concurrency: 2",
            "5:30 `provisioned_concurrency: 2` does not fit into `reserved_concurrency: 2`",
        ),
    ] {
        assert_eq!(told(&stack_with(function, "")), [want]);
    }
    for fits in [
        "reserved_concurrency: 2\nprovisioned_concurrency: 2\nrelease: {smoke: false}",
        "reserved_concurrency: 3\nprovisioned_concurrency: 2",
        "ephemeral_storage: 512\nsnapstart: true",
    ] {
        parse(&stack_with(fits, "")).unwrap();
    }
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
