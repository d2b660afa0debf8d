//! `doctor`: each thing fine, or what to do; exit code 2 where something will fail.

use crate::{
    archive,
    shell::{Shell, command, docker},
};
use insta::assert_snapshot;
use std::{fs, process::Command};

/// What other programs of this machine have to do with it is left out.
fn seen(shell: &Shell, command: &mut Command) -> String {
    let all = shell.seen(command.env("DOCKER_HOST", "unix:///nowhere/docker.sock"));
    let is_ours = |line: &&str| !line.contains(" port ") && !line.contains("counts on the local AWS");
    all.lines().filter(is_ours).map(|line| format!("{line}\n")).collect()
}

#[test]
fn before_an_up() {
    let shell = Shell::new();
    assert_snapshot!("doctor", seen(&shell, &mut shell.command("doctor --local")));
}

#[test]
fn without_a_stack_file_and_with_a_wrong_one() {
    let shell = Shell::new();
    shell.edit("context: .", "context: nowhere, kep: 3");
    assert_snapshot!("doctor_of_a_wrong_file", seen(&shell, &mut shell.command("doctor --local")));
    fs::remove_file(shell.folder.path().join("stack.yaml")).unwrap();
    assert_snapshot!("doctor_of_no_file", seen(&shell, &mut shell.command("doctor --local")));
}

/// What is about this machine is told all the same.
#[test]
fn without_credentials() {
    let shell = Shell::new();
    assert_snapshot!("doctor_without_credentials", seen(&shell, command(shell.folder.path()).arg("doctor")));
}

#[test]
fn an_old_base_image() {
    if !docker("an_old_base_image") {
        return;
    }
    let shell = Shell::new();
    let (file, name) = (shell.folder.path().join("base.tar"), "lambdeploy-test/old:2020");
    archive::write_saved(&file, name, "2020-01-01T00:00:00Z");
    let docker = |line: &str| {
        let mut command = Command::new("docker");
        assert!(command.args(line.split(' ')).arg(&file).output().unwrap().status.success(), "docker {line}");
    };
    docker("load -i");
    fs::remove_file(&file).unwrap();
    shell.write("Dockerfile", &format!("FROM {name}\nCOPY app.py .\nCMD [\"x\"]\n"));
    let up = shell.run("up --local --yes --no-verify --no-smoke");
    let seen = shell.run("doctor --local");
    _ = Command::new("docker").args(["rmi", name]).output();
    assert!(up.starts_with("exit code: 0"), "{up}");
    let line = seen.lines().find(|line| line.contains("base images")).unwrap_or_default();
    assert!(line.starts_with("beware") && line.contains(&format!("hello runs on {name} of 2")), "{seen}");
    assert!(seen.contains("`lambdeploy up --rebuild` pulls it again"), "{seen}");
}
