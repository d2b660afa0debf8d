//! A build as its engine tells it: lines out, and the tail of the failing step for the error.

use super::{OnProgress, Progress, SecretValue};
use bollard::moby::buildkit::v1::{StatusResponse, Vertex};
use bollard::models::{BuildInfo, BuildInfoAux};
use lambdeploy_stack::mask::Mask;
use std::collections::{BTreeMap, HashMap, VecDeque};

/// Lines of a failing step that the error repeats.
const TAIL: usize = 20;

/// Reads a build's messages, of either builder.
pub(super) struct BuildLog<'a> {
    progress: OnProgress<'a>,
    mask: Mask,
    /// BuildKit's, by their digests.
    steps: HashMap<String, BuildStep>,
    /// The classic builder's step under way.
    current: BuildStep,
    /// `sha256:…` of what was built.
    pub image: Option<String>,
}

#[derive(Debug, Default, Clone)]
struct BuildStep {
    name: String,
    told: bool,
    lines: VecDeque<String>,
    /// A line whose end has not come yet.
    begun: Vec<u8>,
    failure: Option<StepFailure>,
}

/// How a step ended that did not succeed, in the order in which they are to blame: a step that was cancelled because another
/// failed is the last of them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct StepFailure {
    cancelled: bool,
    /// Seconds and nanoseconds.
    at: (i64, i32),
    message: String,
}

impl<'a> BuildLog<'a> {
    pub(super) fn new(progress: OnProgress<'a>, secrets: &BTreeMap<String, SecretValue>) -> Self {
        let mut mask = Mask::default();
        mask.add(secrets.values().filter_map(|value| String::from_utf8(value.0.clone()).ok()));
        Self { progress, mask, steps: HashMap::new(), current: BuildStep::default(), image: None }
    }

    pub(super) fn take(&mut self, info: BuildInfo) {
        match info.aux {
            Some(BuildInfoAux::BuildKit(status)) => self.buildkit(status),
            Some(BuildInfoAux::Default(image)) => self.image = image.id.or(self.image.take()),
            None => {}
        }
        if let Some(text) = info.stream {
            self.classic(&text);
        }
        let bar = info.progress_detail.is_some_and(|d| d.total.is_some());
        if let Some(status) = info.status.filter(|_| !bar) {
            self.tell(&status);
        }
    }

    /// What to say of a build that failed with `message`: the step that failed first, and its last lines.
    pub(super) fn failure(&self, message: &str) -> String {
        let first =
            self.steps.values().filter(|step| step.failure.is_some()).min_by_key(|step| &step.failure);
        let step = first.unwrap_or(&self.current);
        let message = match &step.failure {
            Some(failure) if was_cancelled(message) => &failure.message,
            _ => message,
        };
        let mut text = match step.name.as_str() {
            "" => format!("the build failed: {message}"),
            name => format!("the build failed in `{name}`: {message}"),
        };
        if !step.lines.is_empty() {
            text += "\nwhat it said last:";
            step.lines.iter().for_each(|line| text += &format!("\n  {line}"));
        }
        self.mask.apply(&text)
    }

    fn buildkit(&mut self, status: StatusResponse) {
        for vertex in status.vertexes {
            self.vertex(vertex);
        }
        for log in status.logs {
            let Some(step) = self.steps.get_mut(&log.vertex) else { continue };
            let lines = step.push(&log.msg);
            lines.iter().for_each(|line| self.tell(line));
        }
        for warning in status.warnings {
            self.tell(&format!("warning: {}", String::from_utf8_lossy(&warning.short)));
        }
    }

