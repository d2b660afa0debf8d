//! One local AWS, and the commands' inner halves against it.

use bytes::Bytes;
use futures_util::{FutureExt, future::LocalBoxFuture};
use http::{Request, Response};
use http_body_util::BodyExt;
use lambdeploy::testing::{
    aws::{Cloud, Target},
    deployer::{Scope, Task, documents},
    docker::{Body, Docker, Exchange, ScriptedDocker},
    engine::{Change, Event, Options, Plan, Report, Stop},
    stack::{self, Stack, Values},
    stack_graph::{StackGraph, Wishes},
};
use local_aws::{Config, ContainerEngine, LocalAws, NoContainers};
use serde_json::Value;
use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
    io,
    path::Path,
    rc::Rc,
    sync::Arc,
};
use tokio::time::Instant;

pub const ACCOUNT: &str = "000000000000";
pub const REGION: &str = "us-east-2";

/// A local AWS, and a Docker that builds the same image from the same request.
pub struct World {
    pub aws: LocalAws,
    engine: Arc<dyn ContainerEngine>,
    pub docker: Rc<ScriptedDocker>,
    pub folder: tempfile::TempDir,
    /// All that commands said here, with the time.
    pub said: Rc<RefCell<Vec<(Instant, Event)>>>,
    /// What each stack here was before, as its inventory names it.
    also: RefCell<BTreeMap<String, BTreeSet<(String, String)>>>,
    /// All policies that were printed for the commands here.
    policies: RefCell<Vec<Value>>,
}

impl World {
    pub fn new() -> Self {
        Self::with(Config::default())
    }

    pub fn with(config: Config) -> Self {
        Self::running(config, Arc::new(NoContainers))
    }

    /// With functions that run.
    pub fn running(config: Config, engine: Arc<dyn ContainerEngine>) -> Self {
        Self::of(LocalAws::new(config, engine.clone()).unwrap(), engine)
    }

    /// Another world that starts as this one is now, on another machine with the same folder.
    pub fn fork(&self) -> Self {
        self.with_its_folder(self.aws.fork(self.engine.clone()).unwrap())
    }

    /// Another machine with the same folder, on the same AWS.
    pub fn beside(&self) -> Self {
        self.with_its_folder(self.aws.clone())
    }

    fn with_its_folder(&self, aws: LocalAws) -> Self {
        let fork = Self::of(aws, self.engine.clone());
        fork.also.replace(self.also.borrow().clone());
        for file in std::fs::read_dir(self.folder.path()).unwrap() {
            let file = file.unwrap();
            std::fs::copy(file.path(), fork.folder.path().join(file.file_name())).unwrap();
        }
        fork
    }

