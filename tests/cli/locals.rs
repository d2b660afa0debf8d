//! Several local AWSs of one person, and addresses that others have taken.

use crate::shell::{Shell, block_on, command};
use insta::assert_snapshot;
use lambdeploy::testing::outside::http;
use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpListener,
    path::Path,
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex},
};

/// A second one of the same person, in another terminal.
struct Second {
    process: Child,
    endpoint: String,
    says: String,
}

impl Second {
    fn start(folder: &Path) -> Self {
        let mut process =
            command(folder).args(["local", "--port", "0"]).stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let first = lines.next().unwrap().unwrap();
        let endpoint = first.split_whitespace().find(|w| w.starts_with("http://")).unwrap().to_owned();
        Self { process, endpoint, says: lines.next().unwrap().unwrap() }
    }
}

impl Drop for Second {
    fn drop(&mut self) {
        // It may be gone already.
        _ = self.process.kill();
        _ = self.process.wait();
    }
}

/// As a person who named no local AWS.
fn unnamed(shell: &Shell, line: &str) -> Command {
    let mut command = shell.command(line);
    command.env_remove("LAMBDEPLOY_LOCAL");
    command
}

fn requests(endpoint: &str) -> String {
    let request = http::request("GET", &format!("{endpoint}/_local/requests"));
    block_on(request.send()).unwrap().text()
}

#[test]
fn a_second_one_takes_nothing_over_and_leaves_the_first_when_it_ends() {
    let shell = Shell::new();
    let second = Second::start(shell.folder.path());
    assert_eq!(
        second.says,
        format!(
            "--local goes to {}, which was there before; set LAMBDEPLOY_LOCAL={} to use this one",
            shell.endpoint, second.endpoint
        )
    );
    let status = shell.seen(&mut unnamed(&shell, "local --status"));
    let lines: Vec<_> =
        status.lines().filter(|l| l.contains("account 000000000000, in a terminal")).collect();
    assert_eq!(lines.len(), 2, "{status}");
    assert!(lines[0].ends_with("used by --local") && !lines[1].ends_with("used by --local"), "{status}");
    assert_snapshot!(
        "which_of_two",
        shell.seen(&mut unnamed(&shell, "local --stop")).replace(&second.endpoint, "[SECOND]")
    );
    shell.seen(&mut unnamed(&shell, "plan --local"));
    assert!(requests(&shell.endpoint).contains("GetCallerIdentity"));
    assert_eq!(requests(&second.endpoint), "");
    let port = second.endpoint.rsplit(':').next().unwrap();
    let stopped = shell.seen(&mut unnamed(&shell, &format!("local --stop --port {port}")));
    assert!(stopped.contains("stopped the local AWS at http://127.0.0.1:[PORT]"), "{stopped}");
    let status = shell.seen(&mut unnamed(&shell, "local --status"));
    assert_eq!(status.matches("in a terminal").count(), 1, "{status}");
}

#[test]
fn local_goes_to_the_local_aws_that_awss_own_variable_names() {
    let shell = Shell::new();
    let second = Second::start(shell.folder.path());
    shell.seen(unnamed(&shell, "plan --local").env("AWS_ENDPOINT_URL", &second.endpoint));
    assert!(requests(&second.endpoint).contains("GetCallerIdentity"));
    assert_eq!(requests(&shell.endpoint), "");
    let nobody = shell.seen(unnamed(&shell, "plan --local").env("AWS_ENDPOINT_URL", "http://127.0.0.1:1"));
    assert_snapshot!("nobody_at_aws_endpoint_url", nobody);
}

/// Answers whatever it is asked as a healthy local AWS would that has never seen a secret; keeps what it was asked.
fn impostor(port: u16) -> Arc<Mutex<Vec<String>>> {
    let listener = TcpListener::bind(("127.0.0.1", port)).unwrap();
    let asked: Arc<Mutex<Vec<String>>> = Arc::default();
    let seen = asked.clone();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut head = vec![0; 65536];
            let length = stream.read(&mut head).unwrap_or_default();
            seen.lock().unwrap().push(String::from_utf8_lossy(&head[..length]).into_owned());
            _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nConnection: close\r\n\r\nok\n");
        }
    });
    asked
}

#[test]
fn whoever_takes_a_dead_ones_port_is_asked_for_a_proof_and_for_nothing_else() {
    let mut shell = Shell::new();
    let port: u16 = shell.endpoint.rsplit(':').next().unwrap().parse().unwrap();
    shell.kill();
    let asked = impostor(port);
    let plan = shell.seen(&mut unnamed(&shell, "plan --local"));
    assert!(plan.contains("started a local AWS in the background at"), "{plan}");
    assert!(plan.contains("13 to create"), "{plan}");
    let asked = asked.lock().unwrap();
    assert!(
        !asked.is_empty() && asked.iter().all(|head| head.starts_with("GET /_local/proof?")),
        "{asked:?}"
    );
    let again = shell.seen(&mut unnamed(&shell, "plan --local"));
    assert!(!again.contains("started a local AWS"), "{again}");
    shell.seen(&mut unnamed(&shell, "local --stop"));
}

#[cfg(unix)]
#[test]
fn what_is_kept_of_one_is_readable_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let shell = Shell::new();
    let mut folders = vec![shell.folder.path().to_owned()];
    let mut modes = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let entry = entry.unwrap();
            if entry.file_type().unwrap().is_dir() {
                folders.push(entry.path());
            } else if entry.file_name().to_string_lossy().starts_with("local-aws-") {
                modes.push(entry.metadata().unwrap().permissions().mode() & 0o777);
            }
        }
    }
    assert_eq!(modes, [0o600]);
}

#[test]
fn who_runs_one_in_a_terminal_sees_what_it_is_asked() {
    let shell = Shell::new();
    let mut second = command(shell.folder.path());
    second.args(["local", "--port", "0"]).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut second = second.spawn().unwrap();
    let mut first = String::new();
    BufReader::new(second.stdout.take().unwrap()).read_line(&mut first).unwrap();
    let endpoint = first.split_whitespace().find(|w| w.starts_with("http://")).unwrap();
    shell.seen(unnamed(&shell, "plan --local").env("LAMBDEPLOY_LOCAL", endpoint));
    shell.seen(unnamed(&shell, "local --stop").env("LAMBDEPLOY_LOCAL", endpoint));
    let mut seen = String::new();
    second.stderr.take().unwrap().read_to_string(&mut seen).unwrap();
    second.wait().unwrap();
    assert!(seen.contains("sts GetCallerIdentity 200 "), "{seen}");
}
