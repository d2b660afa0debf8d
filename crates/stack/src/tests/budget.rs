//! What is read and told of a budget.

use super::{parse, stack_with, told};

fn with(budget: &str) -> String {
    format!("{}budget: {budget}\n", stack_with("", ""))
}

#[test]
fn is_read_with_its_defaults() {
    let stack = parse(&with("{limit: 10 USD, email: [me@example.com]}")).unwrap();
    let budget = stack.budget.as_ref().unwrap();
    assert_eq!((budget.limit, budget.forecast), (10.0, false));
    assert_eq!(budget.alert_at.iter().copied().collect::<Vec<_>>(), [50, 100]);
    let listed = stack.inventory("us-east-2");
    let names: Vec<_> = listed.of_kind("budget").map(|entry| entry.name.as_str()).collect();
    assert_eq!(names, ["lambdeploy-s-us-east-2"]);
}

#[test]
fn mistakes_are_told() {
    for (budget, want) in [
        ("{email: [a@b.c]}", "`budget` has no `limit`"),
        ("{limit: 10 USD}", "`budget` has no `email`"),
        ("{limit: 10 USD, email: []}", "`budget.email` is empty"),
        ("{limit: 10 USD, email: [me]}", "`budget.email.1` has a value that is not possible"),
        ("{limit: 10 euros, email: [a@b.c]}", "`budget.limit` has a value that is not possible"),
        ("{limit: 10 USD, email: [a@b]}", "`budget.email.1` has a value that is not possible"),
        ("{limit: 10 USD, only: account, email: [a@b.c]}", "`budget.only` has a value that is not possible"),
        (
            "{limit: 10 USD, alert_at: [1000%], email: [a@b.c]}",
            "`budget.alert_at.1` has a value that is not possible",
        ),
        ("{limit: 0 USD, email: [a@b.c]}", "a budget of nothing is always exceeded"),
        (
            "{limit: 10 USD, alert_at: [half], email: [a@b.c]}",
            "`budget.alert_at.1` has a value that is not possible",
        ),
    ] {
        let all = told(&with(budget));
        assert!(all.iter().any(|mistake| mistake.contains(want)), "{budget}: {all:?}");
    }
}

/// Whom the alerts tell anyway is not told twice, and percentages come in the order of their size, over 100 too.
#[test]
fn goes_to_those_whom_the_alerts_tell() {
    let budget = |email: &str| {
        let alerts = "alerts: {email: [a@b.c]}\n";
        let text =
            with(&format!("{{limit: 10 EUR, only: stack, alert_at: [150%, 9%, 50%]{email}}}")) + alerts;
        parse(&text).unwrap().budget.clone().unwrap()
    };
    let alone = budget("");
    assert_eq!((alone.currency.as_str(), alone.only_stack, alone.email.len()), ("EUR", true, 0));
    assert_eq!(alone.alert_at.iter().copied().collect::<Vec<_>>(), [9, 50, 150]);
    let email = budget(", email: [a@b.c, d@e.f]").email;
    assert_eq!(email.iter().collect::<Vec<_>>(), ["d@e.f"]);
}
