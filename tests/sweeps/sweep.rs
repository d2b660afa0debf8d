//! One fault at every call of one scenario.

use crate::{
    fault::{Call, Fault},
    scenario::Scenario,
    seen::{broken, key_values, names, timeless, urls},
    world::World,
};
use lambdeploy::engine::Stop;
use serde_json::Value;
use std::collections::{BTreeMap, HashSet};

/// What has to hold after every fault.
struct Promise {
    before: Value,
    /// What there is of each kind after a run without faults.
    names: BTreeMap<&'static str, Vec<String>>,
    calls: Vec<Call>,
}

/// Strikes every call of `scenario`, and panics with all that did not converge.
pub async fn sweep(scenario: &Scenario, fault: Fault) {
    let base = scenario.world().await;
    let promise = promise(scenario, &base).await;
    let (mut states, mut wrong) = (HashSet::new(), Vec::new());
    for call in &promise.calls {
        let world = base.fork();
        let result = match fault.strike(scenario, &world, call).await {
            Ok(true) => converges(scenario, &promise, &world, &mut states).await,
            Ok(false) => Err("the call did not come".to_owned()),
            Err(error) => Err(error),
        };
        wrong.extend(result.err().map(|e| format!("{call}: {e}")));
    }
    let (name, calls) = (scenario.name, promise.calls.len());
    println!("sweep | {name} | {} | {calls} | {} | {}", fault.name(), states.len(), calls - wrong.len());
    assert!(wrong.is_empty(), "{name}, {}, {} of {calls}:\n{}", fault.name(), wrong.len(), wrong.join("\n"));
}

async fn promise(scenario: &Scenario, base: &World) -> Promise {
    let world = base.fork();
    let calls = Call::noted(&world);
    let report = scenario.run(&world, &Stop::default()).await.unwrap();
    assert!(report.is_complete(), "{report:?}");
    let calls = calls.lock().unwrap().clone();
    let after = world.dump();
    assert!(broken(&after).is_empty(), "{:?}", broken(&after));
    Promise { before: base.dump(), names: names(&after), calls }
}

/// What holds right after the fault, and after the same command without one. A state that was seen before in this sweep
/// needs no second proof: AWS is all that a run knows.
async fn converges(
    scenario: &Scenario,
    promise: &Promise,
    world: &World,
    states: &mut HashSet<String>,
) -> Result<(), String> {
    let struck = world.dump();
    if !scenario.is_destroy() {
        reachable(&promise.before, &struck).map_err(|e| format!("right after the fault {e}"))?;
    }
    if !states.insert(timeless(&struck)) {
        return Ok(());
    }
    scenario.finish(world).await?;
    let after = world.dump();
    if !scenario.is_destroy() {
        let there = names(&after);
        if there != promise.names {
            return Err(format!("there is {there:?} instead of {:?}", promise.names));
        }
        kept(&promise.before, &after)?;
        if !broken(&after).is_empty() {
            return Err(format!("{:?}", broken(&after)));
        }
    }
    nothing_is_left(scenario, world).await
}

/// Whoever could call before can call now.
fn reachable(before: &Value, now: &Value) -> Result<(), String> {
    if urls(before).is_empty() {
        return Ok(());
    }
    kept(before, now)?;
    match broken(now) {
        wrong if wrong.is_empty() => Ok(()),
        wrong => Err(format!("{wrong:?}")),
    }
}

/// URLs and key values are as before.
fn kept(before: &Value, now: &Value) -> Result<(), String> {
    let (had, has) = (urls(before), urls(now));
    if !had.is_subset(&has) {
        return Err(format!("the URL changed from {had:?} to {has:?}"));
    }
    let (had, has) = (key_values(before), key_values(now));
    if !had.is_subset(&has) {
        return Err("a key is gone or has another value".to_owned());
    }
    Ok(())
}

async fn nothing_is_left(scenario: &Scenario, world: &World) -> Result<(), String> {
    let report = world.destroy(scenario.text()).await;
    if !report.is_complete() {
        return Err(format!("destroy failed: {report:?}"));
    }
    let (left, nothing) = (world.dump(), World::new().dump());
    if left == nothing { Ok(()) } else { Err(format!("destroy left {:?}", names(&left))) }
}