    fn vertex(&mut self, vertex: Vertex) {
        let step = self.steps.entry(vertex.digest).or_default();
        step.name.clone_from(&vertex.name);
        let tell = !step.told && vertex.started.is_some() && !is_plumbing(&vertex.name);
        step.told |= tell;
        let rest = if vertex.completed.is_some() { step.end() } else { None };
        if !vertex.error.is_empty() {
            let at = vertex.completed.map_or((i64::MAX, 0), |time| (time.seconds, time.nanos));
            step.failure =
                Some(StepFailure { cancelled: was_cancelled(&vertex.error), at, message: vertex.error });
        }
        if let Some(line) = rest {
            self.tell(&line);
        }
        if tell {
            self.tell(&if vertex.cached { format!("{} (cached)", vertex.name) } else { vertex.name });
        }
    }

    fn classic(&mut self, text: &str) {
        for part in text.split_inclusive('\n') {
            if let Some(line) = self.current.push(part.as_bytes()).pop() {
                self.classic_line(&line);
            }
        }
    }

    fn classic_line(&mut self, line: &str) {
        if line.starts_with("Step ") {
            self.current = BuildStep { name: line.to_owned(), ..BuildStep::default() };
        }
        if let Some(id) = line.strip_prefix("Successfully built ") {
            self.image.get_or_insert_with(|| id.trim().to_owned());
        }
        if line.starts_with(" ---> ") || line.starts_with("Removing intermediate container") {
            self.current.lines.pop_back();
        } else {
            self.tell(line);
        }
    }

    fn tell(&self, line: &str) {
        let line = line.trim_end();
        if !line.is_empty() {
            (self.progress)(Progress::Line(self.mask.apply(line)));
        }
    }
}

impl BuildStep {
    /// Takes output and gives the lines that are whole now.
    fn push(&mut self, bytes: &[u8]) -> Vec<String> {
        self.begun.extend_from_slice(bytes);
        let mut lines = Vec::new();
        while let Some(end) = self.begun.iter().position(|b| *b == b'\n') {
            let line: Vec<u8> = self.begun.drain(..=end).collect();
            lines.push(self.line(&line));
        }
        lines
    }

    /// The last line, if nothing ended it.
    fn end(&mut self) -> Option<String> {
        let rest = std::mem::take(&mut self.begun);
        (!rest.is_empty()).then(|| self.line(&rest))
    }

    /// A bar redraws its line after each `\r`: the last drawing counts.
    fn line(&mut self, bytes: &[u8]) -> String {
        let text = String::from_utf8_lossy(bytes);
        let text = text.trim_end().rsplit('\r').next().unwrap_or_default();
        // The classic builder paints what a step writes to its standard error.
        let text = anstream::adapter::strip_str(text).to_string();
        self.lines.push_back(text.clone());
        if self.lines.len() > TAIL {
            self.lines.pop_front();
        }
        text
    }
}

/// BuildKit's word for a step that it stopped because another failed.
fn was_cancelled(message: &str) -> bool {
    message.contains("context canceled")
}

