//! Every command on a good day.

use crate::{
    engine::Answers,
    shell::{Shell, docker},
};
use insta::assert_snapshot;
use std::{fs, process::Stdio};

#[test]
fn before_anything_is_up() {
    let shell = Shell::new();
    assert_snapshot!("plan_of_all", shell.run("plan --local"));
    assert_snapshot!("plan_with_settings", shell.run("plan --local --verbose"));
    assert_snapshot!("plan_with_exit_code", shell.run("plan --local --exit-code --json"));
    assert_snapshot!("status_of_nothing", shell.run("status --local"));
    assert_snapshot!("output_of_nothing", shell.run("output --local"));
    assert_snapshot!("logs_of_nothing", shell.run("logs --local"));
    assert_snapshot!("destroy_of_nothing", shell.run("destroy --local"));
}

#[test]
fn alerts_and_a_budget() {
    let shell = Shell::new();
    let told = "alerts: {email: [ada@example.com], when: [errors, slow]}\nbudget: {limit: 10 USD, only: stack}\napi:\n";
    shell.edit("api:\n", told);
    let plan = shell.run("plan --local --verbose");
    let (_, of_alerts) = plan.split_once("\n+ topic ").unwrap();
    assert_snapshot!("plan_of_alerts", of_alerts);
}

#[test]
fn a_whole_life() {
    if !docker("a_whole_life") {
        return;
    }
    let shell = Shell::new();
    let up = shell.run("up --local --yes --no-verify --no-smoke");
    assert_snapshot!("up", without_build(&up));
    assert_snapshot!("up_again", shell.run("up --local --no-verify"));
    assert_snapshot!("status", shell.run("status --local"));
    assert_snapshot!("output", shell.run("output --local"));
    assert_snapshot!("output_with_key", shell.run("output --local --show-key"));
    shell.edit("image: {context: .}", "image: {context: .}\n    memory: 256");
    shell.write(".env", "");
    assert_snapshot!("plan_of_an_edit", shell.run("plan --local"));
    assert_snapshot!("destroy", shell.run("destroy --local --yes"));
}

/// The image can't run: what was red is red again, also where there is nothing to do; a check that was skipped is made up
/// for.
#[test]
fn a_broken_contract_stays_broken() {
    if !docker("a_broken_contract_stays_broken") {
        return;
    }
    let shell = Shell::new();
    for (line, said) in [
        ("up --local --yes --no-smoke", "13 to create"),
        ("up --local", "not known to have held"),
        ("up --local", "not known to have held"),
    ] {
        let seen = shell.run(line);
        assert!(seen.starts_with("exit code: 3") && seen.contains(said), "{seen}");
        assert!(seen.contains("the contract does not hold: 1 of 5"), "{seen}");
    }
    let seen = shell.run("up --local --no-verify");
    assert!(seen.starts_with("exit code: 0") && !seen.contains("contract"), "{seen}");
}

#[cfg(unix)]
#[test]
fn the_clients_variables_are_their_owners_alone() {
    use std::os::unix::fs::PermissionsExt;
    let shell = Shell::new();
    // The stage stands before the image fails.
    Answers::that_fail().serve_for(&mut shell.command("up --local --yes")).output().unwrap();
    let file = shell.folder.path().join("client.env");
    fs::write(&file, "# mine\nOTHER=1\nNEXT_PUBLIC_API_KEY=old\n").unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
    assert_snapshot!("output_env", shell.run("output --local --env client.env"));
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    let written = fs::read_to_string(&file).unwrap();
    assert!(written.contains("# mine\nOTHER=1\nNEXT_PUBLIC_API_KEY="), "{written}");
    assert!(
        written.contains("\nNEXT_PUBLIC_LAMBDA_API_URL=http://") && !written.contains("old"),
        "{written}"
    );
    // A pipe stays one; the names are the person's choice.
    let piped = shell.run("output --local --env /dev/stdout --env-prefix VITE_");
    assert!(piped.contains("\nVITE_API_KEY=") && piped.contains("\nVITE_LAMBDA_API_URL="), "{piped}");
    let key = shell.run("output --local --key demo");
    assert_eq!(key, shell.run("output --local --key"));
    assert!(written.contains(key.lines().nth(2).unwrap()), "{key}");
    assert_snapshot!("output_of_another_key", shell.run("output --local --key nobody"));
    // In a git tree that would take the file.
    let git = |line: &str| {
        shell.seen(std::process::Command::new("git").args(line.split(' ')).current_dir(shell.folder.path()))
    };
    assert!(git("init -q").starts_with("exit code: 0"));
    assert_snapshot!("output_env_in_git", shell.run("output --local --env client.env"));
    shell.write(".gitignore", "*.env\n");
    assert!(!shell.run("output --local --env client.env").contains("warning"));
}

