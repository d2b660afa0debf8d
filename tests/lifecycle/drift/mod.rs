//! For every field of every kind's settings: changed behind the tool's back, the plan shows exactly that line, `up`
//! mends it, and the plan is empty again. A field without such a change fails the test.

pub(crate) mod alerts;
mod alias;
pub(crate) mod budget;
mod definition;
pub(crate) mod function;
pub(crate) mod keys;
pub(crate) mod named;
pub(crate) mod rest_api;

use crate::world::{World, lines};
use lambdeploy::testing::{aws::Cloud, engine::Change};
use std::{collections::BTreeSet, rc::Rc};

pub(crate) const STACK: &str = "
stack: hello
region: us-east-2
tags: {team: web}
functions:
  hello:
    image: {context: .}
    environment: {GREETING: Hello}
    role: {policies: [AmazonS3ReadOnlyAccess]}
api:
  routes:
    POST /items/{id}: hello
  cors: {origins: ['https://a.example', 'https://b.example']}
  auth: api_key
  keys: [client]
  throttle: {rate: 50, burst: 100}
  metrics: true
  usage_plan: {rate: 10, burst: 20, quota: 100/day}
alerts: {email: [a@b.example]}
budget: {limit: 10 USD, email: [c@d.example]}
";

/// One resource of a stack that is up, and which of its fields were changed so far.
pub(crate) struct Drift {
    pub world: World,
    pub aws: Rc<Cloud>,
    resource: &'static str,
    proven: BTreeSet<String>,
}

impl Drift {
    pub(crate) async fn of(resource: &'static str) -> Self {
        let world = World::new();
        world.settles(STACK).await;
        let aws = world.cloud().await;
        Self { world, aws, resource, proven: BTreeSet::new() }
    }

    /// Changes `field` by `behind`, which must show as `paths` of it (`""`: itself) and nothing else.
    pub(crate) async fn shows_as(&mut self, field: &str, paths: &[&str], behind: impl AsyncFnOnce(&Cloud)) {
        let path = |sub: &&str| if sub.is_empty() { field.to_owned() } else { format!("{field}.{sub}") };
        let wanted: Vec<String> = paths.iter().map(path).collect();
        self.mends(&wanted.iter().map(String::as_str).collect::<Vec<_>>(), behind).await;
        self.proven.insert(field.to_owned());
    }

    pub(crate) async fn shows(&mut self, field: &str, behind: impl AsyncFnOnce(&Cloud)) {
        self.shows_as(field, &[""], behind).await;
    }

    pub(crate) async fn changes_after(&self, behind: impl AsyncFnOnce(&Cloud)) -> Vec<String> {
        behind(&self.aws).await;
        self.changes().await
    }

    /// After `behind` exactly these fields of it show, and `up` mends them.
    pub(crate) async fn mends(&self, fields: &[&str], behind: impl AsyncFnOnce(&Cloud)) {
        let wanted: Vec<String> = fields.iter().map(|f| format!("{} {f}", self.resource)).collect();
        assert_eq!(self.changes_after(behind).await, wanted);
        self.world.settles(STACK).await;
    }

    /// After `behind` these changes show, whatever they are, and `up` makes them.
    pub(crate) async fn remakes(&self, changes: &[&str], behind: impl AsyncFnOnce(&Cloud)) {
        assert_eq!(self.changes_after(behind).await, changes);
        self.world.settles(STACK).await;
    }

    /// For a field that can only be changed together with another.
    pub(crate) fn proves(&mut self, field: &str) {
        self.proven.insert(field.to_owned());
    }

    /// All updates that a plan shows, as `resource path`; anything else as it is planned.
    async fn changes(&self) -> Vec<String> {
        let plan = self.world.plan(STACK).await;
        let mut found = Vec::new();
        for item in plan.items.iter().filter(|i| !i.change.is_keep()) {
            match &item.change {
                Change::Update(fields) => {
                    found.extend(fields.iter().map(|f| format!("{} {}", item.id, f.path)));
                }
                other => found.push(format!("{} {other:?}", item.id)),
            }
        }
        found
    }

    /// Every field was changed, but for those that can't be: each with its reason.
    pub(crate) async fn every_field_is_proven(&self, out_of_reach: &[(&str, &str)]) {
        let stack = self.world.stack(STACK);
        let graph = self.world.observed(&stack, Default::default()).await.unwrap();
        let all = graph.fields().unwrap();
        let (_, fields) = all.iter().find(|(id, _)| id.as_str() == self.resource).unwrap();
        assert!(!fields.is_empty());
        let fields: BTreeSet<String> = fields.iter().map(|f| general(f)).collect();
        let covers = |proof: &str, field: &str| {
            field.strip_prefix(proof).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        let proven: Vec<String> = self
            .proven
            .iter()
            .map(|p| general(p))
            .chain(out_of_reach.iter().map(|(f, _)| (*f).to_owned()))
            .collect();
        // What is empty now was changed if something appeared in it.
        let is_proven = |f: &&String| proven.iter().any(|p| covers(p, f) || covers(f, p));
        let unproven: Vec<_> = fields.iter().filter(|f| !is_proven(f)).collect();
        assert!(unproven.is_empty(), "{}: no test changes {unproven:#?}", self.resource);
        for (field, _) in out_of_reach {
            assert!(fields.iter().any(|f| covers(field, f)), "{}: {field} is no field", self.resource);
        }
    }

    /// After `behind` the plan says `planned`, and `up` mends it.
    pub(crate) async fn heals(&self, planned: &[&str], behind: impl AsyncFnOnce(&Cloud)) {
        behind(&self.aws).await;
        assert_eq!(lines(&self.world.plan(STACK).await), planned);
        self.world.settles(STACK).await;
    }
}

/// One route stands for all of them, one status and one gateway response too.
fn general(path: &str) -> String {
    let mut parts: Vec<&str> = path.split('.').collect();
    if matches!(parts[0], "routes" | "gateway_responses") && parts.len() > 1 {
        parts[1] = "*";
    }
    if let Some(responses) = parts.iter().position(|p| *p == "responses").filter(|at| at + 1 < parts.len()) {
        parts[responses + 1] = "*";
    }
    parts.join(".")
}

#[tokio::test(start_paused = true)]
async fn every_resource_has_its_test() {
    let drift = Drift::of("").await;
    let stack = drift.world.stack(STACK);
    let graph = drift.world.observed(&stack, Default::default()).await.unwrap();
    let with_fields = graph.fields().unwrap().into_iter().filter(|(_, fields)| !fields.is_empty());
    let kinds: BTreeSet<String> = with_fields.map(|(id, _)| id.kind().to_owned()).collect();
    let tested = [
        "alarm",
        "alias",
        "api-key",
        "budget",
        "definition",
        "function",
        "image",
        "kept-statements",
        "log-group",
        "permission",
        "repository",
        "rest-api",
        "role",
        "stage",
        "topic",
        "usage-plan",
        "version",
    ];
    assert_eq!(kinds.iter().map(String::as_str).collect::<Vec<_>>(), tested);
}