/// How the context and the Dockerfile reach BuildKit: no step of the user's.
fn is_plumbing(name: &str) -> bool {
    let loads = name.starts_with("[internal] load") && !name.contains("metadata");
    loads || name == "copy /context /" || name.contains("://buildkit-body")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use bollard::moby::buildkit::v1::VertexLog;
    use std::cell::RefCell;

    fn said(feed: impl FnOnce(&mut BuildLog<'_>)) -> Vec<String> {
        let lines = RefCell::new(Vec::new());
        let progress = |p: Progress| match p {
            Progress::Line(line) => lines.borrow_mut().push(line),
            Progress::Bytes { .. } => {}
        };
        let secrets = BTreeMap::from([("key".to_owned(), SecretValue(b"hunter22\n".to_vec()))]);
        feed(&mut BuildLog::new(&progress, &secrets));
        lines.into_inner()
    }

    fn stream(text: &str) -> BuildInfo {
        BuildInfo { stream: Some(text.to_owned()), ..BuildInfo::default() }
    }

    fn trace(vertex: Option<Vertex>, log: &[u8]) -> BuildInfo {
        let logs = vec![VertexLog { vertex: "v".into(), msg: log.to_vec(), ..VertexLog::default() }];
        let status =
            StatusResponse { vertexes: vertex.into_iter().collect(), logs, ..StatusResponse::default() };
        BuildInfo { aux: Some(BuildInfoAux::BuildKit(status)), ..BuildInfo::default() }
    }

    fn vertex(error: &str) -> Vertex {
        let (digest, name) = ("v".to_owned(), "[2/2] RUN x".to_owned());
        Vertex { digest, name, started: Some(Default::default()), error: error.into(), ..Vertex::default() }
    }

    #[test]
    fn buildkit_lines_are_put_together_and_masked() {
        let lines = said(|log| {
            log.take(trace(Some(vertex("")), b"one\ntw"));
            log.take(trace(Some(vertex("")), b"o hunter22\n10%\r50%\r100%\n"));
        });
        assert_eq!(lines, ["[2/2] RUN x", "one", "two ***", "100%"]);
    }

    #[test]
    fn the_failing_step_and_its_last_lines_are_in_the_error() {
        said(|log| {
            let text: String = (0..30).map(|n| format!("line {n}\n")).collect();
            log.take(trace(Some(vertex("")), text.as_bytes()));
            log.take(trace(Some(vertex("exit code: 1")), b""));
            let failure = log.failure("exit code: 1");
            assert!(failure.starts_with("the build failed in `[2/2] RUN x`: exit code: 1\n"), "{failure}");
            assert!(
                failure.contains("  line 10\n")
                    && failure.ends_with("  line 29")
                    && !failure.contains("line 9\n"),
                "{failure}"
            );
        });
    }

    #[test]
    fn a_cancelled_step_is_not_to_blame_and_late_lines_count() {
        let step = |digest: &str, error: &str, seconds: i64| {
            let (name, digest, error) = (format!("RUN {digest}"), digest.to_owned(), error.to_owned());
            let mut vertex = Vertex { digest, name, error, ..Vertex::default() };
            vertex.completed.insert(Default::default()).seconds = seconds;
            vertex
        };
        let status = |vertexes: Vec<Vertex>, line: &[u8]| {
            let logs = vec![VertexLog { vertex: "pip".into(), msg: line.to_vec(), ..VertexLog::default() }];
            let status = StatusResponse { vertexes, logs, ..StatusResponse::default() };
            BuildInfo { aux: Some(BuildInfoAux::BuildKit(status)), ..BuildInfo::default() }
        };
        said(|log| {
            log.take(status(vec![step("assets", "context canceled", 1)], b""));
            log.take(status(vec![step("pip", "exit code: 3", 2)], b""));
            log.take(status(vec![step("later", "exit code: 1", 3)], b"no such version\n"));
            log.take(status(vec![step("other", "failed: context canceled", 4)], b""));
            let told = "the build failed in `RUN pip`: exit code: 3\nwhat it said last:\n  no such version";
            assert_eq!(log.failure("exit code: 3"), told);
            assert_eq!(log.failure("context canceled"), told);
        });
    }

    #[test]
    fn classic_steps() {
        let lines = said(|log| {
            log.take(stream("Step 1/2 : FROM a\n"));
            log.take(stream(" ---> 123\n"));
            log.take(stream("Step 2/2 : RUN x\n"));
            log.take(stream(" ---> Running in 1\n\u{1b}[91moh\n"));
            log.take(stream("\u{1b}[0m"));
            assert_eq!(
                log.failure("1"),
                "the build failed in `Step 2/2 : RUN x`: 1\nwhat it said last:\n  oh"
            );
            log.take(stream("Successfully built abc\n"));
            assert_eq!(log.image.as_deref(), Some("abc"));
        });
        assert_eq!(lines, ["Step 1/2 : FROM a", "Step 2/2 : RUN x", "oh", "Successfully built abc"]);
    }
}
