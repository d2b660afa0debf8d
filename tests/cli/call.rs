//! `call`: what is sent, what is shown of the answer, and what a failed call says.

use crate::{
    shell::Shell,
    verify::{before, front, shell},
};
use insta::assert_snapshot;

const FAILED: &str = "HTTP/1.1 502 Bad Gateway\r\ncontent-length: 36\r\nconnection: close\r\n\r\n{\"message\": \"Internal server error\"}";
const REFUSED: &str =
    "HTTP/1.1 403 Forbidden\r\ncontent-length: 23\r\nconnection: close\r\n\r\n{\"message\":\"Forbidden\"}";
const PICTURE: &str =
    "HTTP/1.1 200 OK\r\ncontent-type: image/png\r\ncontent-length: 4\r\nconnection: close\r\n\r\n\u{89}PN";

/// Answers with the request as it came.
fn mirror(request: &str) -> String {
    let key =
        request.lines().any(|line| line.len() == "x-api-key: ".len() + 40 && line.starts_with("x-api-key: "));
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    let kind = head.lines().find_map(|line| line.strip_prefix("content-type: ")).unwrap_or("none");
    let path = head.split(' ').nth(1).unwrap().rsplit_once("/default").unwrap().1;
    let asked = head.split(' ').next().unwrap();
    let said =
        serde_json::json!({ "asked": format!("{asked} {path}"), "body": body, "type": kind, "key": key })
            .to_string();
    format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{said}",
        said.len()
    )
}

fn untimed(seen: &str) -> String {
    let ids =
        regex_lite::Regex::new(r"(?m)^(x-amz[\w-]*id|date): .*").unwrap().replace_all(seen, "$1: [ANY]");
    regex_lite::Regex::new(r"in \d+ ms|milliseconds.:\d+").unwrap().replace_all(&ids, "[TIME]").into_owned()
}

fn seen(shell: &Shell, line: &[&str], endpoint: &str) -> String {
    let mut command = shell.command("call --local");
    untimed(&shell.seen(command.args(line).env("LAMBDEPLOY_LOCAL", endpoint)))
}

#[test]
fn a_call_sends_the_key_and_shows_the_answer() {
    let shell = shell();
    let mirror = before(&shell, mirror);
    assert_snapshot!("called", seen(&shell, &[], &mirror));
    assert_snapshot!(
        "called_json",
        seen(&shell, &["POST", "/", "-d", r#"{"name": "Ada"}"#, "--json"], &mirror)
    );
    assert_snapshot!("called_without_key", seen(&shell, &["--no-key", "--quiet"], &mirror));
    shell.write("question.json", r#"{"from": "a file"}"#);
    let from_file = seen(&shell, &["/?a=b", "-d", "@question.json", "-H", "x-more: 1"], &mirror);
    assert!(from_file.contains(r#""asked": "POST /?a=b""#) && from_file.contains("a file"), "{from_file}");
    shell.write("cat.png", "meow");
    let picture = seen(&shell, &["--image", "cat.png"], &mirror);
    assert!(picture.contains(r#"{\"image\":\"bWVvdw==\"}"#), "{picture}");
}

#[test]
fn what_can_not_be_called_says_why() {
    let shell = shell();
    let mirror = before(&shell, mirror);
    assert_snapshot!("call_of_no_route", seen(&shell, &["GET", "/nowhere"], &mirror));
    assert_snapshot!("call_with_no_json", seen(&shell, &["-d", "hello"], &mirror));
    assert_snapshot!("call_with_no_file", seen(&shell, &["-d", "@nowhere.json"], &mirror));
    assert_snapshot!("call_with_another_key", seen(&shell, &["--key", "nobody"], &mirror));
    assert_snapshot!("call_with_no_header", seen(&shell, &["-H", "x"], &mirror));
    assert_snapshot!("call_of_nothing", untimed(&Shell::new().run("call --local")));
}

#[test]
fn an_answer_that_is_no_success_is_explained() {
    let shell = shell();
    assert_snapshot!("call_that_fails", seen(&shell, &[], &front(&shell, FAILED)));
    assert_snapshot!("call_that_is_refused", seen(&shell, &[], &front(&shell, REFUSED)));
    assert_snapshot!("call_of_no_function", untimed(&shell.run("call --local")));
    assert_snapshot!("call_of_nobody", seen(&shell, &[], &front(&shell, "")));
}

#[test]
fn an_answer_that_is_no_text_goes_into_a_file() {
    let shell = shell();
    let picture = before(&shell, |_| PICTURE.to_owned());
    let shown = seen(&shell, &["--out", "answer.png"], &picture);
    assert!(shown.contains("4 bytes are in answer.png"), "{shown}");
    assert_eq!(std::fs::read(shell.folder.path().join("answer.png")).unwrap(), "\u{89}PN".as_bytes());
}
