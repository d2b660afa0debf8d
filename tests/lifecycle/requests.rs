//! How many requests and sequential levels a run takes: counted, not timed.

use crate::{
    stacks::HELLO,
    world::{World, write},
};
use local_aws::Config;
use std::time::Duration;

/// Alarms of each kind and a budget of two notifications.
const TOLD: &str = "alerts: {email: [a@b.example]}\nbudget: {limit: 10 USD}\n";
const LATENCY: Duration = Duration::from_millis(60);

/// Requests, levels (the most that had to follow one another) and writes since the last look.
struct Count {
    requests: usize,
    levels: usize,
    writes: usize,
    names: Vec<String>,
}

fn count(world: &World, from: usize) -> Count {
    let entries = world.aws.requests().entries().split_off(from);
    let start = entries.iter().map(|e| e.start).fold(f64::INFINITY, f64::min);
    let end = entries.iter().map(|e| e.end).fold(0.0, f64::max);
    let write = |name: &str| !["Get", "List", "Describe", "Batch"].iter().any(|p| name.starts_with(p));
    // The clock stands still but for the latency, so the time is a whole number of levels.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let levels = ((end - start) / LATENCY.as_secs_f64()).round() as usize;
    Count {
        requests: entries.len(),
        levels,
        writes: entries.iter().filter(|e| write(e.operation)).count(),
        names: entries.iter().map(|e| format!("{:.2} {}", e.start - start, e.operation)).collect(),
    }
}

fn world() -> World {
    World::with(Config { latency: LATENCY, ..Config::default() })
}

#[tokio::test(start_paused = true)]
async fn a_run_that_changes_nothing_costs_two_levels_and_no_docker() {
    let world = world();
    world.settles(HELLO).await;
    let (from, calls) = (world.aws.requests().entries().len(), world.docker.calls().len());
    assert!(!world.plan(HELLO).await.has_changes());
    let count = count(&world, from);
    assert!(count.levels <= 2 && count.requests <= 26, "{} levels, {:#?}", count.levels, count.names);
    assert_eq!((count.writes, world.docker.calls().len() - calls), (0, 0), "{:#?}", count.names);
}

/// With alarms of each kind and a budget, all of them as they should be. Of the thirteen requests more, six read tags: AWS
/// gives them with no list of these services.
#[tokio::test(start_paused = true)]
async fn alerts_and_a_budget_cost_no_more_levels() {
    let world = world();
    let text = format!("{HELLO}{TOLD}");
    world.settles(&text).await;
    let from = world.aws.requests().entries().len();
    assert!(!world.plan(&text).await.has_changes());
    let count = count(&world, from);
    assert!(
        count.levels <= 2 && count.requests <= 39,
        "{} {} levels, {:#?}",
        count.requests,
        count.levels,
        count.names
    );
    assert_eq!(count.writes, 0, "{:#?}", count.names);
}

/// Nothing that the URL needs waits for them.
#[tokio::test(start_paused = true)]
async fn a_first_up_with_alerts_takes_nine_levels_too() {
    let world = world();
    let keeping = format!("{HELLO}{TOLD}retain: [images]\n");
    world.settles(&keeping).await;
    assert!(world.destroy(&keeping).await.is_complete());
    let from = world.aws.requests().entries().len();
    assert!(world.up(&keeping).await.is_complete());
    let count = count(&world, from);
    assert!(count.levels <= 9, "{} levels: {:#?}", count.levels, count.names);
}

#[tokio::test(start_paused = true)]
async fn a_first_up_with_the_image_there_takes_nine_levels() {
    let world = world();
    let keeping = format!("{HELLO}\nretain: [images]\n");
    world.settles(&keeping).await;
    assert!(world.destroy(&keeping).await.is_complete());
    let from = world.aws.requests().entries().len();
    assert!(world.up(&keeping).await.is_complete());
    let count = count(&world, from);
    assert!(
        count.levels <= 9 && count.requests <= 38,
        "{} levels, {} requests: {:#?}",
        count.levels,
        count.requests,
        count.names
    );
}

#[tokio::test(start_paused = true)]
async fn an_update_of_code_takes_eight_levels() {
    let world = world();
    world.settles(HELLO).await;
    write(world.folder.path(), "app.py", "print('hello again')\n");
    let from = world.aws.requests().entries().len();
    assert!(world.up(HELLO).await.is_complete());
    let count = count(&world, from);
    assert!(count.levels <= 8, "{} levels: {:#?}", count.levels, count.names);
}

/// Versions of somebody else, or of a stack that keeps many: the stack's own are known by its alias.
#[tokio::test(start_paused = true)]
async fn two_hundred_versions_cost_nothing_where_nothing_changes() {
    let world = world();
    world.settles(HELLO).await;
    let run = async || {
        let from = world.aws.requests().entries().len();
        assert!(!world.plan(HELLO).await.has_changes());
        let planned = count(&world, from);
        let from = world.aws.requests().entries().len();
        assert_eq!(world.releases(HELLO).await[0].versions.len(), 1);
        let listed = count(&world, from);
        [planned.requests, planned.levels, listed.requests, listed.levels]
    };
    let one = run().await;
    publish(&world, 200).await;
    assert_eq!(run().await, one);
}

/// As many versions more, of a function that is as before then.
async fn publish(world: &World, count: usize) {
    let (lambda, name) = (&world.cloud().await.lambda, "hello-hello");
    let was = lambda.get_function_configuration().function_name(name).send().await.unwrap();
    let texts = (1..count).map(|n| n.to_string()).chain([was.description.unwrap_or_default()]);
    for text in texts {
        let update = lambda.update_function_configuration().function_name(name).description(text);
        update.send().await.unwrap();
        lambda.publish_version().function_name(name).send().await.unwrap();
    }
    let last = lambda.get_function_configuration().function_name(name).qualifier(count.to_string());
    last.send().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_destroy_takes_seven_levels() {
    let world = world();
    world.settles(HELLO).await;
    let from = world.aws.requests().entries().len();
    assert!(world.destroy(HELLO).await.is_complete());
    let count = count(&world, from);
    assert!(count.levels <= 7, "{} levels: {:#?}", count.levels, count.names);
}

#[tokio::test(start_paused = true)]
async fn more_routes_cost_no_more_requests() {
    let with = async |routes: usize| {
        let world = world();
        let more: String = (1..routes).map(|n| format!("    GET /r{n}: hello\n")).collect();
        let text = HELLO.replace("    POST /: hello\n", &format!("    POST /: hello\n{more}"));
        let from = world.aws.requests().entries().len();
        assert!(world.up(&text).await.is_complete());
        count(&world, from).requests
    };
    assert_eq!(with(200).await, with(1).await);
}
