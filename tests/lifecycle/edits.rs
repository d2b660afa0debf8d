//! Up, edit, up, destroy: after each `up` the plan is empty, after `destroy` the local AWS is as before.

use crate::{
    stacks::{HELLO, THREE, without_orders},
    world::{ACCOUNT, REGION, World, lines, refusals, write},
};
use lambdeploy::testing::engine::{Change, Id, Options};

#[tokio::test(start_paused = true)]
async fn a_life_of_hello() {
    let world = World::new();
    let before = world.dump();
    world.settles(HELLO).await;
    let memory = HELLO.replace("image: {context: .}", "image: {context: .}\n    memory: 256");
    assert_eq!(lines(&world.plan(&memory).await), ["~ function/hello memory 128 → 256"]);
    world.settles(&memory).await;
    let report = world.destroy(&memory).await;
    assert!(report.is_complete(), "{report:?}");
    assert_eq!(world.dump(), before);
    assert!(world.destroy(&memory).await.done.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_life_of_three_functions_and_twelve_routes() {
    let world = World::new();
    let before = world.dump();
    world.settles(THREE).await;
    for (from, to) in [
        ("name: shopAPI", "name: theShop"),
        ("description: The shop", "description: Another shop"),
        ("GET /health: {function: admin, auth: none}", "GET /health: {function: items, auth: none}"),
        ("GET /admin: admin", "HEAD /admin: admin"),
        ("    log_retention: never\n", ""),
        ("reserved_concurrency: 2", "reserved_concurrency: 3"),
        ("policies: [AmazonS3ReadOnlyAccess]", "policies: []"),
        ("tracing: true", "tracing: false"),
        ("throttle: {rate: 50, burst: 100}\n", "throttle: {rate: 51, burst: 100}\n"),
        ("  throttle: {rate: 50, burst: 100}\n", ""),
        ("quota: 700/week", "quota: 3000/month"),
        (", quota: 700/week", ""),
        ("name: shopPlan", "name: otherPlan"),
        ("keys: [web, mobile]", "keys: [web]"),
        ("'https://a.example', 'https://b.example'", "'https://a.example'"),
        ("binary_types: [image/png]", "binary_types: []"),
        ("tags: {team: web}", "tags: {team: api, cost: low}"),
    ] {
        assert!(THREE.contains(from), "{from}");
        let edited = THREE.replace(from, to);
        assert!(world.plan(&edited).await.has_changes(), "{from} → {to} is no change");
        world.settles(&edited).await;
        world.settles(THREE).await;
    }
    let report = world.destroy(THREE).await;
    assert!(report.is_complete(), "{report:?}");
    assert_eq!(world.dump(), before);
}

#[tokio::test(start_paused = true)]
async fn what_leaves_the_file_is_retired_and_the_inventory_shortened() {
    let world = World::new();
    world.settles(THREE).await;
    let two = without_orders();
    let plan = lines(&world.plan(&two).await);
    for gone in ["- function/orders", "- role/orders", "- log-group/orders", "- inventory"] {
        assert!(plan.iter().any(|l| l == gone), "{gone} is not in {plan:#?}");
    }
    assert!(!plan.iter().any(|l| l.contains("repository/")), "the others use it: {plan:#?}");
    world.settles(&two).await;
    // Former deployments of the API still remember it; they are pruned with time.
    let account = &world.dump()["accounts"][ACCOUNT];
    let region = &account["regions"][REGION];
    for part in [&account["iam"], &region["lambda"], &region["logs"], &region["ecr"]] {
        assert!(!part.to_string().contains("orders"), "{part:#}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_renamed_function_replaces_the_old_one_and_keeps_the_url() {
    let world = World::new();
    world.settles(HELLO).await;
    let renamed = HELLO.replace("    image: {context: .}", "    name: newName\n    image: {context: .}");
    let plan = lines(&world.plan(&renamed).await);
    assert!(plan.contains(&"- function/hello (hello-hello)".to_owned()), "{plan:#?}");
    world.settles(&renamed).await;
    assert!(!world.dump().to_string().contains("function:hello-hello\""));
}

#[tokio::test(start_paused = true)]
async fn a_changed_context_builds_and_moves_only_the_image() {
    let world = World::new();
    world.settles(HELLO).await;
    assert_eq!(world.docker.calls().len(), 2);
    write(world.folder.path(), "app.py", "print('hello again')\n");
    let plan = world.plan(HELLO).await;
    assert_eq!(plan.change_of(&Id::of("image", "hello")), Some(&Change::Create));
    assert_eq!(lines(&plan).len(), 2, "{:#?}", lines(&plan));
    world.settles(HELLO).await;
    assert_eq!(world.docker.calls().len(), 4);
}

#[tokio::test(start_paused = true)]
async fn secrets_show_as_changed_and_never_as_themselves() {
    let world = World::new();
    world.settles(HELLO).await;
    let plan = world.plan(&HELLO.replace("'${SECRET}'", "'${SECRET}-2'")).await;
    assert_eq!(lines(&plan), [r#"~ function/hello environment.KEY "***" → "*** (another value)""#]);
    assert!(!format!("{plan:?}").contains("s3cr3t"));
}

#[tokio::test(start_paused = true)]
async fn changing_the_stage_or_a_key_needs_consent() {
    let world = World::new();
    world.settles(HELLO).await;
    let stage = HELLO.replace("api:\n", "api:\n  stage: v2\n");
    let refused = refusals(&world.plan(&stage).await);
    assert!(refused.len() == 1 && refused[0].contains("the URL changes"), "{refused:?}");
    let key = HELLO.replace("keys: [client]", "keys: [customer]");
    let refused = refusals(&world.plan(&key).await);
    assert!(
        refused.len() == 1 && refused[0].contains("its value changes, and clients need the new one"),
        "{refused:?}"
    );
    let replace = Options { replace: true, ..Options::default() };
    assert_eq!(refusals(&world.plan_with(&key, &replace).await).len(), 0);
}
