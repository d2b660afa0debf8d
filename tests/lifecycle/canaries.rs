//! A new version has a share of the calls: it gets all of them once the time is over, or goes where it fails more often.

use crate::{
    functions::{BROKEN_BEHIND_THE_URL, by_greeting},
    stage_url::StageUrl,
    world::{REGION, World, lines},
};
use lambdeploy::testing::{
    contract::{Ask, Carrier},
    engine::{Event, Interrupted, Options, Stop},
    stack_graph::{Came, Wishes},
};
use local_aws::Config;
use std::{collections::BTreeMap, time::Duration};

/// Two functions that anybody may call.
const TWO: &str = "
stack: two
region: us-east-2
functions:
  a: {image: {context: .}, environment: {GREETING: Hello-a}}
  b: {image: {context: .}, environment: {GREETING: Hello-b}}
api:
  routes: {GET /a: {function: a, auth: none}, GET /b: {function: b, auth: none}}
";

async fn world() -> World {
    let world = World::running(Config::default(), by_greeting());
    world.settles(TWO).await;
    world
}

fn tenth() -> Wishes {
    Wishes { canary: Some(10), smoke: true, at: 7, ..Wishes::default() }
}

/// `1 + 0.1 of 2 | lambdeploy: 1/0; canary 2/7`
async fn live(world: &World, function: &str) -> String {
    let lambda = &world.cloud_in(REGION).await.lambda;
    let alias = lambda.get_alias().function_name(function).name("live").send().await.unwrap();
    let weights = alias.routing_config.and_then(|r| r.additional_version_weights).unwrap_or_default();
    let shares: String = weights.iter().map(|(version, share)| format!(" + {share} of {version}")).collect();
    format!("{}{shares} | {}", alias.function_version.unwrap(), alias.description.unwrap())
}

/// An `up` with a canary, watched for two minutes, while `beside` happens.
async fn watched<T>(
    world: &World,
    text: &str,
    stop: &Stop,
    beside: impl Future<Output = T>,
) -> (anyhow::Result<Came>, T) {
    let stack = world.stack(text);
    let graph = world.observed(&stack, tenth()).await.unwrap();
    let report = graph.apply(&Options::default(), world.sink(), stop).await;
    assert!(report.is_complete(), "{report:?}");
    let (came, beside) = tokio::join!(world.watch(&graph, stop), beside);
    (came.map(Option::unwrap), beside)
}

