//! Releases as people meet them: what is live moves, comes back, and says why.

use crate::{
    archive,
    functions::{BROKEN_BEHIND_THE_URL, CRASH, by_greeting, is_tried},
    shell::{STACK, Shell, block_on},
};
use insta::assert_snapshot;
use lambdeploy::testing::outside::http::{self, Response};
use local_aws::{Reaction, Scripted};
use serde_json::json;
use std::{
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

/// A stack of one function whose first release, `Hello`, is live.
pub(crate) fn shell() -> Shell {
    let shell = Shell::running(by_greeting());
    archive::write(&shell.folder.path().join("image.tar"), "hello");
    assert!(up(&shell, "Hello", "").starts_with("exit code: 0"));
    shell
}

/// What is to be seen of an `up` with this greeting.
pub(crate) fn up(shell: &Shell, greeting: &str, more: &str) -> String {
    wish(shell, greeting);
    shell.run(&format!("up --local --yes {more}"))
}

pub(crate) fn wish(shell: &Shell, greeting: &str) {
    let image = format!("image: {{archive: image.tar}}\n    environment: {{GREETING: {greeting}}}");
    let plan = "usage_plan: {rate: 1000, burst: 1000, quota: 100000/day}";
    let stack = STACK.replace("usage_plan: {rate: 10, burst: 20, quota: 100/day}", plan);
    shell.write("stack.yaml", &stack.replace("image: {context: .}", &image));
}

/// The live version, what has a share, and what the alias says of itself without times.
pub(crate) fn live(shell: &Shell) -> String {
    let alias = shell.lambda().get_alias().function_name("shop-hello").name("live");
    let alias = block_on(alias.send()).unwrap();
    let weights = alias.routing_config.and_then(|r| r.additional_version_weights).unwrap_or_default();
    let shares: String = weights.iter().map(|(version, share)| format!(" + {share} of {version}")).collect();
    let told = alias.description.unwrap();
    let timeless = regex_lite::Regex::new(r"/\w+").unwrap();
    let told = timeless.replace_all(&told, "");
    format!("{}{shares} | {}", alias.function_version.unwrap(), told)
}

/// What a client that calls all the while that `work` is done gets.
pub(crate) fn under_load<T>(shell: &Shell, work: impl FnOnce() -> T) -> (T, Vec<Response>) {
    let said = shell.command("output --local --show-key --json").output().unwrap();
    let said = String::from_utf8(said.stdout).unwrap();
    let said: serde_json::Value = serde_json::from_str(said.lines().last().unwrap()).unwrap();
    let said = &said["outputs"];
    let (url, key) = (said["url"].as_str().unwrap(), said["keys"][0]["value"].as_str().unwrap());
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        let client = scope.spawn(|| {
            let mut answers = Vec::new();
            while !is_over.load(Ordering::Relaxed) {
                let request =
                    http::request("POST", &format!("{url}/")).header("x-api-key", key).body("{}".to_owned());
                answers.push(block_on(request.send()).unwrap());
                thread::sleep(Duration::from_millis(20));
            }
            answers
        });
        let came = work();
        is_over.store(true, Ordering::Relaxed);
        (came, client.join().unwrap())
    })
}

#[test]
fn back_and_on_again() {
    let shell = shell();
    assert!(up(&shell, "Bye", "").starts_with("exit code: 0"));
    assert_snapshot!("releases", shell.run("releases --local"));
    assert_snapshot!("rollback", shell.run("rollback --local"));
    assert!(live(&shell).starts_with("1 | lambdeploy: 1; held 2 "), "{}", live(&shell));
    assert_snapshot!("releases_after_rollback", shell.run("releases --local"));
    assert_snapshot!("releases_json", shell.run("releases --local --json"));
    assert_snapshot!("rollback_of_the_only_release", shell.run("rollback --local"));
    assert_snapshot!("up_of_what_was_taken_back", shell.run("up --local --yes"));
    assert!(live(&shell).starts_with("1 |"), "{}", live(&shell));
    assert_snapshot!("up_again_of_what_was_taken_back", shell.run("up --local --yes --again"));
    assert_eq!(live(&shell), "2 | lambdeploy: 2 1");
    assert_snapshot!("rollback_json", shell.run("rollback hello --to 1 --local --json"));
}

#[test]
fn back_to_a_version_of_ones_own_choice() {
    let shell = shell();
    assert_snapshot!("rollback_of_no_function", shell.run("rollback another --local"));
    assert_snapshot!("rollback_to_what_is_live", shell.run("rollback hello --to 1 --local"));
    assert_snapshot!("rollback_to_no_version", shell.run("rollback hello --to 7 --local"));
    assert_eq!(shell.run("rollback --to 7 --local"), shell.run("rollback hello --to 7 --local"));
    assert!(up(&shell, CRASH, "").starts_with("exit code: 3"));
    assert_snapshot!("rollback_to_what_failed", shell.run("rollback hello --to 2 --local"));
    assert_eq!(live(&shell).split(';').next(), Some("1 | lambdeploy: 1"));
}

#[test]
fn a_version_is_of_one_function() {
    let shell = Shell::running(by_greeting());
    shell.edit("  hello:\n", "  other: {image: {context: .}}\n  hello:\n");
    let seen = shell.run("rollback --to 7 --local");
    let words = "--to 7 is a version of one function: say of which (hello, other)";
    assert!(seen.starts_with("exit code: 64") && seen.contains(words), "{seen}");
}

