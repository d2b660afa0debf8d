//! A container's part of its function's log: START, what the container writes, END, REPORT, in this order.

use super::report::InvocationReport;
use crate::{
    lambda::{
        containers::ContainerEngine,
        dependencies::{self, LogRights},
        sandbox::Sandbox,
    },
    shared::Shared,
    world::World,
};
use std::{
    sync::{Arc, Weak},
    time::Duration,
};
use tokio::{
    sync::{mpsc, oneshot},
    time::{Instant, timeout, timeout_at},
};

/// What the journal is told, in order.
pub(crate) enum JournalEntry {
    Start {
        request_id: String,
    },
    /// What the container wrote.
    Line(String),
    End(Box<End>),
}

/// The end of an invocation.
pub(crate) struct End {
    /// Lambda's own words about a failure.
    pub lines: Vec<String>,
    pub report: InvocationReport,
    /// Gets the last 4 KB of the invocation's log.
    pub tail: Option<oneshot::Sender<String>>,
}

/// How long output may follow its answer and still belong to the invocation.
const STRAGGLERS: Duration = Duration::from_millis(10);
/// How old a memory sample may be; the engine is not asked more often.
const SAMPLE_AGE: Duration = Duration::from_secs(5);
const SAMPLE_TAKES: Duration = Duration::from_secs(5);
/// How long a decision about the role's rights stands.
const RIGHTS_AGE: Duration = Duration::from_secs(1);
/// Bytes of log that `LogType=Tail` answers.
const TAIL: usize = 4096;

/// Writes one log stream.
pub(crate) struct Journal {
    pub shared: Weak<Shared>,
    pub engine: Arc<dyn ContainerEngine>,
    pub sandbox: Arc<Sandbox>,
    pub stream: String,
    pub container: String,
    memory: Memory,
    rights: Option<(Instant, LogRights)>,
    /// The lines of the invocation that is under way.
    current: Vec<String>,
}

#[derive(Default)]
struct Memory {
    most: u64,
    sampled: Option<Instant>,
}

impl Journal {
    pub(crate) fn new(
        shared: Weak<Shared>,
        engine: Arc<dyn ContainerEngine>,
        sandbox: Arc<Sandbox>,
        stream: String,
        container: String,
    ) -> Self {
        Self {
            shared,
            engine,
            sandbox,
            stream,
            container,
            memory: Memory::default(),
            rights: None,
            current: Vec::new(),
        }
    }

    /// Writes until nobody can send entries any more.
    pub(crate) async fn keep(mut self, mut entries: mpsc::UnboundedReceiver<JournalEntry>) {
        let mut next = entries.recv().await;
        while let Some(entry) = next.take() {
            match entry {
                JournalEntry::Start { request_id } => self.start(&request_id),
                JournalEntry::Line(line) => next = self.write_all(line, &mut entries),
                JournalEntry::End(end) => {
                    next = self.stragglers(&mut entries).await;
                    self.end(*end).await;
                }
            }
            if next.is_none() {
                next = entries.recv().await;
            }
        }
    }

    /// This line and those that are there already, at once; answers the entry that comes after them.
    fn write_all(
        &mut self,
        line: String,
        entries: &mut mpsc::UnboundedReceiver<JournalEntry>,
    ) -> Option<JournalEntry> {
        let mut lines = vec![line];
        let mut next = None;
        while let Ok(entry) = entries.try_recv() {
            match entry {
                JournalEntry::Line(line) => lines.push(line),
                other => {
                    next = Some(other);
                    break;
                }
            }
        }
        self.write(lines);
        next
    }

    /// Output that comes a little later than the answer; answers the entry that comes after it, if there is one.
    async fn stragglers(
        &mut self,
        entries: &mut mpsc::UnboundedReceiver<JournalEntry>,
    ) -> Option<JournalEntry> {
        let until = Instant::now() + STRAGGLERS;
        loop {
            match timeout_at(until, entries.recv()).await {
                Ok(Some(JournalEntry::Line(line))) => {
                    if let Some(next) = self.write_all(line, entries) {
                        return Some(next);
                    }
                }
                Ok(next) => return next,
                Err(_) => return None,
            }
        }
    }

    fn start(&mut self, request_id: &str) {
        self.current.clear();
        self.write(vec![format!("START RequestId: {request_id} Version: {}", self.sandbox.version)]);
    }

    async fn end(&mut self, end: End) {
        self.sample().await;
        let mut lines = end.lines;
        lines.push(format!("END RequestId: {}", end.report.request_id));
        lines.push(end.report.line(self.memory.most));
        self.write(lines);
        if let Some(tail) = end.tail {
            // The caller may have gone away.
            let _unheard = tail.send(last_bytes(&self.current.concat(), TAIL).to_owned());
        }
    }

    async fn sample(&mut self) {
        if self.memory.sampled.is_some_and(|at| at.elapsed() < SAMPLE_AGE) {
            return;
        }
        self.memory.sampled = Some(Instant::now());
        // A container that has just ended can't be asked: then the last sample stands.
        if let Ok(Ok(used)) = timeout(SAMPLE_TAKES, self.engine.memory_used(&self.container)).await {
            self.memory.most = self.memory.most.max(used);
        }
    }

    fn write(&mut self, lines: Vec<String>) {
        let lines: Vec<String> = lines.into_iter().map(|line| line + "\n").collect();
        if let Some(shared) = self.shared.upgrade() {
            for line in &lines {
                shared.watch.say(|| format!("{} | {}", self.sandbox.id.name, line.trim_end()));
            }
            let now = shared.clock.now();
            let events: Vec<_> = lines.iter().map(|line| (now, line.clone())).collect();
            let mut world = shared.world();
            let rights = self.rights(&mut world);
            dependencies::write_log(&mut world, &self.sandbox, &self.stream, &events, rights);
        }
        self.current.extend(lines);
        self.forget_old();
    }

    /// What the role allows; a decision stands for a second.
    fn rights(&mut self, world: &mut World) -> LogRights {
        if self.rights.is_none_or(|(at, _)| at.elapsed() >= RIGHTS_AGE) {
            let rights = dependencies::log_rights(world, &self.sandbox, &self.stream);
            self.rights = Some((Instant::now(), rights));
        }
        self.rights.map(|(_, rights)| rights).unwrap_or_default()
    }

    /// A chatty invocation must not fill the memory for the sake of its tail.
    fn forget_old(&mut self) {
        let mut size: usize = self.current.iter().map(String::len).sum();
        let mut old = 0;
        while old + 1 < self.current.len() && size - self.current[old].len() >= TAIL {
            size -= self.current[old].len();
            old += 1;
        }
        self.current.drain(..old);
    }
}

/// The end of a text, cut between characters.
fn last_bytes(text: &str, most: usize) -> &str {
    let mut from = text.len().saturating_sub(most);
    while !text.is_char_boundary(from) {
        from += 1;
    }
    &text[from..]
}