    fn of(aws: LocalAws, engine: Arc<dyn ContainerEngine>) -> Self {
        let docker = Rc::new(ScriptedDocker::new(Rc::new(Router(aws.clone()))));
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("Dockerfile"), "FROM scratch\nCOPY . .\n").unwrap();
        std::fs::write(folder.path().join("app.py"), "print('hello')\n").unwrap();
        Self {
            aws,
            engine,
            docker,
            folder,
            said: Rc::default(),
            also: RefCell::default(),
            policies: RefCell::default(),
        }
    }

    pub fn sink(&self) -> Rc<dyn Fn(Event)> {
        let said = self.said.clone();
        Rc::new(move |event| said.borrow_mut().push((Instant::now(), event)))
    }

    /// Reads a stack file whose image contexts are this world's folder. `${SECRET}` is set.
    pub fn stack(&self, text: &str) -> Stack {
        let lookup = |name: &str| (name == "SECRET").then(|| "s3cr3t-value".to_owned());
        stack::read(text, "stack.yaml", self.folder.path(), Values::Needed, &lookup)
            .unwrap_or_else(|e| panic!("{e}"))
    }

    pub async fn cloud_in(&self, region: &str) -> Rc<Cloud> {
        self.cloud_of(ACCOUNT, region).await
    }

    pub async fn cloud_of(&self, account: &str, region: &str) -> Rc<Cloud> {
        let target =
            Target::InProcess { aws: self.aws.clone(), account: account.into(), region: region.into() };
        let cloud = Cloud::connect(target).await.unwrap();
        cloud.tell(self.sink());
        cloud
    }

    /// Commands run as somebody who may do exactly what `lambdeploy policy` prints for this stack, and for what the stack was
    /// before: who deploys both has both policies.
    pub async fn deployer(&self, stack: &Stack, task: Task) -> Rc<Cloud> {
        let region = stack.region.clone().unwrap_or_else(|| REGION.to_owned());
        let access_key = format!("DEPLOYER-{}-{region}-{task:?}", stack.name);
        self.allow_what_is_printed(stack, task, &region, &access_key);
        self.cloud_of(&access_key, &region).await
    }

    fn allow_what_is_printed(&self, stack: &Stack, task: Task, region: &str, access_key: &str) {
        let mut all = self.also.borrow_mut();
        let also = all.entry(format!("{}/{region}", stack.name)).or_default();
        let scope = Scope {
            stack,
            region: region.to_owned(),
            account: ACCOUNT.to_owned(),
            also: also.clone(),
            ids: None,
        };
        let policies = documents(&scope, task);
        also.extend(scope.entries());
        self.policies.borrow_mut().extend(policies.iter().cloned());
        self.aws.allow_only(access_key, policies);
    }

    /// AWS in the usual region with all rights, and the account known.
    pub async fn cloud(&self) -> Rc<Cloud> {
        let aws = self.cloud_of(ACCOUNT, REGION).await;
        aws.identify().await.unwrap();
        aws
    }

    /// The texts of all notes so far.
    pub fn notes(&self) -> Vec<String> {
        let note = |(_, event): &(Instant, Event)| match event {
            Event::Note { text, .. } => Some(text.clone()),
            _ => None,
        };
        self.said.borrow().iter().filter_map(note).collect()
    }

    /// Observes, as `plan` and `up` do.
    pub async fn observed<'a>(&self, stack: &'a Stack, wishes: Wishes) -> anyhow::Result<StackGraph<'a>> {
        let cloud = self.deployer(stack, Task::Up).await;
        let docker: Rc<dyn Docker> = self.docker.clone();
        StackGraph::observed(stack, &cloud, docker, wishes).boxed_local().await
    }

    pub async fn plan(&self, text: &str) -> Plan {
        self.plan_with(text, &Options::default()).await
    }

    pub async fn plan_with(&self, text: &str, options: &Options) -> Plan {
        let stack = self.stack(text);
        self.observed(&stack, Wishes::default()).await.unwrap().plan(options).unwrap()
    }

    pub async fn up(&self, text: &str) -> Report {
        self.up_with(text, &Options::default(), Wishes::default()).await
    }

    pub async fn up_with(&self, text: &str, options: &Options, wishes: Wishes) -> Report {
        self.try_up(text, options, wishes, &Stop::default()).await.unwrap()
    }

    pub async fn try_up(
        &self,
        text: &str,
        options: &Options,
        wishes: Wishes,
        stop: &Stop,
    ) -> anyhow::Result<Report> {
        let stack = self.stack(text);
        let graph = self.observed(&stack, wishes).await?;
        Ok(graph.apply(options, self.sink(), stop).await)
    }

    /// As `up` goes on after it has succeeded: old images are deleted. Gives what could not be.
    pub async fn up_and_prune(&self, text: &str, wishes: Wishes) -> Vec<String> {
        let stack = self.stack(text);
        let graph = self.observed(&stack, wishes).await.unwrap();
        let report = graph.apply(&Options::default(), self.sink(), &Stop::default()).await;
        assert!(report.is_complete(), "{report:?}");
        let failed = graph.tidy(self.sink(), &Stop::default()).await;
        failed.into_iter().map(|why| format!("{why:#}")).collect()
    }

    /// `up`, which must succeed, and a plan that must then be empty.
    #[track_caller]
    pub fn settles<'a>(&'a self, text: &'a str) -> impl Future<Output = Report> + 'a {
        let caller = std::panic::Location::caller();
        async move {
            let report = self.up(text).await;
            assert!(report.is_complete(), "{caller}: {report:?}");
            let plan = self.plan(text).await;
            assert!(!plan.has_changes(), "{caller}: after up there is still to do: {:#?}", lines(&plan));
            report
        }
    }

    pub async fn destroy(&self, text: &str) -> Report {
        self.destroy_with(text, &Options::default()).await
    }

    pub async fn destroy_with(&self, text: &str, options: &Options) -> Report {
        self.try_destroy(text, options, &Stop::default()).await.unwrap()
    }

    pub async fn try_destroy(&self, text: &str, options: &Options, stop: &Stop) -> anyhow::Result<Report> {
        let stack = self.stack(text);
        let graph = self.doomed(&stack).await?;
        if let Some((id, why)) = graph.plan_destroy(options).refusals().next() {
            anyhow::bail!("{id}: {why}");
        }
        Ok(graph.destroy(options, self.sink(), stop).await)
    }

    /// What `destroy` shows before it asks.
    pub async fn plan_destroy(&self, text: &str, options: &Options) -> Plan {
        let stack = self.stack(text);
        self.doomed(&stack).await.unwrap().plan_destroy(options)
    }

    async fn doomed<'a>(&self, stack: &'a Stack) -> anyhow::Result<StackGraph<'a>> {
        let cloud = self.deployer(stack, Task::Destroy).await;
        StackGraph::doomed(stack, &cloud).boxed_local().await
    }

    pub fn dump(&self) -> Value {
        self.aws.dump()
    }
}

