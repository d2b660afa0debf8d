//! `verify` where something else than the stage answers at its URL: each row says so, and the exit code is 3.

use crate::{engine::Answers, shell::Shell};
use insta::assert_snapshot;
use std::{
    io::{self, Read, Write},
    net::{Shutdown, TcpListener, TcpStream},
    thread,
};

const PAGE: &str = "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 6\r\n\r\n<html>";
const LOGIN: &str =
    "HTTP/1.1 302 Found\r\nlocation: https://login.example/?to=api\r\ncontent-length: 0\r\n\r\n";
/// The function ran and failed; it could not be called.
const FAILED: &str = "HTTP/1.1 502 Bad Gateway\r\nx-amzn-requestid: 1\r\nx-amzn-errortype: InternalServerErrorException\r\ncontent-length: 35\r\nconnection: close\r\n\r\n{\"message\":\"Internal server error\"}";
const NOT_CALLED: &str = "HTTP/1.1 500 Internal Server Error\r\nx-amzn-requestid: 1\r\nx-amzn-errortype: InternalServerErrorException\r\ncontent-length: 35\r\nconnection: close\r\n\r\n{\"message\":\"Internal server error\"}";

pub(crate) fn front(shell: &Shell, answer: &'static str) -> String {
    before(shell, move |_| answer.to_owned())
}

/// As [`before`]: a function that answers what `say` makes of the key that it was called with.
pub(crate) fn echoing(shell: &Shell, say: fn(&str) -> String) -> String {
    before(shell, move |request| {
        let header =
            |line: &str| line.to_lowercase().strip_prefix("x-api-key: ").map(|_| line[11..].to_owned());
        let said = say(&request.lines().find_map(header).unwrap_or_default());
        let length = said.len();
        format!(
            "HTTP/1.1 200 OK\r\nx-amzn-requestid: 1\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{said}"
        )
    })
}

/// The address of a server before the local AWS that passes connections on, but answers calls of the stage itself.
pub(crate) fn before(shell: &Shell, answer: impl Fn(&str) -> String + Clone + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let aws = shell.endpoint.trim_start_matches("http://").to_owned();
    thread::spawn(move || {
        for client in listener.incoming() {
            let (client, aws, answer) = (client.unwrap(), aws.clone(), answer.clone());
            thread::spawn(move || serve(client, &aws, answer));
        }
    });
    format!("http://{address}")
}

fn serve(mut client: TcpStream, aws: &str, answer: impl Fn(&str) -> String) -> io::Result<()> {
    let mut first = [0; 16 * 1024];
    let read = client.read(&mut first)?;
    let first = &first[..read];
    let text = String::from_utf8_lossy(first);
    if text.contains(" /_aws/execute-api/") {
        return client.write_all(answer(&text).as_bytes());
    }
    let mut server = TcpStream::connect(aws)?;
    server.write_all(first)?;
    let (mut up, mut to) = (client.try_clone()?, server.try_clone()?);
    thread::spawn(move || io::copy(&mut up, &mut to).and_then(|_| to.shutdown(Shutdown::Write)));
    io::copy(&mut server, &mut client).map(drop)
}

/// A stack whose stage stands.
pub(crate) fn shell() -> Shell {
    let shell = Shell::new();
    Answers::that_fail().serve_for(&mut shell.command("up --local --yes")).output().unwrap();
    shell
}

fn seen(shell: &Shell, line: &str, answer: &'static str) -> String {
    shell.seen(shell.command(line).env("LAMBDEPLOY_LOCAL", front(shell, answer)))
}

#[test]
fn a_page_a_redirect_or_nothing() {
    let shell = shell();
    assert_snapshot!("html", seen(&shell, "verify --local", PAGE));
    assert_snapshot!("html_json", seen(&shell, "verify --local --json", PAGE));
    assert_snapshot!("redirect", seen(&shell, "verify --local --quiet", LOGIN));
    assert_snapshot!("closed", seen(&shell, "verify --local", ""));
}

/// The contract is broken, and that is the news; why may not be known to who may not read everything.
#[test]
fn what_can_not_be_read_is_a_remark() {
    let shell = shell();
    let refuse = |operation| {
        let action = r#"{"refuse": {"status": 400, "code": "AccessDeniedException"}}"#;
        shell.faults(&format!(r#"[{{"operation": "{operation}", "action": {action}}}]"#));
    };
    refuse("FilterLogEvents");
    assert_snapshot!("unreadable_log", seen(&shell, "verify --local", FAILED));
    refuse("GetFunctionConfiguration");
    assert_snapshot!("unreadable_function", seen(&shell, "verify --local", NOT_CALLED));
}

#[test]
fn a_stage_without_its_function() {
    assert_snapshot!("no_function", shell().run("verify --local"));
}

#[test]
fn a_stack_that_is_not_up() {
    assert_snapshot!("not_up", Shell::new().run("verify --local"));
}
