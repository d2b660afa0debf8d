//! What comes from outside: where it counts as what, and that it shows nowhere.

use super::{parse, parse_for, stack_with, told};
use crate::{ImageSource, Role, Text, Values, Warning};

#[test]
fn a_variable_may_be_a_number() {
    let stack =
        parse(&stack_with("memory: ${NUMBER}\ntimeout: \"${NO:-7}\"\ntracing: ${NO:-true}", "")).unwrap();
    let f = &stack.functions["f"];
    assert_eq!((f.memory, f.timeout, f.tracing), (512, 7, true));
}

#[test]
fn an_escaped_dollar_is_plain() {
    let stack = parse(&stack_with("environment: {AB: '$${NO} $5'}", "")).unwrap();
    assert_eq!(stack.functions["f"].environment["AB"], Text::plain("${NO} $5"));
}

#[test]
fn what_is_unset_is_told_with_its_place() {
    let text = stack_with("environment: {AB: 'x-${NO}', CD: '${NO:?get one}'}", "");
    assert_eq!(told(&text), ["4:26 `NO` is not set", "4:39 `NO` is not set"]);
    let error = parse(&text).unwrap_err();
    assert_eq!(error.mistakes[1].help.as_deref(), Some("get one"));
}

#[test]
fn values_are_in_no_message() {
    for function in [
        "memory: ${TOKEN}",
        "name: a b ${TOKEN}",
        "architecture: ${TOKEN}",
        "log_retention: ${TOKEN}",
        "tracing: ${TOKEN}",
        "role: ${TOKEN}",
        "vpc: {subnets: ['${TOKEN}', '${TOKEN}'], security_groups: ['${TOKEN}']}",
        "environment: {AB: '${TOKEN}', x: '${TOKEN}'}",
    ] {
        let error = parse(&stack_with(function, "cors: {origins: ['${TOKEN}']}")).unwrap_err();
        assert!(!format!("{error} {error:?}").contains("hunter2"), "{error}");
    }
    let route = "stack: s\nfunctions: {f: {image: {context: .}}}\napi: {routes: {GET /: '${TOKEN}'}}\n";
    assert!(!parse(route).unwrap_err().to_string().contains("hunter2"));
    let stack = parse(&stack_with("environment: {AB: 'a ${TOKEN}'}", "")).unwrap();
    assert!(!format!("{stack:?}").contains("hunter2"));
}

/// A commit's hash, a mode, a list that differs by environment.
#[test]
fn what_is_no_secret_may_come_from_outside_with_a_warning() {
    let text = stack_with("command: ['${NUMBER}', b]\nentrypoint: run ${NO:-it}", "")
        .replace("context: .", "context: ., args: {GIT_SHA: '${NUMBER}', OTHER: '${NO:-x}'}");
    let stack = parse(&text).unwrap();
    let f = &stack.functions["f"];
    assert_eq!(f.command.as_ref().unwrap(), &["512", "b"]);
    assert_eq!(f.entrypoint.as_ref().unwrap(), &["run", "it"]);
    let ImageSource::Context(build) = &f.image.source else { panic!() };
    assert_eq!((build.args["GIT_SHA"].as_str(), build.args["OTHER"].as_str()), ("512", "x"));
    assert_eq!(stack.warnings.len(), 2, "{:?}", stack.warnings);
    assert!(
        told_of(&stack.warnings[1])
            .starts_with("line 6: `args.GIT_SHA` of `f` comes from outside the file and stays readable")
    );
    assert!(
        told_of(&stack.warnings[0])
            .starts_with("line 4: `command` of `f` comes from outside the file and is shown")
    );
}

#[test]
fn one_variable_may_fill_a_list() {
    let lookup = |name: &str| match name {
        "ORIGINS" => Some(" https://a.example, https://b.example,".to_owned()),
        "EMPTY" => Some(String::new()),
        _ => None,
    };
    let read = |api: &str| {
        crate::read(&stack_with("", api), "stack.yaml", std::path::Path::new("/p"), Values::Needed, &lookup)
    };
    let origins = |api: &str| read(api).unwrap().api.cors.unwrap().origins;
    assert_eq!(origins("cors: {origins: '${ORIGINS}'}"), ["https://a.example", "https://b.example"]);
    assert_eq!(origins("cors: {origins: '${NO:-https://c.example}'}"), ["https://c.example"]);
    let refused = |api: &str| read(api).unwrap_err().mistakes[0].clone();
    assert_eq!(refused("cors: {origins: '${EMPTY}'}").message, "`api.cors.origins` is empty");
    assert_eq!(refused("cors: {origins: '${NO}'}").message, "`NO` is not set");
    assert_eq!(
        refused("cors: {origins: 'https://a.example, https://b.example'}").message,
        "`api.cors.origins` cannot be text"
    );
    let item = refused("cors: {origins: ['${ORIGINS}']}");
    assert_eq!(
        item.help.as_deref(),
        Some("a variable with several, separated by commas, stands for the whole list: `origins: ${…}`")
    );
}

#[test]
fn destroy_needs_names_only() {
    let text = stack_with(
        "memory: ${NO}\nenvironment: {AB: 'x${NO}'}\nrole: ${NO}\ncommand: [a]",
        "description: ${NO}\nthrottle: {rate: '${NO}', burst: 1}",
    );
    assert_eq!(told(&text).len(), 5);
    let stack = parse_for(&text, Values::NotNeeded).unwrap();
    let f = &stack.functions["f"];
    assert_eq!((f.memory, &f.environment["AB"]), (128, &Text::secret("")));
    assert_eq!(f.role, Role::Existing(String::new()));
    for named in
        [stack_with("name: ${NO}", ""), stack_with("", "stage: ${NO}"), stack_with("", "keys: ['${NO}']")]
    {
        assert_eq!(parse_for(&named, Values::NotNeeded).unwrap_err().mistakes.len(), 1, "{named}");
    }
    let wrong = stack_with("memory: 1", "");
    assert!(parse_for(&wrong, Values::NotNeeded).is_err(), "what is written must still be right");
}

#[test]
fn what_comes_from_outside_is_a_secret_wherever_it_stands() {
    let outside = |function: &str, api: &str| -> Vec<String> {
        parse(&stack_with(function, api)).unwrap().secrets().map(str::to_owned).collect()
    };
    for place in [
        "name: \"${TOKEN}\"",
        "description: \"${TOKEN}\"",
        "environment: {AB: \"${TOKEN}\"}",
        // A name of one's own is not the key of the file that shows its value.
        "environment: {region: \"${TOKEN}\"}",
        "role: {statements: [{actions: [\"s3:Get*\"], resources: [\"arn:aws:s3:::${TOKEN}/*\"]}]}",
    ] {
        assert!(outside(place, "").contains(&"hunter2".to_owned()), "{place}");
    }
    let url = outside("environment: {URL: \"db://u:${TOKEN}@h\"}", "");
    assert_eq!(url, ["db://u:hunter2@h", "hunter2"]);
    assert!(outside("environment: {AB: hunter2}", "").is_empty());
    assert!(outside("memory: ${NUMBER}\nenvironment: {AB: \"${NUMBER}\"}", "stage: \"${TOKEN}\"").is_empty());
}

fn told_of(warning: &Warning) -> String {
    format!("line {}: {}", warning.mistake.line().unwrap_or_default(), warning.mistake.message)
}
