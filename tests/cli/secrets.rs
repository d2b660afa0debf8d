//! What a function repeats of its request, and what is in its log: no secret, and nothing that acts on a terminal.

use crate::{
    engine::Answers,
    logs::write_log,
    shell::{Shell, docker},
    verify::echoing,
};
use base64::{Engine as _, engine::general_purpose::STANDARD};

/// Ends a title, clears the screen, writes to the clipboard, turns the order of letters; the first by one character (C1).
const HOSTILE: &str = "\u{9b}2J\u{1b}]0;owned\u{7}\u{1b}[2J\u{1b}]52;c;b3duZWQ=\u{7}evil\u{202e}txt.exe\u{8}";

fn key(shell: &Shell) -> String {
    let shown = shell.command("output --local --key").output().unwrap();
    String::from_utf8(shown.stdout).unwrap().trim().to_owned()
}

/// Whether any form of the key is in it.
fn holds(text: &str, key: &str) -> bool {
    let hex: String = key.bytes().map(|b| format!("{b:02x}")).collect();
    let base64 = STANDARD.encode(key);
    [key, &key[..20], &hex, &base64[..20]].into_iter().any(|form| text.contains(form))
}

fn acts(text: &str) -> bool {
    text.chars().any(|c| (c.is_control() && c != '\n') || matches!(c, '\u{202a}'..='\u{202e}'))
}

#[test]
fn a_key_that_a_function_repeats_is_hidden_in_every_form() {
    let shell = Shell::new();
    Answers::that_fail().serve_for(&mut shell.command("up --local --yes")).output().unwrap();
    let key = key(&shell);
    assert_eq!(key.len(), 40);
    let front = echoing(&shell, |key| {
        let hex: String = key.bytes().map(|b| format!("{b:02x}")).collect();
        let percent: String = key.bytes().map(|b| format!("%{b:02X}")).collect();
        format!("key: {key} {} {hex} {percent} {HOSTILE}", STANDARD.encode(format!("user:{key}")))
    });
    for line in
        ["verify --local", "verify --local --json", "verify --local --verbose", "up --local --yes --json"]
    {
        let output = shell.command(line).env("LAMBDEPLOY_LOCAL", &front).output().unwrap();
        let seen = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        assert!(!holds(&seen, &key), "{line}: {seen}");
        assert!(!acts(&seen), "{line}: {seen}");
        if line.starts_with("verify") {
            assert!(seen.contains("key: *** "), "{line}: {seen}");
        }
    }
}

#[test]
fn a_log_shows_neither_keys_nor_what_aws_has_nor_what_acts_on_a_terminal() {
    if !docker("a_log_shows_neither_keys_nor_what_aws_has_nor_what_acts_on_a_terminal") {
        return;
    }
    let shell = Shell::new();
    let yes = "image: {context: .}\n    environment: {SHOWN: in-the-file, OTHER: \"${OTHER}\"}";
    shell.edit("image: {context: .}", yes);
    let mut up = shell.command("up --local --yes --no-verify --no-smoke");
    assert!(up.env("OTHER", "set-at-deploy").output().unwrap().status.success());
    let key = key(&shell);
    let line = format!("key {key} other set-at-deploy shown in-the-file {HOSTILE}");
    let traceback = "[ERROR] KeyError: 'a'\rTraceback (most recent call last):\r  File \"a.py\", line 1\r";
    write_log(&shell, &[&line, traceback]);
    // The value is set no more: AWS has it all the same.
    let seen = shell.run("logs --local");
    assert!(!holds(&seen, &key) && !acts(&seen) && !seen.contains("set-at-deploy"), "{seen}");
    assert!(seen.contains("key *** other *** shown in-the-file <U+009B>2J␛]0;owned␇␛[2J"), "{seen}");
    assert!(
        seen.contains("KeyError: 'a'\n  Traceback (most recent call last):\n    File \"a.py\", line 1\n"),
        "{seen}"
    );
    let json = shell.run("logs --local --json");
    assert!(!holds(&json, &key) && !acts(&json) && !json.contains("set-at-deploy"), "{json}");
    assert!(
        json.contains("\"function\":\"hello\"") && json.contains(r"\u009b2J\u001b]0;owned\u0007"),
        "{json}"
    );
}
