//! Two commands at once on one stack, from two machines, while requests take their time and AWS is slow to agree:
//! whatever came of them, one further command brings the stack to its end, and there is one of each thing.
//!
//! Each test goes through many interleavings, and says with which seed one went wrong.

use crate::{
    functions::by_greeting,
    scenario::{Act, Scenario},
    seen::{broken, key_values, names, urls},
    stacks::{HELLO, hello_changed},
    watch::Watch,
    world::World,
};
use futures_util::FutureExt;
use lambdeploy::testing::engine::{Options, Report, Stop};
use local_aws::{Config, Consistency, FaultPlan, Hook};
use serde_json::Value;
use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

/// A request, and its reply, are on their way for at most so long.
const ON_THE_WAY: Duration = Duration::from_millis(400);
/// The second command starts at most so long after the first, and most often nearly at the same time: all that while a
/// first `up` is at work.
const LATER: Duration = Duration::from_secs(15);
/// Lists show everything by now.
const LAG: Duration = Duration::from_secs(3);

/// A world where AWS is slow to agree, with what `start` made in it.
pub(crate) async fn world(seed: u64, start: Option<&str>) -> World {
    fastrand::seed(seed);
    let config = Config { consistency: Consistency::Realistic, seed, ..Config::default() };
    let world = World::running(config, by_greeting());
    if let Some(text) = start {
        assert!(world.up(text).await.is_complete());
        tokio::time::sleep(LAG).await;
    }
    world
}

/// Two commands, the second on a machine of its own, started and slowed down as the seed has it.
pub(crate) async fn together(
    world: &World,
    seed: u64,
    first: &Act,
    second: &Act,
    watch: Option<&Watch>,
) -> [anyhow::Result<Report>; 2] {
    let random = Arc::new(Mutex::new(fastrand::Rng::with_seed(seed)));
    let part = move || random.lock().unwrap().f64();
    let later = LATER.mul_f64(part().powi(3));
    let slow = move |_| tokio::time::sleep(ON_THE_WAY.mul_f64(part())).boxed();
    let hook = watch.map_or_else(|| Arc::new(slow.clone()) as Hook, |it| it.then(&world.aws, slow.clone()));
    world.aws.set_faults(FaultPlan { faults: Vec::new(), hook: Some(hook) });
    let beside = world.beside();
    let (options, stop) = (Options::default(), Stop::default());
    let ended = tokio::join!(first.run(world, &options, &stop), async {
        tokio::time::sleep(later).await;
        second.run(&beside, &options, &stop).await
    });
    world.aws.set_faults(FaultPlan::default());
    ended.into()
}

fn completes(ended: &anyhow::Result<Report>) -> bool {
    ended.as_ref().is_ok_and(Report::is_complete)
}

/// What a command of its own makes of an empty world.
async fn alone(text: &str) -> Value {
    let world = World::new();
    world.settles(text).await;
    world.dump()
}

/// One of each thing, and all of it works.
fn is_one(world: &World, alone: &Value) -> Result<(), String> {
    let (there, wished) = (names(&world.dump()), names(alone));
    if there != wished {
        return Err(format!("there is {there:?} instead of {wished:?}"));
    }
    match broken(&world.dump()) {
        wrong if wrong.is_empty() => Ok(()),
        wrong => Err(format!("{wrong:?}")),
    }
}

/// One further command ends it.
pub(crate) async fn finishes(world: &World, act: Act) -> Result<(), String> {
    let command = Scenario { act, ..Scenario::up("", "") };
    command.finish(world).await?;
    if command.settles() { command.is_settled(world).await } else { Ok(()) }
}

/// Nothing of the stack is left.
fn is_none(world: &World) -> Result<(), String> {
    let (left, nothing) = (world.dump(), World::new().dump());
    if left == nothing { Ok(()) } else { Err(format!("there is left {:?}", names(&left))) }
}

