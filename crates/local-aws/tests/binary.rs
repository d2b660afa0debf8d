//! The binary `local-aws`, from outside.

#![allow(clippy::unwrap_used)]

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    process::{Child, Command, Output, Stdio},
};

fn local_aws(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_local-aws"));
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn output(arguments: &[&str]) -> Output {
    local_aws(arguments).output().unwrap()
}

/// One that runs, and its `host:port`.
fn serving(arguments: &[&str]) -> (Child, String) {
    let mut child = local_aws(arguments).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let address = line.trim().strip_prefix("AWS_ENDPOINT_URL=http://").unwrap().to_owned();
    (child, address)
}

/// What comes back for a request of this method to this path.
fn ask(address: &str, method: &str, path: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    let head = format!(
        "{method} {path} HTTP/1.1\r\nHost: {address}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn it_says_where_it_serves_and_ends_when_it_is_told_to() {
    let (mut child, address) = serving(&["--port", "0", "--account", "123456789012", "--seed", "1"]);
    assert!(ask(&address, "GET", "/_local/health").ends_with("ok\n"));
    assert!(ask(&address, "GET", "/_local/settings").contains("\"account\":\"123456789012\""));
    assert!(ask(&address, "POST", "/_local/stop").contains("stopping"));
    assert!(child.wait().unwrap().success());
}

#[test]
fn a_port_that_is_taken_is_named_with_the_way_out() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let output = output(&["--port", &port]);
    assert_eq!(output.status.code(), Some(1));
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(
        told.contains(&format!("port {port} of 127.0.0.1 is not free; choose another with --port")),
        "{told}"
    );
}

#[test]
fn an_account_has_twelve_digits() {
    let output = output(&["--account", "12"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8(output.stderr).unwrap().contains("an account number has twelve digits"));
}