#[test]
fn a_closed_pipe_is_no_failure() {
    let shell = Shell::new();
    let mut plan =
        shell.command("plan --local").stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(plan.stdout.take());
    let ended = plan.wait_with_output().unwrap();
    assert_eq!((ended.status.code(), String::from_utf8_lossy(&ended.stderr).as_ref()), (Some(0), ""));
}

#[test]
fn a_local_aws_is_ended_from_another_shell() {
    let shell = Shell::new();
    assert_snapshot!("local_stop", shell.run("local --stop"));
    assert_snapshot!("local_stop_again", shell.run("local --stop"));
    assert_snapshot!("local_is_gone", shell.run("plan --local"));
}

#[test]
fn a_port_that_is_taken_is_named() {
    let shell = Shell::new();
    let port = shell.endpoint.rsplit(':').next().unwrap();
    let mut second = shell.command("local --port");
    let seen = shell.seen(second.arg(port));
    assert_snapshot!("port_taken", seen.replace(port, "[PORT]"));
}

/// What a build says differs between engines.
fn without_build(seen: &str) -> String {
    seen.lines().filter(|l| !l.starts_with("  image/")).map(|l| format!("{l}\n")).collect()
}

/// Nobody is asked, so neither credentials nor a local AWS are needed.
#[test]
fn what_a_stack_can_cost() {
    let shell = Shell::new();
    assert_snapshot!("cost", shell.run("cost"));
    assert_snapshot!("cost_json", shell.run("cost --json --region eu-central-1"));
    shell.edit("region: us-east-2\n", "");
    assert_snapshot!("cost_of_no_region", shell.run("cost"));
}

#[test]
fn the_door_and_the_keys_of_what_is_not_there() {
    let shell = Shell::new();
    assert_snapshot!("pause_of_nothing", shell.run("pause --local"));
    assert_snapshot!("metrics_of_nothing", shell.run("metrics --local"));
    assert_snapshot!("resume_of_nothing", shell.run("resume --local"));
    assert_snapshot!("rotate_of_nothing", shell.run("key rotate demo --local"));
    assert_snapshot!("rotate_of_no_key", shell.run("key rotate another --local"));
}

#[test]
fn the_door_and_the_keys() {
    if !docker("the_door_and_the_keys") {
        return;
    }
    let shell = Shell::new();
    shell.run("up --local --yes --no-verify --no-smoke");
    assert_snapshot!("rotate", shell.run("key rotate demo --local"));
    assert_snapshot!("rotate_again", shell.run("key rotate demo --local"));
    assert_snapshot!("pause", shell.run("pause --local"));
    assert_snapshot!("up_of_a_paused", shell.run("up --local"));
    assert_snapshot!("status_of_a_paused", shell.run("status --local"));
    assert_snapshot!("resume", shell.run("resume --local"));
    assert_snapshot!("resume_again", shell.run("resume --local"));
    assert_snapshot!("retire", shell.run("key retire demo --local"));
    assert_snapshot!("retire_again", shell.run("key retire demo --local"));
    assert_snapshot!("enable", shell.run("key enable demo --local"));
}
