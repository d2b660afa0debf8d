//! A person's machine: the binary, and a local AWS in a process of its own, which can hold a command at a call.

use crate::{
    archive,
    scenario::Act,
    shell::{Shell, block_on},
};
use lambdeploy::testing::outside::http;
use local_aws::Point;
use serde::Deserialize;
use serde_json::Value;
use std::{
    process::{Command, Stdio},
    time::Duration,
};

/// A command gets to its held call within seconds, on a busy machine too.
pub(crate) const HANGS: Duration = Duration::from_mins(1);

/// One call, as the local AWS names it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Called {
    pub service: String,
    pub operation: String,
}

impl Called {
    pub(crate) fn is(&self, point: &Point) -> bool {
        self.service == point.service && self.operation == point.operation
    }
}

/// A person's machine: the binary, and a local AWS.
pub(crate) struct Machine {
    pub shell: Shell,
}

impl Machine {
    pub(crate) fn new() -> Self {
        let machine = Self { shell: Shell::new() };
        machine.write_image("hello");
        machine
    }

    /// What the stack's image holds from now on.
    pub(crate) fn write_image(&self, text: &str) {
        archive::write(&self.shell.folder.path().join("image.tar"), text);
    }

    fn command(&self, act: &Act) -> Command {
        let line = match act {
            Act::Up(text) => {
                self.shell.write("stack.yaml", text);
                "up --local --yes --no-verify --no-smoke"
            }
            Act::Destroy(text) => {
                self.shell.write("stack.yaml", text);
                "destroy --local --yes"
            }
            Act::Release(..) | Act::Promote(_) | Act::Rollback(_) => {
                unreachable!("functions do not run where processes are killed")
            }
        };
        let mut command = self.shell.command(line);
        command.env("SECRET", "s3cr3t-value").stdin(Stdio::null());
        command
    }

    pub(crate) fn run(&self, act: &Act) {
        let output = self.command(act).output().unwrap();
        assert!(output.status.success(), "{}", self.shell.shown(&output));
    }

    /// Starts a command, lets it come to its `call`-th call, and kills it there; what call that was.
    pub(crate) fn kill(&self, act: &Act, call: usize, moment: &str) -> Called {
        self.shell.faults(&format!(r#"[{{"call": {call}, "action": {{"hold": "{moment}"}}}}]"#));
        let mut command = self.command(act);
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let held = loop {
            if let Some(held) = serde_json::from_str(&self.get("held")).unwrap() {
                break held;
            }
            assert!(child.try_wait().unwrap().is_none(), "it ended before its call {call}");
            std::thread::sleep(Duration::from_millis(5));
        };
        // On Unix this is SIGKILL.
        child.kill().unwrap();
        child.wait().unwrap();
        held
    }

    fn get(&self, page: &str) -> String {
        let request = http::request("GET", &format!("{}/_local/{page}", self.shell.endpoint)).timeout(HANGS);
        let answer = block_on(request.send()).unwrap();
        assert_eq!(answer.status, 200);
        answer.text()
    }

    pub(crate) fn dump(&self) -> Value {
        serde_json::from_str(&self.get("dump")).unwrap()
    }

    /// All calls so far, in the order in which they took effect.
    pub(crate) fn calls(&self) -> Vec<Called> {
        self.get("requests")
            .lines()
            .filter(|line| !line.is_empty())
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }

    /// There is nothing to do.
    pub(crate) fn is_settled(&self) {
        let output =
            self.shell.command("plan --local --exit-code").env("SECRET", "s3cr3t-value").output().unwrap();
        assert!(output.status.success(), "{}", self.shell.shown(&output));
    }
}
