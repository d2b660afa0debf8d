//! Two releases at once, or a release beside a `rollback`: at every moment callers get something that works, and one further command
//! of either ends in that one's state.

use crate::{
    functions::CRASH,
    scenario::Act,
    served::served,
    stacks::{HELLO, greeting},
    two_at_once::{each, finishes, together, world},
    watch::Watch,
    world::World,
};

/// Interleavings of a test.
const ROUNDS: u64 = 16;

fn release(text: &str) -> Act {
    Act::Release(greeting(text), None)
}

/// What callers of the only function get.
fn live(world: &World) -> Vec<String> {
    let words = |what: &String| what.split(' ').next().unwrap_or_default().to_owned();
    served(&world.dump()).values().flatten().map(words).collect()
}

/// Two commands at once, of which either may fail of the other; nobody who calls meanwhile does.
async fn beside(world: &World, seed: u64, first: &Act, second: &Act) -> Result<(), String> {
    let watch = Watch::new(&world.dump());
    let [_first, _second] = together(world, seed, first, second, Some(&watch)).await;
    watch.all_through()
}

/// One further release of `text` is live, and there is nothing left to do.
async fn ends_in(world: &World, text: &str) -> Result<(), String> {
    let fork = world.fork();
    finishes(&fork, release(text)).await.map_err(|e| format!("{text}: {e}"))?;
    match live(&fork) {
        live if live == [text] => Ok(()),
        live => Err(format!("callers get {live:?} instead of {text}")),
    }
}

#[tokio::test(start_paused = true)]
async fn two_releases() {
    each(ROUNDS, |seed| async move {
        let world = world(seed, Some(HELLO)).await;
        beside(&world, seed, &release("Bye"), &release("Ciao")).await?;
        ends_in(&world, "Bye").await?;
        ends_in(&world, "Ciao").await
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_release_beside_one_that_fails() {
    each(ROUNDS, |seed| async move {
        let world = world(seed, Some(HELLO)).await;
        beside(&world, seed, &release(CRASH), &release("Ciao")).await?;
        ends_in(&world, "Ciao").await
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_release_beside_a_rollback() {
    each(ROUNDS, |seed| async move {
        let world = world(seed, Some(HELLO)).await;
        finishes(&world, release("Bye")).await?;
        let rollback = Act::Rollback(greeting("Bye"));
        beside(&world, seed, &release("Ciao"), &rollback).await?;
        let back = world.fork();
        finishes(&back, rollback).await?;
        if !["Hello", "Bye"].contains(&live(&back).concat().as_str()) {
            return Err(format!("rollback: callers get {:?}", live(&back)));
        }
        ends_in(&world, "Ciao").await
    })
    .await;
}