#[test]
fn before_there_is_any() {
    let shell = Shell::running(by_greeting());
    assert_snapshot!("releases_of_nothing", shell.run("releases --local"));
    assert_snapshot!("rollback_of_nothing", shell.run("rollback --local"));
    assert_snapshot!("promote_of_nothing", shell.run("promote --local"));
}

/// Nobody who calls meanwhile sees any of it.
#[test]
fn a_version_that_does_not_pass() {
    let shell = shell();
    let (seen, answers) = under_load(&shell, || up(&shell, CRASH, ""));
    assert_snapshot!("smoke_check_fails", seen);
    assert!(answers.len() > 5 && answers.iter().all(|it| it.status == 200), "{answers:?}");
    assert_snapshot!("releases_after_a_failure", shell.run("releases --local"));
    assert!(live(&shell).starts_with("1 | lambdeploy: 1; failed 2 "), "{}", live(&shell));
}

/// What was tried well can be broken behind the URL all the same.
#[test]
fn a_contract_that_breaks_with_the_new_version_takes_it_back() {
    let shell = shell();
    assert_snapshot!("contract_breaks", up(&shell, BROKEN_BEHIND_THE_URL, ""));
    assert_eq!(live(&shell), "1 | lambdeploy: 1; failed 2 the contract did not hold");
    assert_snapshot!("releases_after_a_broken_contract", shell.run("releases --local"));
}

#[test]
fn a_contract_that_was_broken_before_is_no_reason_to_go_back() {
    let shell = Shell::running(by_greeting());
    archive::write(&shell.folder.path().join("image.tar"), "hello");
    assert!(up(&shell, BROKEN_BEHIND_THE_URL, "--no-verify").starts_with("exit code: 0"));
    archive::write(&shell.folder.path().join("image.tar"), "another");
    assert_snapshot!("contract_was_broken", up(&shell, BROKEN_BEHIND_THE_URL, ""));
    assert_eq!(live(&shell), "2 | lambdeploy: 2 1");
}

/// A function knows the keys that it was called with, and what it was given at this deploy or at the one before.
#[test]
fn what_a_failed_version_wrote_shows_no_key() {
    let key: Arc<OnceLock<String>> = Arc::default();
    let shell = Shell::running(telling(key.clone()));
    archive::write(&shell.folder.path().join("image.tar"), "hello");
    let up = |greeting: &str, secret: &str, more: &str| {
        wish(&shell, greeting);
        let stack = std::fs::read_to_string(shell.folder.path().join("stack.yaml")).unwrap();
        shell.write("stack.yaml", &stack.replace("environment: {", "environment: {SECRET: \"${SECRET}\", "));
        shell.seen(shell.command(&format!("up --local --yes {more}")).env("SECRET", secret))
    };
    assert!(up("Hello", "the-first-secret", "").starts_with("exit code: 0"));
    let shown = shell.command("output --local --key").output().unwrap();
    key.set(String::from_utf8(shown.stdout).unwrap().trim().to_owned()).unwrap();
    let is_discreet = |what: &str, seen: &str| {
        for secret in [key.get().unwrap().as_str(), "the-first-secret", "the-second-secret"] {
            assert!(!seen.contains(secret), "{what}: {secret} is shown: {seen}");
        }
        assert!(seen.contains("key *** secret ***"), "{what}: {seen}");
    };
    is_discreet("a smoke check", &up(CRASH, "the-second-secret", ""));
    is_discreet("as JSON", &up(CRASH, "the-second-secret", "--again --json"));
    is_discreet("the list", &shell.run("releases --local"));
    is_discreet("the list as JSON", &shell.run("releases --local --json"));
    is_discreet("a rollback", &shell.run("rollback hello --to 2 --local"));
    is_discreet("the contract", &up(BROKEN_BEHIND_THE_URL, "the-second-secret", ""));
    assert!(up(BROKEN_BEHIND_THE_URL, "the-second-secret", "--no-verify").starts_with("exit code: 0"));
    is_discreet("verify", &shell.run("verify --local"));
    is_discreet("verify as JSON", &shell.run("verify --local --json"));
    is_discreet("call", &shell.run("call --local"));
    is_discreet("logs", &shell.run("logs --local --errors"));
}

/// As [`by_greeting`], but who fails says all that it knows.
fn telling(key: Arc<OnceLock<String>>) -> Arc<Scripted> {
    Arc::new(Scripted::new(move |event, launch| {
        let known = |name: &str| launch.environment.get(name).map_or("", String::as_str);
        let all = format!("key {} secret {}", key.get().map_or("", String::as_str), known("SECRET"));
        let greeting = known("GREETING");
        let answer = Reaction::Respond(json!({"statusCode": 200, "body": "{}"}));
        let fails = Reaction::Fail(json!({"errorType": "KeyError", "errorMessage": all.clone()}));
        let fails_now = greeting == CRASH || greeting == BROKEN_BEHIND_THE_URL && !is_tried(event);
        Reaction::Print(format!("[ERROR] KeyError: {all}"), Box::new(if fails_now { fails } else { answer }))
    }))
}
