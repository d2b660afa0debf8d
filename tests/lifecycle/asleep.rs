//! A function that nobody called for weeks: the call that wakes it is lost, and the contract is asked again.

use crate::{
    stacks::HELLO,
    stage_url::{StageUrl, broken, response},
    world::{REGION, World},
};
use lambdeploy::testing::{
    contract::{Ask, Carrier, ContractRun, Finding, Grace, Verdict, rows},
    engine::{Id, Run, Stop},
    outside::http::Response,
};
use local_aws::{Config, Consistency, Reaction, Scripted};
use serde_json::{Value, json};
use std::{sync::Arc, time::Duration};
use tokio::time::{Instant, sleep};

const WEEKS: Duration = Duration::from_hours(360);

fn world() -> World {
    let answer = |_: &Value, _: &_| {
        Reaction::Respond(json!({
            "statusCode": 200, "headers": { "Access-Control-Allow-Origin": "https://www.example.com" }, "body": "{}",
        }))
    };
    let config = Config { consistency: Consistency::Realistic, ..Config::default() };
    World::running(config, Arc::new(Scripted::new(answer)))
}

/// The contract of [`HELLO`], long after its last change; and what was said meanwhile.
async fn verify<C: Carrier>(
    carrier: &C,
    asleep: impl AsyncFn() -> anyhow::Result<Vec<String>>,
) -> (Vec<Finding>, Vec<String>) {
    let world = World::new();
    let run = Run::new(Id::only("contract"), world.sink(), Stop::default());
    let check = ContractRun { carrier, run: &run, grace: Grace::NONE, load: false };
    let findings = check.run_awake(&rows(&world.stack(HELLO)), asleep).await.unwrap();
    (findings, world.notes())
}

#[tokio::test(start_paused = true)]
async fn it_is_waited_for_and_the_contract_holds() {
    let world = world();
    world.settles(HELLO).await;
    sleep(WEEKS).await;
    let (stage, cloud) = (StageUrl::of(&world, "default").await, world.cloud_in(REGION).await);
    assert_eq!(cloud.asleep(["hello-hello"], "live").await.unwrap(), ["hello-hello"]);
    let since = Instant::now();
    let (findings, said) = verify(&stage, async || cloud.asleep(["hello-hello"], "live").await).await;
    assert_eq!(broken(&findings), [""; 0]);
    assert!((1..20).contains(&since.elapsed().as_secs()), "{:?}", since.elapsed());
    let wait = "waiting for Lambda to wake hello-hello, which nobody called for weeks: 0 s of at most 180 s";
    assert_eq!(said.first().map(String::as_str), Some(wait));
    assert_eq!(cloud.asleep(["hello-hello"], "live").await.unwrap(), [""; 0]);
    // Awake, nothing is waited for.
    let since = Instant::now();
    let (findings, said) = verify(&stage, async || cloud.asleep(["hello-hello"], "live").await).await;
    assert_eq!((broken(&findings), said), (vec![], vec![]));
    assert!(since.elapsed() < Duration::from_secs(1), "{:?}", since.elapsed());
}

/// A stage whose every call gets API Gateway's 500.
struct Down;

impl Carrier for Down {
    async fn carry(&self, _: &Ask) -> anyhow::Result<Response> {
        let headers = [("x-amzn-requestid", "1"), ("x-amzn-errortype", "InternalServerErrorException")];
        Ok(response(500, &headers, r#"{"message":"Internal server error"}"#))
    }
}

fn fixes(findings: &[Finding]) -> Vec<&str> {
    fn fix(o: &Finding) -> Option<&str> {
        match &o.verdict {
            Verdict::Broken { fix, .. } => Some(fix),
            _ => None,
        }
    }
    findings.iter().filter_map(fix).collect()
}

#[tokio::test(start_paused = true)]
async fn after_three_minutes_it_is_broken_and_says_what_slept() {
    let since = Instant::now();
    let (findings, _) = verify(&Down, async || Ok(vec!["hello-hello".to_owned()])).await;
    assert!((170..=180).contains(&since.elapsed().as_secs()), "{:?}", since.elapsed());
    let fixes = fixes(&findings);
    let still = "nobody called hello-hello for weeks, and Lambda has not woken it within 180 s; ";
    assert!(!fixes.is_empty() && fixes.iter().all(|fix| fix.starts_with(still)), "{fixes:#?}");
}

#[tokio::test(start_paused = true)]
async fn what_fails_awake_is_not_waited_for() {
    let since = Instant::now();
    let (findings, said) = verify(&Down, async || Ok(vec![])).await;
    assert_eq!((since.elapsed(), said), (Duration::ZERO, vec![]));
    assert!(fixes(&findings).iter().any(|fix| fix.contains("could not call hello")), "{findings:#?}");
}
