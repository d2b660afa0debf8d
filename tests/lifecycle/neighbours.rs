//! Stacks side by side in one account, and one stack in two regions: whatever happens to one, nothing of the other is
//! touched, and it answers all through.

use crate::{
    stacks::HELLO,
    stage_url::StageUrl,
    world::{ACCOUNT, World, lines, write},
};
use lambdeploy::testing::{
    contract::{Ask, Carrier, SentKey},
    engine::Options,
    stack_graph::Wishes,
};
use local_aws::{Config, Consistency, Reaction, Scripted};
use serde_json::{Value, json};
use std::{collections::BTreeMap, sync::Arc, time::Duration};

/// A stack, and where it is.
struct Stack {
    text: String,
    name: &'static str,
    region: &'static str,
}

impl Stack {
    /// HELLO under another name and in another region; its keys and plans are named alike.
    fn new(name: &'static str, region: &'static str) -> Self {
        let text = HELLO.replace("stack: hello", &format!("stack: {name}")).replace("us-east-2", region);
        let text = text.replace("usage_plan: {", "usage_plan: {name: plan, ");
        Self { text: text.replace("api:\n", "api:\n  name: api\n"), name, region }
    }

    /// All that carries its tags, by kind and name or id; without the log lines that calls of its function leave.
    fn things(&self, world: &World) -> BTreeMap<String, Value> {
        let dump = world.dump();
        let account = &dump["accounts"][ACCOUNT];
        let region = &account["regions"][self.region];
        let kinds = [
            ("role", &account["iam"]["roles"]),
            ("group", &region["logs"]["groups"]),
            ("repository", &region["ecr"]["repositories"]),
            ("function", &region["lambda"]["functions"]),
            ("api", &region["apigateway"]["apis"]),
            ("key", &region["apigateway"]["keys"]),
            ("plan", &region["apigateway"]["plans"]),
        ];
        let tags = [("stack", self.name), ("region", self.region)];
        let mut things = BTreeMap::new();
        for (kind, all) in kinds {
            for (id, thing) in all.as_object().into_iter().flatten() {
                if tags.iter().all(|(name, value)| carries(thing, name, value)) {
                    let mut thing = thing.clone();
                    thing.as_object_mut().unwrap().remove("streams");
                    things.insert(format!("{kind} {id}"), thing);
                }
            }
        }
        things
    }

    /// How a client's call is answered.
    async fn answer(&self, world: &World) -> u16 {
        let things = self.things(world);
        let of = |kind| things.iter().find_map(|(id, thing)| Some((id.strip_prefix(kind)?.trim(), thing)));
        let ((api, _), (_, key)) = (of("api").unwrap(), of("key").unwrap());
        let stage = StageUrl::known(world, api, key["value"].as_str().unwrap());
        let post = Ask { key: SentKey::Right, ..Ask::new("POST", "/") };
        stage.carry(&post).await.unwrap().status
    }
}

/// Whether a thing has a tag: IAM keeps pairs, the others names and values.
fn carries(thing: &Value, name: &str, value: &str) -> bool {
    let text = thing.to_string();
    [":", ","].iter().any(|and| text.contains(&format!("\"lambdeploy:{name}\"{and}\"{value}\"")))
}

fn world(consistency: Consistency) -> World {
    let answer = |_: &Value, _: &_| Reaction::Respond(json!({ "statusCode": 200, "body": "{}" }));
    let config = Config { consistency, ..Config::default() };
    World::running(config, Arc::new(Scripted::new(answer)))
}

