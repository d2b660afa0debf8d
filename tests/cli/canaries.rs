//! Canaries as people meet them: a share of the calls, and what becomes of it.

use crate::{
    functions::BROKEN_BEHIND_THE_URL,
    interruptions::{interrupt, until},
    releases::{live, shell, under_load, up, wish},
};
use insta::assert_snapshot;
use std::{thread, time::Duration};

#[test]
fn a_share_that_is_held_is_promoted_or_taken_back() {
    let shell = shell();
    assert_snapshot!("promote_without_a_canary", shell.run("promote --local"));
    assert_snapshot!("canary_held", up(&shell, "Bye", "--no-verify --canary 10% --hold"));
    assert_eq!(live(&shell), "1 + 0.1 of 2 | lambdeploy: 1; canary 2");
    assert_snapshot!("releases_with_a_canary", shell.run("releases --local"));
    assert_snapshot!("promote", shell.run("promote --local"));
    assert_eq!(live(&shell), "2 | lambdeploy: 2 1");
    up(&shell, "Ciao", "--no-verify --canary 10% --hold");
    assert_snapshot!("rollback_of_a_canary", shell.run("rollback --local"));
    assert!(live(&shell).starts_with("2 | lambdeploy: 2 1; held 3 "), "{}", live(&shell));
    // The share goes too where what is live is named.
    up(&shell, "Adieu", "--no-verify --canary 10% --hold");
    assert!(shell.run("rollback hello --to 2 --local").starts_with("exit code: 0"));
    assert!(live(&shell).starts_with("2 | lambdeploy: 2 1; held 4 "), "{}", live(&shell));
}

#[test]
fn nobody_calls() {
    let shell = shell();
    assert_snapshot!("canary_without_calls", up(&shell, "Bye", "--no-verify --canary 10% --for 1s"));
    assert_eq!(live(&shell), "2 | lambdeploy: 2 1");
}

#[test]
fn a_faulty_one_goes_by_itself() {
    let shell = shell();
    let canary = || up(&shell, BROKEN_BEHIND_THE_URL, "--no-verify --canary 50% --for 3s");
    let (seen, answers) = under_load(&shell, canary);
    assert!(answers.iter().any(|it| it.status == 200) && answers.iter().any(|it| it.status == 502));
    assert!(seen.starts_with("exit code: 3"), "{seen}");
    assert!(seen.contains("warning: hello: the new version is worse: "), "{seen}");
    assert!(seen.contains("calls failed, before 0 of "), "{seen}");
    let now = live(&shell);
    assert!(now.starts_with("1 | lambdeploy: 1; failed 2 canary of hello: "), "{now}");
    // Why stays to be read when another one is on its way.
    up(&shell, "Ciao", "--no-verify --canary 10% --hold");
    let now = live(&shell);
    assert!(now.starts_with("1 + 0.1 of 3 | lambdeploy: 1; canary 3; failed 2 canary of hello: "), "{now}");
}

#[cfg(unix)]
#[test]
fn ctrl_c_leaves_the_share() {
    let shell = shell();
    wish(&shell, "Bye");
    let (child, _) =
        until(&shell, "up --local --yes --no-verify --canary 10% --for 60s", "updated alias/hello");
    thread::sleep(Duration::from_secs(1));
    interrupt(&child);
    let seen = shell.shown(&child.wait_with_output().unwrap());
    let after = seen.split_once("--- stderr\n").unwrap().1;
    assert!(seen.starts_with("exit code: 130"), "{seen}");
    assert_snapshot!("canary_interrupted", after);
    assert_eq!(live(&shell), "1 + 0.1 of 2 | lambdeploy: 1; canary 2");
    // The same `up` watches it again.
    let again = shell.run("up --local --yes --no-verify --canary 10% --for 1s");
    assert!(again.starts_with("exit code: 0") && again.contains("hello: version 1 → 2 is live"), "{again}");
}