/// Five calls a second to a path, and how many of each status and body there were.
async fn calls(world: &World, path: &str, count: usize) -> BTreeMap<(u16, String), usize> {
    let stage = StageUrl::of(world, "default").await;
    let mut seen = BTreeMap::new();
    for _ in 0..count {
        let answer = stage.carry(&Ask::new("GET", path)).await.unwrap();
        *seen.entry((answer.status, answer.text())).or_default() += 1;
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    seen
}

#[tokio::test(start_paused = true)]
async fn a_good_one_gets_about_one_call_in_ten_and_then_all() {
    let world = world().await;
    let new = TWO.replace("Hello-a", "Bye-a");
    let (came, seen) = watched(&world, &new, &Stop::default(), calls(&world, "/a", 500)).await;
    let Came::Live(moved) = came.unwrap() else { panic!("it went back") };
    assert_eq!(
        moved.iter().map(|it| (it.function.as_str(), it.to.as_str())).collect::<Vec<_>>(),
        [("a", "2")]
    );
    let anew = seen[&(200, r#"{"greeting":"Bye-a"}"#.to_owned())];
    assert!((25..=80).contains(&anew), "{seen:?}");
    assert_eq!(seen.values().sum::<usize>(), 500);
    assert_eq!(seen.len(), 2, "{seen:?}");
    assert_eq!(live(&world, "two-a").await, "2 | lambdeploy: 2/7 1/0");
    assert_eq!(live(&world, "two-b").await, "1 | lambdeploy: 1/0");
    assert_eq!(lines(&world.plan(&new).await), [""; 0]);
}

/// One of two that move together is worse: both go.
#[tokio::test(start_paused = true)]
async fn a_faulty_one_goes_with_all_that_moved_with_it() {
    let world = world().await;
    let faulty = TWO.replace("Hello-a", BROKEN_BEHIND_THE_URL).replace("Hello-b", "Bye-b");
    let (came, seen) = watched(&world, &faulty, &Stop::default(), calls(&world, "/a", 500)).await;
    let Came::Back(function, why) = came.unwrap() else { panic!("it went on") };
    assert!(function == "a" && why.contains(" calls failed, before 0 of "), "{function}: {why}");
    // The share ended while calls went on.
    let failed: usize = seen.iter().filter(|((status, _), _)| *status != 200).map(|(_, count)| count).sum();
    assert!((2..=40).contains(&failed), "{seen:?}");
    for function in ["two-a", "two-b"] {
        let now = live(&world, function).await;
        assert!(now.starts_with("1 | lambdeploy: 1/0; failed 2 canary of a: "), "{now}");
    }
}

#[tokio::test(start_paused = true)]
async fn one_that_nobody_calls_goes_on_and_it_is_said() {
    let world = world().await;
    let (new, said) = (TWO.replace("Hello", "Bye"), std::cell::RefCell::new(Vec::new()));
    let stack = world.stack(&new);
    let graph = world.observed(&stack, tenth()).await.unwrap();
    assert!(graph.apply(&Options::default(), world.sink(), &Stop::default()).await.is_complete());
    let tell = |line: String| said.borrow_mut().push(line);
    let came = graph.watch(Some(45), tell, world.sink(), &Stop::default()).await.unwrap();
    assert!(matches!(&came, Came::Live(moved) if moved.len() == 2), "{came:?}");
    let nothing = "0 of 0 calls failed, before 0 of 0";
    let line = |key, seconds| format!("{key}: {nothing}, {seconds} s of 45 s; too few calls to say");
    assert_eq!(said.into_inner(), [line("a", 30), line("b", 30), line("a", 45), line("b", 45)]);
}

#[tokio::test(start_paused = true)]
async fn an_alias_that_is_moved_by_hand_meanwhile_stays_as_it_is() {
    let world = world().await;
    let by_hand = async {
        tokio::time::sleep(Duration::from_secs(45)).await;
        let lambda = &world.cloud_in(REGION).await.lambda;
        let none = aws_sdk_lambda::types::AliasRoutingConfiguration::builder();
        let none = none.set_additional_version_weights(Some(Default::default())).build();
        let update = lambda.update_alias().function_name("two-a").name("live").routing_config(none);
        update.send().await.unwrap();
    };
    let (came, ()) = watched(&world, &TWO.replace("Hello", "Bye"), &Stop::default(), by_hand).await;
    let why = format!("{:#}", came.unwrap_err());
    assert_eq!(
        why,
        "two-a serves version 1 by now, and version 2 has no share of the calls: somebody has moved the alias live, which stays \
         as it is"
    );
    assert_eq!(live(&world, "two-b").await, "1 + 0.1 of 2 | lambdeploy: 1/0; canary 2/7");
}

#[tokio::test(start_paused = true)]
async fn ctrl_c_leaves_the_share_and_the_same_up_goes_on() {
    let world = world().await;
    let (new, stop) = (TWO.replace("Hello-a", "Bye-a"), Stop::default());
    let press = async {
        tokio::time::sleep(Duration::from_secs(45)).await;
        stop.now();
    };
    let (came, ()) = watched(&world, &new, &stop, press).await;
    assert!(came.unwrap_err().is::<Interrupted>());
    let shared = "1 + 0.1 of 2 | lambdeploy: 1/0; canary 2/7";
    assert_eq!(live(&world, "two-a").await, shared);
    assert_eq!(lines(&world.plan(&new).await), [""; 0]);
    assert!(world.release(&new, tenth(), &Stop::default()).await.unwrap().is_complete());
    assert_eq!(live(&world, "two-a").await, "2 | lambdeploy: 2/7 1/0");
}

/// The call in flight ends, nothing new starts, and the same `up` goes on from there; the sweeps press it at every call.
#[tokio::test(start_paused = true)]
async fn ctrl_c_while_a_version_is_tried() {
    let (world, stop, new) = (world().await, Stop::default(), TWO.replace("Hello-a", "Bye-a"));
    let (sink, switch) = (world.sink(), stop.clone());
    let press = move |event: Event| {
        if matches!(&event, Event::Note { text, .. } if text.starts_with("trying version 2")) {
            switch.now();
        }
        sink(event);
    };
    let stack = world.stack(&new);
    let graph = world.observed(&stack, tenth()).await.unwrap();
    let report = graph.apply(&Options::default(), std::rc::Rc::new(press), &stop).await;
    assert!(report.interrupted && report.failed.is_empty(), "{report:?}");
    assert_eq!(live(&world, "two-a").await, "1 | lambdeploy: 1/0");
    assert!(world.release(&new, tenth(), &Stop::default()).await.unwrap().is_complete());
    assert_eq!(live(&world, "two-a").await, "2 | lambdeploy: 2/7 1/0");
}
