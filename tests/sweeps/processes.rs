//! A sample of real deaths: the binary, a local AWS in a process of its own, sockets, and `kill -9` at a call.
//!
//! The sweeps die by dropping a future in their own process. Here that is shown to be the same: what is there right
//! after the kill is what is there when the same calls took effect and the future was dropped at the same call. Then
//! the same command, run again, brings the stack to its end.

use crate::{
    archive,
    call::Call,
    machine::{Called, HANGS, Machine},
    scenario::Act,
    seen::{broken, key_values, names, timeless, urls},
    stacks::{HELLO, hello_changed},
    turns::{End, Turns},
    world::World,
};
use lambdeploy::testing::{
    docker::Fault,
    engine::{Options, Report, Stop},
};
use local_aws::{FaultPlan, REGISTRY};
use serde_json::Value;
use std::collections::BTreeMap;

/// Deaths in one test.
const SAMPLE: usize = 6;

type Names = BTreeMap<&'static str, Vec<String>>;

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
            machine.write_image("hello again");
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
        assert_eq!(placeless(&dead, &machine.shell.endpoint), dropped, "{what}");

        machine.shell.faults("[]");
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
