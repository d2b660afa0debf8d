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

/// The address of a server before the local AWS that passes connections on, but answers calls of the stage itself.
fn front(shell: &Shell, answer: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let aws = shell.endpoint.trim_start_matches("http://").to_owned();
    thread::spawn(move || {
        for client in listener.incoming() {
            let (client, aws) = (client.unwrap(), aws.clone());
            thread::spawn(move || serve(client, &aws, answer));
        }
    });
    format!("http://{address}")
}

fn serve(mut client: TcpStream, aws: &str, answer: &str) -> io::Result<()> {
    let mut first = [0; 16 * 1024];
    let read = client.read(&mut first)?;
    let first = &first[..read];
    if String::from_utf8_lossy(first).contains(" /_aws/execute-api/") {
        return client.write_all(answer.as_bytes());
    }
    let mut server = TcpStream::connect(aws)?;
    server.write_all(first)?;
    let (mut up, mut to) = (client.try_clone()?, server.try_clone()?);
    thread::spawn(move || io::copy(&mut up, &mut to).and_then(|_| to.shutdown(Shutdown::Write)));
    io::copy(&mut server, &mut client).map(drop)
}

/// A stack whose stage stands.
fn shell() -> Shell {
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

#[test]
fn a_stage_without_its_function() {
    assert_snapshot!("no_function", shell().run("verify --local"));
}

#[test]
fn a_stack_that_is_not_up() {
    assert_snapshot!("not_up", Shell::new().run("verify --local"));
}
