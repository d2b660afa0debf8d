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
