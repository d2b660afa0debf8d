//! What is not as promised may be "not yet": the wait is seen, says for which row, and ends.

use crate::{stacks::HELLO, stage_url::response, world::World};
use lambdeploy::testing::{
    contract::{Ask, Carrier, ContractRun, Finding, Grace, RowNeed, SentKey, Verdict, by_web_acl, rows},
    engine::{Id, Run, Stop},
    outside::http::Response,
};
use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
    rc::Rc,
    time::Duration,
};
use tokio::time::Instant;

const ROW: &str = "POST / with the key gets the answer of hello";

/// A stage on which everything holds, but for a time the right key is refused, or the deployment an old one.
struct Slow {
    up: Instant,
    key: Duration,
    deployment: Duration,
    /// Calls that the function answered.
    answered: Cell<u32>,
}

impl Slow {
    fn new(key: u64, deployment: u64) -> Self {
        let seconds = Duration::from_secs;
        Self {
            up: Instant::now(),
            key: seconds(key),
            deployment: seconds(deployment),
            answered: Cell::new(0),
        }
    }
}

impl Carrier for Slow {
    async fn carry(&self, ask: &Ask) -> anyhow::Result<Response> {
        tokio::time::sleep(Duration::from_millis(50)).await;
        let age = self.up.elapsed();
        let refusal = |message: &str| {
            (403, vec![("x-amzn-errortype", "E")], serde_json::json!({ "message": message }).to_string())
        };
        let (status, mut headers, body) = match (ask.method.as_str(), ask.path.as_str(), ask.key) {
            _ if age < self.deployment => refusal("Missing Authentication Token"),
            ("OPTIONS", ..) => (
                200,
                vec![
                    ("access-control-allow-methods", "POST"),
                    ("access-control-allow-headers", "content-type,x-api-key"),
                ],
                String::new(),
            ),
            ("POST", "/", SentKey::Right) if age >= self.key => {
                self.answered.set(self.answered.get() + 1);
                (200, vec![], "{}".to_owned())
            }
            ("POST", "/", _) => refusal("Forbidden"),
            _ => refusal("Missing Authentication Token"),
        };
        headers
            .extend([("x-amzn-requestid", "1"), ("access-control-allow-origin", "https://www.example.com")]);
        Ok(response(status, &headers, &body))
    }
}

/// All rows asked right after a change; what was said meanwhile.
async fn ask(slow: &Slow, grace: Grace) -> (Vec<Finding>, Vec<String>) {
    let world = World::new();
    let run = Run::new(Id::only("contract"), world.sink(), Stop::default());
    let check = ContractRun { carrier: slow, run: &run, grace, load: false };
    let findings = check.run(&rows(&world.stack(HELLO))).await.unwrap();
    (findings, world.notes())
}

fn broken(findings: &[Finding]) -> Vec<&str> {
    let is_broken = |o: &&Finding| matches!(o.verdict, Verdict::Broken { .. });
    findings.iter().filter(is_broken).map(|o| o.promise.as_str()).collect()
}

fn after_a_change() -> Grace {
    Grace::since(Duration::ZERO)
}

#[tokio::test(start_paused = true)]
async fn a_new_key_is_waited_for_and_the_row_is_named() {
    let slow = Slow::new(120, 0);
    let (findings, said) = ask(&slow, after_a_change()).await;
    assert_eq!(broken(&findings), [""; 0]);
    assert!((120..126).contains(&slow.up.elapsed().as_secs()), "{:?}", slow.up.elapsed());
    assert_eq!(slow.answered.get(), 1, "what was answered is not asked again");
    let wait = format!("waiting for \"{ROW}\": 403 \"Forbidden\", ");
    assert!(said.len() > 20 && said.iter().all(|text| text.starts_with(&wait)), "{said:#?}");
    assert!(said.iter().all(|text| text.ends_with(" s of at most 180 s")), "{said:#?}");
}

