//! What a person most likely meant is told with the mistake.

use super::{parse, stack_with, told};

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