/// Both come up at once; then everything happens to `one`.
async fn side_by_side(world: World, one: Stack, other: Stack) {
    let beside = world.beside();
    let (first, second) = tokio::join!(world.up(&one.text), beside.up(&other.text));
    assert!(first.is_complete() && second.is_complete(), "{first:?} {second:?}");
    for stack in [&one, &other] {
        assert_eq!(lines(&world.plan(&stack.text).await), [""; 0]);
        assert_eq!(stack.things(&world).len(), 7, "{:?}", stack.things(&world).keys());
    }
    // A new key takes its time.
    tokio::time::sleep(Duration::from_mins(1)).await;
    assert_eq!((one.answer(&world).await, other.answer(&world).await), (200, 200));

    let before = other.things(&world);
    write(world.folder.path(), "app.py", "print('hello again')\n");
    let changed = one.text.replace("POST /: hello", "GET /more: hello").replace("100/day", "7/week");
    world.settles(&changed.replace("keys: [client]", "keys: [client, second]")).await;
    assert_eq!(other.things(&world), before);
    world.settles(&one.text).await;
    assert_eq!(other.things(&world), before);
    assert_eq!((one.answer(&world).await, other.answer(&world).await), (200, 200));

    assert!(world.destroy(&one.text).await.is_complete());
    assert_eq!((one.things(&world), other.things(&world)), (BTreeMap::new(), before));
    assert_eq!(other.answer(&world).await, 200);
    assert_eq!(lines(&beside.plan(&other.text).await), [""; 0]);
    assert!(beside.destroy(&other.text).await.is_complete());
    assert_eq!(world.dump(), World::new().dump());
}

#[tokio::test(start_paused = true)]
async fn two_stacks_in_one_account() {
    for consistency in [Consistency::Instant, Consistency::Realistic] {
        let (one, other) = (Stack::new("hello", "us-east-2"), Stack::new("hello-too", "us-east-2"));
        side_by_side(world(consistency), one, other).await;
    }
}

#[tokio::test(start_paused = true)]
async fn one_stack_in_two_regions() {
    for consistency in [Consistency::Instant, Consistency::Realistic] {
        let (one, other) = (Stack::new("hello", "us-east-2"), Stack::new("hello", "eu-west-1"));
        side_by_side(world(consistency), one, other).await;
    }
}

/// The second wants what is the first's by name: it gets none of it, with or without consent, and its `destroy` takes
/// none of it along.
async fn refused(first: &Stack, second: &Stack, what: &[&str]) {
    let world = world(Consistency::Instant);
    world.settles(&first.text).await;
    let before = first.things(&world);
    let adopt = Options { adopt: true, replace: true, ..Options::default() };
    for options in [Options::default(), adopt] {
        let plan = world.plan_with(&second.text, &options).await;
        let refusals: Vec<_> = plan.refusals().map(|(id, why)| format!("{id}: {why}")).collect();
        assert_eq!(refusals.len(), what.len(), "{refusals:#?}");
        for (refusal, start) in refusals.iter().zip(what) {
            assert!(refusal.starts_with(start) && refusal.contains("belongs to the stack"), "{refusal}");
        }
        assert!(!world.up_with(&second.text, &options, Wishes::default()).await.is_complete());
        assert_eq!(first.things(&world), before);
    }
    let all = Options { include_adopted: true, ..Options::default() };
    assert!(world.destroy_with(&second.text, &all).await.is_complete());
    assert_eq!(first.things(&world), before);
    assert_eq!(first.answer(&world).await, 200);
}

#[tokio::test(start_paused = true)]
async fn names_that_two_stacks_share_stay_with_the_first() {
    let mut first = Stack::new("shop", "us-east-2");
    first.text = first.text.replace("  hello:\n", "  web-api:\n").replace("POST /: hello", "POST /: web-api");
    let mut second = Stack::new("shop-web", "us-east-2");
    second.text = second.text.replace("  hello:\n", "  api:\n").replace("POST /: hello", "POST /: api");
    refused(&first, &second, &["role/api", "log-group/api", "function/api"]).await;
}

#[tokio::test(start_paused = true)]
async fn a_role_that_two_regions_share_stays_with_the_first() {
    let named = |region| {
        let mut stack = Stack::new("hello", region);
        stack.text =
            stack.text.replace("image: {context: .}", "image: {context: .}\n    role: {name: shared}");
        stack
    };
    refused(&named("us-east-2"), &named("eu-west-1"), &["role/hello"]).await;
}
