//! One fault at every call of one scenario.

use crate::{
    call::Call,
    fault::{Fate, Fault},
    scenario::Scenario,
    seen::{broken, deployments, key_values, lost, names, timeless, urls},
    served::{served, wrongly_served},
    strike::Strike,
    watch::Watch,
    world::World,
};
use lambdeploy::testing::engine::{Options, Stop};
use local_aws::FaultPlan;
use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet},
    hash::{DefaultHasher, Hash, Hasher},
    sync::Mutex,
    time::Duration,
};

/// What has to hold after every fault.
struct Promise {
    before: Value,
    /// What there is of each kind after a run without faults.
    names: BTreeMap<&'static str, Vec<String>>,
    deployments: usize,
    /// What callers get then.
    served: BTreeMap<String, Vec<String>>,
    /// What a plan shows then.
    left_to_do: Vec<String>,
    /// What a destroy leaves then.
    left: Left,
    calls: Vec<Call>,
}

/// Strikes every call of `scenario`, and panics with all that did not converge.
pub(crate) async fn sweep(scenario: &Scenario, fault: Fault) {
    let base = scenario.world().await;
    let promise = Promise::of(scenario, &base).await;
    let calls: Vec<_> = promise.calls.iter().filter(|call| fault.strikes(call)).collect();
    assert!(!calls.is_empty(), "there is nothing to strike");
    let (mut wrong, mut away) = (Vec::new(), Duration::ZERO);
    for call in &calls {
        let watch = Watch::new(&promise.before);
        let cell = Cell { scenario, promise: &promise, world: base.fork(), watch: &watch };
        wrong.extend(cell.result(fault, call).await.err().map(|e| format!("{call}: {e}")));
        away = away.max(watch.away());
    }
    let (name, fault, count) = (scenario.name, fault.name(), calls.len());
    let away = match scenario.may_be_away() {
        true => format!(" | away for {:.1} s at most", away.as_secs_f64()),
        false => String::new(),
    };
    println!("sweep | {name} | {fault} | {count} | {}{away}", count - wrong.len());
    assert!(wrong.is_empty(), "{name}, {fault}, {} of {count}:\n{}", wrong.len(), wrong.join("\n"));
}

impl Promise {
    async fn of(scenario: &Scenario, base: &World) -> Self {
        let world = base.fork();
        let noted = Call::noted(&world);
        let report = scenario.run(&world, &Stop::default()).await.unwrap();
        assert!(scenario.ended(&report), "{report:?}");
        world.aws.set_faults(FaultPlan::default());
        let mut calls = noted.lock().unwrap().clone();
        calls.extend(Call::of_docker(&world));
        let after = world.dump();
        let wrong = broken(&after);
        assert!(scenario.is_destroy() || wrong.is_empty(), "{wrong:?}");
        assert_eq!(wrongly_served(&after), None);
        let left_to_do = scenario.left_to_do(&world).await;
        assert!(left_to_do.is_empty() || !scenario.settles(), "{left_to_do:?}");
        let left = left(scenario, &world).await.unwrap();
        let (deployments, served) = (deployments(&after), served(&after));
        Self { before: base.dump(), names: names(&after), deployments, served, left_to_do, left, calls }
    }
}

/// A world in which one call is struck.
struct Cell<'a> {
    scenario: &'a Scenario,
    promise: &'a Promise,
    world: World,
    watch: &'a Watch,
}

impl Cell<'_> {
    /// What holds right after the fault, and after the same command without one.
    async fn result(&self, fault: Fault, call: &Call) -> Result<(), String> {
        Strike::new(fault, self.scenario, &self.world, call).run(self.watch).await?;
        let struck = self.world.dump();
        if fault.fate() == Fate::Heals && fault != Fault::Late && names(&struck) != self.promise.names {
            return Err(format!("it made {:?} of {:?}", names(&struck), self.promise.names));
        }
        if is_new("struck", self.scenario, &struck) {
            self.watch.over(&self.world);
            self.scenario.finish(&self.world).await?;
            self.world.aws.set_faults(FaultPlan::default());
            self.is_as_promised(fault).await?;
        }
        match self.scenario.is_destroy() || self.scenario.may_be_away() {
            true => Ok(()),
            false => self.watch.all_through(),
        }
    }

    async fn is_as_promised(&self, fault: Fault) -> Result<(), String> {
        let after = self.world.dump();
        if !is_new("after", self.scenario, &after) {
            return Ok(());
        }
        let there = names(&after);
        if there != self.promise.names {
            return Err(format!("there is {there:?} instead of {:?}", self.promise.names));
        }
        // A stage that is live moves to the deployment that a dead run left; a late one, though, nobody waits for.
        let made = deployments(&after);
        if !urls(&self.promise.before).is_empty() && fault != Fault::Late && made != self.promise.deployments
        {
            return Err(format!("there are {made} deployments instead of {}", self.promise.deployments));
        }
        if !self.scenario.is_destroy() {
            lost(&self.promise.before, &after).map_or(Ok(()), Err)?;
            let live = served(&after);
            if live != self.promise.served {
                return Err(format!("callers get {live:?} instead of {:?}", self.promise.served));
            }
            let wrong = broken(&after);
            if !wrong.is_empty() {
                return Err(format!("{wrong:?}"));
            }
        }
        let left_to_do = self.scenario.left_to_do(&self.world).await;
        if left_to_do != self.promise.left_to_do {
            return Err(format!("the plan is {left_to_do:#?} instead of {:#?}", self.promise.left_to_do));
        }
        match left(self.scenario, &self.world).await? {
            left if left == self.promise.left => Ok(()),
            left => Err(format!("destroy left {left:?} instead of {:?}", self.promise.left)),
        }
    }
}

/// What there is of each kind, the URLs, and the keys with their values.
type Left = (BTreeMap<&'static str, Vec<String>>, BTreeSet<String>, BTreeSet<(String, String)>);

/// What a destroy leaves: nothing, but for what was adopted, and nothing at all if that goes too.
async fn left(scenario: &Scenario, world: &World) -> Result<Left, String> {
    destroy(scenario, world, Options::default()).await?;
    let left = world.dump();
    let left = (names(&left), urls(&left), key_values(&left));
    if scenario.adopts() {
        destroy(scenario, world, Options { include_adopted: true, ..Options::default() }).await?;
    }
    let (end, nothing) = (world.dump(), World::new().dump());
    if end == nothing { Ok(left) } else { Err(format!("destroy left {:?}", names(&end))) }
}

async fn destroy(scenario: &Scenario, world: &World, options: Options) -> Result<(), String> {
    let report = world.destroy_with(scenario.text(), &options).await;
    if report.is_complete() { Ok(()) } else { Err(format!("destroy failed: {report:?}")) }
}

/// A state of a scenario: its name, when it was seen, and a hash of what there is.
type State = (&'static str, &'static str, u64);

/// Whether this state of the scenario was not seen before, whichever the fault: AWS is all that a run knows, so a state
/// needs no second proof.
fn is_new(when: &'static str, scenario: &Scenario, dump: &Value) -> bool {
    static SEEN: Mutex<BTreeSet<State>> = Mutex::new(BTreeSet::new());
    let mut hash = DefaultHasher::new();
    timeless(dump).hash(&mut hash);
    SEEN.lock().unwrap().insert((scenario.name, when, hash.finish()))
}
