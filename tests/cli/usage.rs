//! Help, typos, and stack files that can't be.

use crate::shell::Shell;
use insta::assert_snapshot;
use std::{fs, path::Path, process::Command};

#[test]
fn help_and_version() {
    let shell = Shell::new();
    for command in [
        "",
        "init",
        "up",
        "plan",
        "status",
        "destroy",
        "output",
        "verify",
        "logs",
        "call",
        "list",
        "local",
        "policy",
        "schema",
        "completions",
        "man",
    ] {
        let help = shell.run(&format!("help {command}"));
        assert!(help.lines().all(|line| line.chars().count() <= 100), "{help}");
    }
    assert_snapshot!("help", shell.run("--help"));
    assert_snapshot!("help_of_up", shell.run("help up"));
    assert_snapshot!("version", shell.run("--version"));
}

#[test]
fn a_shell_completes_and_man_shows() {
    let shell = Shell::new();
    for (name, has) in [
        ("bash", "_lambdeploy()"),
        ("zsh", "#compdef lambdeploy"),
        ("fish", "complete -c lambdeploy"),
        ("powershell", "Register-ArgumentCompleter"),
    ] {
        let script = shell.run(&format!("completions {name}"));
        assert!(
            script.starts_with("exit code: 0") && script.contains(has) && script.contains("destroy"),
            "{script}"
        );
    }
    let page = shell.run("man up");
    assert!(page.contains(".TH lambdeploy-up 1") && page.contains("\\-\\-end\\-all"), "{page}");
    assert!(shell.run("man").contains("Exit codes"));
    assert_snapshot!("man_of_nothing", shell.run("man nothing"));
    assert_snapshot!("man_folder", shell.run("man --folder pages"));
    assert!(shell.folder.path().join("pages/lambdeploy-destroy.1").is_file());
}

#[test]
fn the_schema_is_the_shipped_one() {
    let printed = Shell::new().command("schema").output().unwrap().stdout;
    assert_eq!(String::from_utf8(printed).unwrap(), include_str!("../../stack.schema.json"));
}

/// What `build.rs` gives `--version`: in a repository, without git, in a folder of another repository, and as a packager says.
#[test]
fn a_release_names_its_commit_and_its_date() {
    let folder = tempfile::tempdir().unwrap();
    let script = folder.path().join("build");
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/build.rs");
    let run = |command: &mut Command| {
        let output = command.output().unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    run(Command::new("rustc").args(["--edition=2024", source, "-o"]).arg(&script));
    let repository = folder.path().join("repository");
    let inside = repository.join("inside");
    fs::create_dir_all(&inside).unwrap();
    let git = |args: &[&str]| {
        run(Command::new("git")
            .args(args)
            .current_dir(&repository)
            .env("GIT_COMMITTER_DATE", "2026-11-29T12:00:00Z"))
    };
    git(&["init", "--quiet"]);
    git(&[
        "-c",
        "user.name=a",
        "-c",
        "user.email=a@b.c",
        "commit",
        "--quiet",
        "--allow-empty",
        "--message=first",
    ]);
    let hash = git(&["rev-parse", "--short=9", "HEAD"]);
    let built = |at: &Path, profile: &str, path: &str, said: &str| {
        let mut command = Command::new(&script);
        command
            .current_dir(at)
            .env("CARGO_MANIFEST_DIR", at)
            .env("PROFILE", profile)
            .env("LAMBDEPLOY_COMMIT", said);
        if !path.is_empty() {
            command.env("PATH", path);
        }
        let told = run(&mut command);
        told.lines()
            .find_map(|line| line.strip_prefix("cargo::rustc-env=LAMBDEPLOY_COMMIT="))
            .unwrap()
            .to_owned()
    };
    assert_eq!(built(&repository, "release", "", ""), format!(" ({} 2026-11-29)", hash.trim()));
    assert_eq!(built(&repository, "release", "/nowhere", ""), "");
    assert_eq!(built(&repository, "debug", "", ""), "");
    assert_eq!(built(&inside, "release", "", ""), "");
    assert_eq!(built(&inside, "release", "", "v1 2026-01-01"), " (v1 2026-01-01)");
    fs::write(repository.join("new"), "").unwrap();
    git(&["add", "new"]);
    assert_eq!(built(&repository, "release", "", ""), format!(" ({}-dirty 2026-11-29)", hash.trim()));
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
