//! Help, typos, and stack files that can't be.

use crate::shell::Shell;
use insta::assert_snapshot;

#[test]
fn help_and_version() {
    let shell = Shell::new();
    for command in ["", "up", "plan", "status", "destroy", "output", "verify", "logs", "local"] {
        let help = shell.run(&format!("help {command}"));
        assert!(help.lines().all(|line| line.chars().count() <= 100), "{help}");
    }
    assert_snapshot!("help", shell.run("--help"));
    assert_snapshot!("help_of_up", shell.run("help up"));
    assert_snapshot!("version", shell.run("--version"));
}

#[test]
fn wrong_command_lines_exit_with_64() {
    let shell = Shell::new();
    assert_snapshot!("typo_in_command", shell.run("upp"));
    assert_snapshot!("word_of_another_tool", shell.run("deploy"));
    assert_snapshot!("word_that_deletes", shell.run("rm"));
    assert_snapshot!("typo_in_option", shell.run("up --addopt"));
    assert_snapshot!("quiet_and_verbose", shell.run("up --quiet --verbose"));
    assert_snapshot!("adopt_of_nothing", shell.run("up --local --adopt foo=bar"));
    assert_snapshot!("age_without_unit", shell.run("logs --local --since 5x"));
    assert_snapshot!("unknown_function", shell.run("logs --local nobody"));
    assert_snapshot!("wrong_account_of_local", shell.run("local --account 12"));
}

#[test]
fn wrong_stack_files_exit_with_64() {
    let shell = Shell::new();
    assert_snapshot!("no_stack_file", shell.run("plan -f nowhere.yaml"));
    assert_snapshot!("a_folder", shell.run("plan -f ."));
    shell.edit("image: {context: .}", "memry: 5\n    timeout: never");
    assert_snapshot!("mistakes", shell.run("plan"));
    shell.edit(
        "image: {context: .}",
        "image: {context: .}\n    environment: {TOKEN: \"${TOKEN:?the shop's token}\"}",
    );
    assert_snapshot!("unset_variable", shell.run("plan"));
}