/// Goes through the interleavings, and panics with all that went wrong; the answers of the others.
pub(crate) async fn each<T, F>(rounds: u64, one: impl Fn(u64) -> F) -> Vec<T>
where
    F: Future<Output = Result<T, String>>,
{
    let (mut right, mut wrong) = (Vec::new(), Vec::new());
    for seed in 0..rounds {
        match one(seed).await {
            Ok(answer) => right.push(answer),
            Err(error) => wrong.push(format!("seed {seed}: {error}")),
        }
    }
    assert!(wrong.is_empty(), "{} of {rounds}:\n{}", wrong.len(), wrong.join("\n"));
    right
}

/// Twins that only a further run finds are made within one second by AWS's clock, if at all.
fn most_are_clean(clean: &[bool]) {
    let some = clean.iter().filter(|clean| !**clean).count();
    println!("{some} of {} left something to the next run", clean.len());
    assert!(some * 10 <= clean.len(), "{some} of {} left something to the next run", clean.len());
}

/// Two `up`: no twins after one further `up`, and the URL and the keys are those that people had, or that one of the two
/// has told them. Gives whether the two left nothing to do.
async fn two_ups(seed: u64, start: Option<&str>, text: &str, alone: &Value) -> Result<bool, String> {
    let world = world(seed, start).await;
    let (urls_before, keys_before) = (urls(&world.dump()), key_values(&world.dump()));
    let up = || Act::Up(text.to_owned());
    let ended = together(&world, seed, &up(), &up(), None).await;
    let after = world.dump();
    let clean = ended.iter().all(completes) && is_one(&world, alone).is_ok();
    finishes(&world, up()).await?;
    is_one(&world, alone)?;
    let last = world.dump();
    if !urls_before.is_subset(&urls(&last)) || !keys_before.is_subset(&key_values(&last)) {
        return Err("the URL or a key changed".to_owned());
    }
    if !urls(&last).is_subset(&urls(&after)) || !key_values(&last).is_subset(&key_values(&after)) {
        return Err("the URL or a key is one that neither run made".to_owned());
    }
    finishes(&world, Act::Destroy(text.to_owned())).await?;
    is_none(&world)?;
    Ok(clean)
}

#[tokio::test(start_paused = true)]
async fn two_first_ups() {
    let alone = alone(HELLO).await;
    most_are_clean(&each(50, |seed| two_ups(seed, None, HELLO, &alone)).await);
}

#[tokio::test(start_paused = true)]
async fn two_ups_with_the_same_changes() {
    let text = hello_changed();
    let alone = alone(&text).await;
    most_are_clean(&each(20, |seed| two_ups(seed, Some(HELLO), &text, &alone)).await);
}

/// `up` and `destroy`: one further run of either ends in that one's state.
async fn up_and_destroy(seed: u64, start: Option<&str>, alone: &Value) -> Result<(), String> {
    let world = world(seed, start).await;
    let (up, destroy) = (|| Act::Up(HELLO.to_owned()), || Act::Destroy(HELLO.to_owned()));
    let (first, second) = if seed.is_multiple_of(2) { (up(), destroy()) } else { (destroy(), up()) };
    // Either may fail of the other.
    let [_first, _second] = together(&world, seed, &first, &second, None).await;
    tokio::time::sleep(LAG).await;
    let gone = world.fork();
    finishes(&gone, destroy()).await.map_err(|e| format!("destroy: {e}"))?;
    is_none(&gone).map_err(|e| format!("destroy: {e}"))?;
    finishes(&world, up()).await.map_err(|e| format!("up: {e}"))?;
    is_one(&world, alone).map_err(|e| format!("up: {e}"))
}

#[tokio::test(start_paused = true)]
async fn a_first_up_and_a_destroy() {
    let alone = alone(HELLO).await;
    each(16, |seed| up_and_destroy(seed, None, &alone)).await;
}

#[tokio::test(start_paused = true)]
async fn an_up_without_changes_and_a_destroy() {
    let alone = alone(HELLO).await;
    each(16, |seed| up_and_destroy(seed, Some(HELLO), &alone)).await;
}