thread_local! {
    static RECORD: RefCell<Record> = RefCell::default();
}

/// What the commands of some worlds needed of AWS, and what they were allowed.
#[derive(Default)]
pub struct Record {
    /// Actions with their resources.
    pub needs: BTreeSet<(String, String)>,
    pub policies: Vec<Value>,
}

/// All that worlds of this thread recorded, as they ended.
pub fn recorded() -> Record {
    RECORD.take()
}

impl Drop for World {
    fn drop(&mut self) {
        RECORD.with_borrow_mut(|record| {
            record.needs.extend(self.aws.permissions_asked());
            record.policies.append(&mut self.policies.borrow_mut());
        });
    }
}

/// A plan as lines: `~ function/hello memory 128 → 256`.
pub fn lines(plan: &Plan) -> Vec<String> {
    let mut all = Vec::new();
    for item in &plan.items {
        match &item.change {
            Change::Keep => {}
            Change::Create => all.push(format!("+ {}", item.id)),
            Change::Delete => all.push(format!("- {}", item.id)),
            Change::Update(fields) => {
                let field = |f: &lambdeploy::testing::engine::Field| {
                    format!("~ {} {} {} → {}", item.id, f.path, f.have, f.want)
                };
                all.extend(fields.iter().map(field));
            }
        }
    }
    all
}

/// What a plan refuses without consent, and why.
pub fn refusals(plan: &Plan) -> Vec<String> {
    plan.refusals().map(|(id, why)| format!("{id}: {why}")).collect()
}

/// The local AWS's registry without a socket.
struct Router(LocalAws);

impl Exchange for Router {
    fn send(&self, request: Request<Body>) -> LocalBoxFuture<'_, anyhow::Result<Response<Bytes>>> {
        async move {
            let request = request.map(|body| body.map_err(io::Error::other).boxed_unsync());
            let (parts, body) = self.0.try_handle(request).await?.into_parts();
            Ok(Response::from_parts(parts, body.collect().await?.to_bytes()))
        }
        .boxed_local()
    }
}

/// A file beside the stack file.
pub fn write(folder: &Path, name: &str, text: &str) {
    std::fs::write(folder.join(name), text).unwrap();
}