#[tokio::test(start_paused = true)]
async fn after_three_minutes_it_is_broken() {
    let slow = Slow::new(600, 0);
    let (findings, _) = ask(&slow, after_a_change()).await;
    assert_eq!(broken(&findings), [ROW]);
    assert!((175..=180).contains(&slow.up.elapsed().as_secs()), "{:?}", slow.up.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_new_deployment_is_waited_for_half_a_minute() {
    let slow = Slow::new(0, 9);
    let (findings, said) = ask(&slow, after_a_change()).await;
    assert_eq!(broken(&findings), [""; 0]);
    assert!((9..15).contains(&slow.up.elapsed().as_secs()), "{:?}", slow.up.elapsed());
    let preflight = "waiting for \"a page of https://www.example.com may call /\": 403 \"Missing Authentication Token\" instead of 200";
    assert!(said.iter().any(|text| text.starts_with(preflight)), "{said:#?}");

    let slow = Slow::new(0, 600);
    let (findings, _) = ask(&slow, after_a_change()).await;
    assert!(broken(&findings).contains(&"a page of https://www.example.com may call /"));
    assert!(slow.up.elapsed() <= Duration::from_secs(181), "{:?}", slow.up.elapsed());
}

#[tokio::test(start_paused = true)]
async fn what_changed_long_ago_is_not_waited_for() {
    for (changed, at_most) in [(60, 120), (179, 1), (100_000, 0)] {
        let slow = Slow::new(600, 0);
        let (findings, _) = ask(&slow, Grace::since(Duration::from_secs(changed))).await;
        assert_eq!(broken(&findings), [ROW]);
        assert!(slow.up.elapsed().as_secs() <= at_most, "{changed}: {:?}", slow.up.elapsed());
    }
}

#[tokio::test(start_paused = true)]
async fn ctrl_c_ends_the_wait() {
    let slow = Slow::new(600, 0);
    let stop = Stop::default();
    let run = Run::new(Id::only("contract"), Rc::new(|_| {}), stop.clone());
    let check = ContractRun { carrier: &slow, run: &run, grace: after_a_change(), load: false };
    let rows = rows(&World::new().stack(HELLO));
    let pressed = async {
        tokio::time::sleep(Duration::from_secs(20)).await;
        stop.now();
    };
    let (result, ()) = tokio::join!(check.run(&rows), pressed);
    assert!(result.is_err());
    assert!(slow.up.elapsed().as_secs() <= 21, "{:?}", slow.up.elapsed());
}

/// A stage behind a web ACL that does not let this machine in.
struct Walled;

impl Carrier for Walled {
    async fn carry(&self, _: &Ask) -> anyhow::Result<Response> {
        let headers = [("x-amzn-requestid", "1"), ("x-amzn-errortype", "ForbiddenException")];
        Ok(response(403, &headers, r#"{"message":"Forbidden"}"#))
    }
}

#[tokio::test(start_paused = true)]
async fn behind_a_web_acl_nothing_is_found_out_and_nothing_is_broken() {
    let rows = rows(&World::new().stack(HELLO));
    let findings = by_web_acl(&Walled, &rows).await.unwrap();
    assert_eq!(findings.len(), rows.iter().filter(|row| row.need == RowNeed::Nothing).count());
    let why = "this machine may not call (a web ACL guards the stage)".to_owned();
    assert!(findings.iter().all(|o| o.verdict == Verdict::Unknown { why: why.clone() }), "{findings:#?}");
    // A key that is not let in yet is no web ACL.
    assert!(by_web_acl(&Slow::new(600, 0), &rows).await.is_none());
}

/// A stage that takes a moment for each call, and counts how many run of each path.
#[derive(Default)]
struct Busy {
    running: RefCell<BTreeMap<String, u32>>,
    most: RefCell<BTreeMap<String, u32>>,
}

impl Carrier for Busy {
    async fn carry(&self, ask: &Ask) -> anyhow::Result<Response> {
        let call = format!("{} {}", ask.method, ask.path.split('?').next().unwrap_or_default());
        let running = {
            let mut running = self.running.borrow_mut();
            let running = running.entry(call.clone()).or_default();
            *running += 1;
            *running
        };
        let most = self.most.borrow().get(&call).copied().unwrap_or_default();
        self.most.borrow_mut().insert(call.clone(), most.max(running));
        tokio::time::sleep(Duration::from_millis(50)).await;
        *self.running.borrow_mut().get_mut(&call).unwrap() -= 1;
        Ok(response(200, &[("x-amzn-requestid", "1")], ""))
    }
}

#[tokio::test(start_paused = true)]
async fn a_function_gets_no_more_calls_at_once_than_it_has_reserved() {
    let most = async |reserved: &str| {
        let checks: String = (1..=12).map(|n| format!("  - {{route: GET /, path: '/?n={n}'}}\n")).collect();
        let text = format!(
            "stack: s\nfunctions:\n  a: {{image: {{context: .}}{reserved}}}\napi: {{routes: {{GET /: {{function: a, auth: none}}}}}}\nchecks:\n{checks}"
        );
        let busy = Busy::default();
        let run = Run::silent(Id::only("contract"));
        let check = ContractRun { carrier: &busy, run: &run, grace: Grace::NONE, load: false };
        check.run(&rows(&World::new().stack(&text))).await.unwrap();
        busy.most.borrow()["GET /"]
    };
    assert_eq!(most("").await, 8);
    assert_eq!(most(", reserved_concurrency: 2").await, 2);
    assert_eq!(most(", reserved_concurrency: 0").await, 1, "its row shows that it can't be called");
}
