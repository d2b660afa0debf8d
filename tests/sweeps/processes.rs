//! A sample of real deaths: the binary, a local AWS in a process of its own, sockets, and `kill -9` at a call.
//!
//! The sweeps die by dropping a future in their own process. Here that is shown to be the same: what is there right
//! after the kill is what is there when the same calls took effect and the future was dropped at the same call. Then
//! the same command, run again, brings the stack to its end.

use crate::{
    archive,
    call::Call,
    scenario::Act,
    seen::{broken, key_values, names, timeless, urls},
    shell::{Shell, block_on},
    stacks::{HELLO, hello_changed},
    world::World,
};
use futures_util::FutureExt;
use lambdeploy::{
    docker::Fault,
    engine::{Options, Report, Stop},
    outside::http,
};
use local_aws::{FaultPlan, Moment, Point, faults::REGISTRY};
use serde::Deserialize;
use serde_json::Value;
use std::{
    collections::BTreeMap,
    process::{Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use tokio::sync::Notify;

/// Deaths in one test.
const SAMPLE: usize = 6;
/// A command gets to its held call within seconds, on a busy machine too.
const HANGS: Duration = Duration::from_secs(60);

type Names = BTreeMap<&'static str, Vec<String>>;

/// One call, as the local AWS names it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
struct Called {
    service: String,
    operation: String,
}

impl Called {
    fn is(&self, point: &Point) -> bool {
        self.service == point.service && self.operation == point.operation
    }
}

/// A person's machine: the binary, and a local AWS.
struct Machine(Shell);

impl Machine {
    fn new() -> Self {
        let shell = Shell::new();
        archive::write(&shell.folder.path().join("image.tar"), "hello");
        Self(shell)
    }

    fn command(&self, act: &Act) -> Command {
        let line = match act {
            Act::Up(text) => {
                self.0.write("stack.yaml", text);
                "up --local --yes --no-verify"
            }
            Act::Destroy(text) => {
                self.0.write("stack.yaml", text);
                "destroy --local --yes"
            }
        };
        let mut command = self.0.command(line);
        command.env("SECRET", "s3cr3t-value").stdin(Stdio::null());
        command
    }

    fn run(&self, act: &Act) {
        let output = self.command(act).output().unwrap();
        assert!(output.status.success(), "{}", self.0.shown(&output));
    }

    /// Starts a command, lets it come to its `call`-th call, and kills it there; what call that was.
    fn kill(&self, act: &Act, call: usize, moment: &str) -> Called {
        self.0.faults(&format!(r#"[{{"call": {call}, "action": {{"hold": "{moment}"}}}}]"#));
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
        let request = http::request("GET", &format!("{}/_local/{page}", self.0.endpoint)).timeout(HANGS);
        let answer = block_on(request.send()).unwrap();
        assert_eq!(answer.status, 200);
        answer.text()
    }

    fn dump(&self) -> Value {
        serde_json::from_str(&self.get("dump")).unwrap()
    }

    /// All calls so far, in the order in which they took effect.
    fn calls(&self) -> Vec<Called> {
        self.get("requests")
            .lines()
            .filter(|line| !line.is_empty())
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }

    /// There is nothing to do.
    fn is_settled(&self) {
        let output =
            self.0.command("plan --local --exit-code").env("SECRET", "s3cr3t-value").output().unwrap();
        assert!(output.status.success(), "{}", self.0.shown(&output));
    }
}

/// What comes behind the last call of an order.
enum End {
    /// The command goes on.
    Open,
    /// It dies before the effect of this call.
    Before(Called),
    /// It dies after the effect of the last one.
    After,
}

/// Lets calls take effect in a given order, and says when it has come to its end.
struct Turns {
    order: Vec<Called>,
    end: End,
    done: AtomicUsize,
    next: Notify,
    over: Notify,
}

impl Turns {
    fn set(world: &World, order: &[Called], end: End) -> Arc<Self> {
        let (next, over) = (Notify::new(), Notify::new());
        let turns = Arc::new(Self { order: order.to_vec(), end, done: AtomicUsize::new(0), next, over });
        let me = turns.clone();
        let hook = Arc::new(move |point| me.clone().turn(point).boxed());
        world.aws.set_faults(FaultPlan { faults: Vec::new(), hook: Some(hook) });
        turns
    }

    async fn turn(self: Arc<Self>, point: Point) {
        match point.moment {
            _ if point.service == REGISTRY => {}
            Moment::Before => self.comes(&point).await,
            Moment::After => self.goes().await,
        }
    }

    /// Waits until it is this call's turn.
    async fn comes(&self, point: &Point) {
        loop {
            let next = self.next.notified();
            match (self.order.get(self.done.load(Ordering::Relaxed)), &self.end) {
                (Some(call), _) if call.is(point) => return,
                (None, End::Before(call)) if call.is(point) => self.over.notify_one(),
                _ => {}
            }
            next.await;
        }
    }

    async fn goes(&self) {
        let done = self.done.fetch_add(1, Ordering::Relaxed) + 1;
        if done == self.order.len() && matches!(self.end, End::After) {
            self.over.notify_one();
            return std::future::pending().await;
        }
        self.next.notify_waiters();
    }
}

/// How many images are in the registry. A push is no call of the AWS API: it is done by then, or it is not.
fn images(dump: &Value) -> usize {
    dump.to_string().matches("\"pushed_at\"").count()
}

/// A life in this process: `start` runs to its end and then `act` to its death, by calls that take effect in the order
/// of `calls`, the first `base` of which are of `start`, with a push that ends only if it had. Gives what is there
/// then, and the names of what is there when `act` has run again.
async fn dropped(life: &Life<'_>, calls: &[Called], base: usize, end: End, pushed: bool) -> (Value, Names) {
    let world = World::new();
    let image = world.folder.path().join("image.tar");
    archive::write(&image, "hello");
    if let Some(start) = &life.start {
        let turns = Turns::set(&world, &calls[..base], End::Open);
        let ended = tokio::time::timeout(HANGS, run(start, &world)).await;
        let ended = ended.unwrap_or_else(|_| turns.stuck());
        assert!(ended.as_ref().is_ok_and(Report::is_complete), "{ended:?}");
        archive::write(&image, "hello again");
    }
    if !pushed {
        world.docker.plan(Fault::PushStalls);
    }
    let turns = Turns::set(&world, &calls[base..], end);
    tokio::select! {
        ended = run(life.act, &world) => panic!("it ended: {ended:?}"),
        () = turns.over.notified() => {}
        () = tokio::time::sleep(HANGS) => turns.stuck(),
    }
    let dead = world.dump();
    world.aws.set_faults(FaultPlan::default());
    let again = world.beside();
    assert!(run(life.act, &again).await.unwrap().is_complete());
    (dead, names(&world.dump()))
}

impl Turns {
    fn stuck(&self) -> ! {
        let done = self.done.load(Ordering::Relaxed);
        panic!("after {done} calls {:?} does not come", self.order.get(done))
    }
}

async fn run(act: &Act, world: &World) -> anyhow::Result<Report> {
    act.run(world, &Options::default(), &Stop::default()).await
}

/// Runs something in this process on a clock that stands still.
fn in_process<T>(work: impl Future<Output = T>) -> T {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    builder.enable_all().start_paused(true).build().unwrap().block_on(work)
}

/// A dump without times and the place of the registry.
fn placeless(dump: &Value, endpoint: &str) -> String {
    let host = endpoint.trim_start_matches("http://");
    let port = host.rsplit(':').next().unwrap();
    timeless(dump).replace(host, "HOST").replace(&format!("localhost:{port}"), "HOST")
}

/// Stacks whose images come from an archive: no Docker.
fn archived(text: &str) -> String {
    text.replace("image: {context: .}", "image: {archive: image.tar}")
}

/// A command, and what runs before it.
struct Life<'a> {
    start: Option<Act>,
    act: &'a Act,
}

impl Life<'_> {
    /// Kills the command at calls all over it.
    fn dies(&self, moment: &str) {
        // Over sockets it may be a few calls less: lists that are shared or not.
        let calls = in_process(self.count()) * 9 / 10;
        for n in 0..SAMPLE {
            self.dies_at(1 + n * (calls - 1) / (SAMPLE - 1), moment);
        }
    }

    /// How many calls the command makes.
    async fn count(&self) -> usize {
        let world = World::new();
        let image = world.folder.path().join("image.tar");
        archive::write(&image, "hello");
        if let Some(start) = &self.start {
            assert!(run(start, &world).await.unwrap().is_complete());
            archive::write(&image, "hello again");
        }
        let calls = Call::noted(&world);
        assert!(run(self.act, &world).await.unwrap().is_complete());
        calls.lock().unwrap().iter().filter(|call| call.service != REGISTRY).count()
    }

    fn dies_at(&self, call: usize, moment: &str) {
        let machine = Machine::new();
        let nothing = machine.dump();
        if let Some(start) = &self.start {
            machine.run(start);
            archive::write(&machine.0.folder.path().join("image.tar"), "hello again");
        }
        let (before, base) = (machine.dump(), machine.calls().len());
        let held = machine.kill(self.act, call, moment);
        let what = format!("killed {moment} call {call}, {}:{}", held.service, held.operation);
        let (dead, calls) = (machine.dump(), machine.calls());
        let (effects, end) =
            if moment == "before" { (call - 1, End::Before(held)) } else { (call, End::After) };
        assert_eq!(calls.len() - base, effects, "{what}");

        let pushed = images(&dead) > images(&before);
        let (dropped, wished) = in_process(dropped(self, &calls, base, end, pushed));
        let dropped = placeless(&dropped, "http://127.0.0.1:4510");
        assert_eq!(placeless(&dead, &machine.0.endpoint), dropped, "{what}");

        machine.0.faults("[]");
        machine.run(self.act);
        let after = machine.dump();
        assert_eq!(names(&after), wished, "{what}");
        assert_eq!(broken(&after), [""; 0], "{what}");
        if let Act::Destroy(_) = self.act {
            assert_eq!(after, nothing, "{what}");
            return;
        }
        machine.is_settled();
        assert!(urls(&before).is_subset(&urls(&after)), "{what}: the URL changed");
        assert!(key_values(&before).is_subset(&key_values(&after)), "{what}: a key changed");
    }
}

fn first_up() -> Act {
    Act::Up(archived(HELLO))
}

#[test]
fn a_first_up_dies_before_the_effect() {
    Life { start: None, act: &first_up() }.dies("before");
}

#[test]
fn a_first_up_dies_after_the_effect() {
    Life { start: None, act: &first_up() }.dies("after");
}

#[test]
fn changes_die_before_the_effect() {
    Life { start: Some(first_up()), act: &Act::Up(archived(&hello_changed())) }.dies("before");
}

#[test]
fn changes_die_after_the_effect() {
    Life { start: Some(first_up()), act: &Act::Up(archived(&hello_changed())) }.dies("after");
}

#[test]
fn a_destroy_dies_before_the_effect() {
    Life { start: Some(first_up()), act: &Act::Destroy(archived(HELLO)) }.dies("before");
}

#[test]
fn a_destroy_dies_after_the_effect() {
    Life { start: Some(first_up()), act: &Act::Destroy(archived(HELLO)) }.dies("after");
}
