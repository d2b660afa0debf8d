//! `pause`, `resume` and `key rotate`, struck at every call: one run more shuts the door or opens it, whichever was asked for,
//! and no rotation ever takes a value away.

use crate::{
    call::Call,
    fault::{Fate, Fault},
    stacks::HELLO,
    strike::{Held, LATEST},
    world::{REGION, World, lines},
};
use lambdeploy::testing::stack_graph::{Door, Rotation};
use local_aws::{FaultPlan, Moment};
use std::{sync::Arc, time::Duration};

/// A command; what it says when it fails.
#[derive(Debug, Clone, Copy)]
enum Command {
    Pause,
    Resume,
    Rotate,
}

impl Command {
    async fn run(self, world: &World) -> anyhow::Result<()> {
        fastrand::seed(7);
        let stack = world.stack(HELLO);
        let cloud = world.cloud_in(REGION).await;
        match self {
            Self::Pause => Door::find(&stack, &cloud).await?.unwrap().shut().await.map(drop),
            Self::Resume => Door::find(&stack, &cloud).await?.unwrap().open().await.map(drop),
            Self::Rotate => rotate(&Rotation::find(&stack, &cloud, "client").await?).await,
        }
    }
}

/// As the command does: not again, and not where `up` has to make the key first.
async fn rotate(rotation: &Rotation<'_>) -> anyhow::Result<()> {
    if rotation.rotated_since().is_some() || !rotation.is_there() {
        return Ok(());
    }
    rotation.rotate().await
}

/// What callers meet.
#[derive(Debug, PartialEq)]
struct State {
    /// Of every key: its value, whether it is enabled, and whether a plan lets it in.
    keys: Vec<(String, bool, bool)>,
    /// What is reserved for the function.
    concurrency: Option<i32>,
}

async fn state(world: &World) -> State {
    let cloud = world.cloud().await;
    let (gateway, lambda) = (&cloud.apigateway, &cloud.lambda);
    let plan = gateway.get_usage_plans().send().await.unwrap().items()[0].id().unwrap().to_owned();
    let linked = gateway.get_usage_plan_keys().usage_plan_id(plan).send().await.unwrap();
    let keys = gateway.get_api_keys().include_values(true).send().await.unwrap();
    let key = |key: &aws_sdk_apigateway::types::ApiKey| {
        let is_linked = linked.items().iter().any(|it| it.id() == key.id());
        (key.value().unwrap().to_owned(), key.enabled(), is_linked)
    };
    let mut keys: Vec<_> = keys.items().iter().map(key).collect();
    keys.sort();
    let concurrency = lambda.get_function_concurrency().function_name("hello-hello").send().await.unwrap();
    State { keys, concurrency: concurrency.reserved_concurrent_executions }
}

/// The calls of a command on a fork of `base`.
async fn calls(base: &World, command: Command) -> Vec<Call> {
    let world = base.fork();
    let noted = Call::noted(&world);
    command.run(&world).await.unwrap();
    world.aws.set_faults(FaultPlan::default());
    noted.lock().unwrap().clone()
}

/// A fork of `base` on which a command met a fault at a call.
async fn struck(base: &World, command: Command, fault: Fault, call: &Call) -> Result<World, String> {
    let (world, point) = (base.fork(), Held::default());
    let moment = if fault == Fault::DeathAfter { Moment::After } else { Moment::Before };
    let dies = fault.fate() == Fate::Dies;
    let hook = Arc::new(point.hook(call, moment, dies));
    world.aws.set_faults(FaultPlan { faults: fault.on(call), hook: Some(hook) });
    let ended = tokio::select! {
        ended = command.run(&world) => Some(ended),
        () = async { if dies { point.there.notified().await } else { std::future::pending().await } } => None,
    };
    if fault == Fault::Late {
        tokio::time::sleep(LATEST).await;
    }
    world.aws.set_faults(FaultPlan::default());
    match ended {
        // Creates that are not keyed by a name say so, and are found by the next run.
        Some(Err(error)) if !dies => Err(format!("{call}: {command:?} failed: {error:#}")),
        Some(Ok(())) if dies => Err(format!("{call}: {command:?} was to die")),
        _ => Ok(world),
    }
}

const FAULTS: [Fault; 10] = [
    Fault::DeathBefore,
    Fault::DeathAfter,
    Fault::ReplyLost,
    Fault::RequestLost,
    Fault::Error,
    Fault::Throttle,
    Fault::Unavailable,
    Fault::ThrottleWithTime,
    Fault::HalfReply,
    Fault::Late,
];

/// Strikes every call of `command`, and holds what came of it against `promise`.
async fn sweep(base: &World, command: Command, promise: impl AsyncFn(&World) -> Result<(), String>) {
    let (calls, mut wrong, mut count) = (calls(base, command).await, Vec::new(), 0);
    for fault in FAULTS {
        for call in &calls {
            count += 1;
            let kept = match struck(base, command, fault, call).await {
                Ok(world) => promise(&world).await,
                Err(why) => Err(why),
            };
            wrong.extend(kept.err().map(|why| format!("{}, {call}: {why}", fault.name())));
        }
    }
    assert!(count > 40, "{calls:?}");
    assert!(wrong.is_empty(), "{} of {count}:\n{}", wrong.len(), wrong.join("\n"));
}

/// After `command` the state is `wished`, and an `up` has nothing to do.
async fn comes_to(world: &World, command: Command, wished: &State) -> Result<(), String> {
    let world = world.fork();
    tokio::time::sleep(Duration::from_secs(5)).await;
    command.run(&world).await.map_err(|error| format!("{command:?} after it failed: {error:#}"))?;
    let state = state(&world).await;
    if state != *wished {
        return Err(format!("after {command:?} it is {state:?}"));
    }
    let left = lines(&world.plan(HELLO).await);
    if left.is_empty() { Ok(()) } else { Err(format!("after {command:?} there is to do {left:?}")) }
}

#[tokio::test(start_paused = true)]
async fn a_struck_pause_and_a_struck_resume_end_shut_or_open() {
    let base = World::new();
    base.settles(HELLO).await;
    let open = state(&base).await;
    let paused = base.fork();
    Command::Pause.run(&paused).await.unwrap();
    let shut = state(&paused).await;
    assert_eq!((shut.keys[0].1, shut.concurrency), (false, Some(0)));
    let either = async |world: &World| {
        comes_to(world, Command::Pause, &shut).await?;
        comes_to(world, Command::Resume, &open).await
    };
    sweep(&base, Command::Pause, either).await;
    sweep(&paused, Command::Resume, either).await;
}

#[tokio::test(start_paused = true)]
async fn a_struck_rotation_takes_no_value_away() {
    let base = World::new();
    base.settles(HELLO).await;
    let old = state(&base).await.keys.remove(0);
    sweep(&base, Command::Rotate, async |world| {
        let now = state(world).await.keys;
        if !now.contains(&old) {
            return Err(format!("the old value works no more: {now:?}"));
        }
        tokio::time::sleep(Duration::from_secs(5)).await;
        Command::Rotate.run(world).await.map_err(|error| format!("the next one failed: {error:#}"))?;
        let report = world.up(HELLO).await;
        let keys = state(world).await.keys;
        let both =
            keys.len() == 2 && keys.contains(&old) && keys.iter().all(|(_, on, linked)| *on && *linked);
        match both && report.is_complete() {
            true => Ok(()),
            false => Err(format!("it ended with {keys:?}, {report:?}")),
        }
    })
    .await;
}
