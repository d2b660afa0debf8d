//! Ctrl-C: what is in flight finishes, waits end, nothing new starts, and the message says what is done and left.

#![cfg(unix)]

use crate::{engine::Answers, shell::Shell};
use insta::assert_snapshot;
use std::{
    io::Read,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

pub(crate) fn interrupt(child: &Child) {
    let sent = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(sent.success());
}

/// Starts a command and gives its stderr up to some words.
pub(crate) fn until(shell: &Shell, line: &str, words: &str) -> (Child, String) {
    let mut command = shell.command(line);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let (mut text, mut byte) = (Vec::new(), [0]);
    let stderr = child.stderr.as_mut().unwrap();
    while !String::from_utf8_lossy(&text).contains(words) {
        assert_eq!(stderr.read(&mut byte).unwrap(), 1, "{}", String::from_utf8_lossy(&text));
        text.push(byte[0]);
    }
    (child, String::from_utf8(text).unwrap())
}

#[test]
fn in_a_wait() {
    let shell = Shell::new();
    shell.faults(r#"[{"operation": "CreateRestApi", "action": {"refuse": {"status": 429, "code": "TooManyRequestsException", "retry_after": 60}}}]"#);
    let (child, _) = until(&shell, "up --local --yes", "waiting for AWS to allow this call again");
    let since = Instant::now();
    interrupt(&child);
    let ended = child.wait_with_output().unwrap();
    assert!(since.elapsed() < Duration::from_secs(10));
    let seen = shell.shown(&ended);
    let (_, after) = seen.split_once("\ninterrupted\n").unwrap();
    assert_eq!(ended.status.code(), Some(130), "{seen}");
    assert_snapshot!("interrupted_in_a_wait", after);
}

#[test]
fn before_anything_is_changed() {
    let shell = Shell::new();
    shell.faults(r#"[{"operation": "GetRole", "action": {"delay": {"milliseconds": 5000}}}]"#);
    for (line, meaning) in
        [("up --local --yes", "nothing was changed"), ("destroy --local --yes", "nothing was deleted")]
    {
        let mut command = shell.command(line);
        let child =
            command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        std::thread::sleep(Duration::from_secs(1));
        interrupt(&child);
        let seen = shell.shown(&child.wait_with_output().unwrap());
        let ended = format!("(Ctrl-C again to exit at once)\ninterrupted: {meaning}\n");
        assert!(seen.starts_with("exit code: 130\n") && seen.ends_with(&ended), "{line}: {seen}");
    }
}

#[test]
fn twice() {
    let shell = Shell::new();
    shell.faults(r#"[{"operation": "CreateRestApi", "action": {"delay": {"milliseconds": 30000}}}]"#);
    let (mut child, _) = until(&shell, "up --local --yes", "13 to create");
    std::thread::sleep(Duration::from_secs(1));
    interrupt(&child);
    std::thread::sleep(Duration::from_secs(1));
    assert!(child.try_wait().unwrap().is_none(), "a call in flight finishes");
    let since = Instant::now();
    interrupt(&child);
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert!(since.elapsed() < Duration::from_secs(5), "the second Ctrl-C exits at once");
}

/// Each look is a screen of its own; on the local AWS the next comes after two seconds.
#[test]
fn a_watch_looks_again_until_ctrl_c() {
    let shell = Shell::new();
    Answers::that_fail().serve_for(&mut shell.command("up --local --yes")).output().unwrap();
    let mut command = shell.command("metrics --local --watch");
    let mut child =
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let (mut text, mut byte) = (Vec::new(), [0]);
    let since = Instant::now();
    let looks = |text: &[u8]| String::from_utf8_lossy(text).matches("asked for 12 metrics").count();
    while looks(&text) < 2 {
        assert_eq!(child.stdout.as_mut().unwrap().read(&mut byte).unwrap(), 1);
        text.push(byte[0]);
    }
    assert!(since.elapsed() >= Duration::from_secs(2));
    interrupt(&child);
    assert_eq!(child.wait().unwrap().code(), Some(130));
}
