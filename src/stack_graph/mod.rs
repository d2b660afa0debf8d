//! From a stack to its graph: the only place that knows all kinds.
//!
//! [`StackGraph::observed`] and [`StackGraph::doomed`] are the way in: for all but `destroy`, and for `destroy`. `wish` adds what the stack file wants, in an order in which each resource needs only earlier ones.
//! [`StackGraph::retire_leftovers`] adds what is no longer in the stack file, found through the inventory on the REST API, and twins that
//! two runs at once may have made. [`StackGraph::doom`] adds all of it for a `destroy`, which needs no values and no
//! Docker.

mod earlier;
mod ending;
mod grants;
mod leftovers;
mod names;
mod pipeline;
mod pruning;

use crate::{
    aws::Cloud,
    docker::{Docker, SecretValue},
    engine::{Graph, Handle, Id},
    resources::{
        ApiKey, ApiKeyOutput, Definition, Document, ExistingRole, ForeignRepository, Function,
        FunctionOutput, Image, ImageOutput, LogGroup, Mapping, Permission, PinnedImage, Repository,
        RepositoryOutput, RestApi, RestApiOutput, Role, RoleOutput, Source, StackAws, Stage, StageOutput,
        UsagePlan, Which, resource_policy,
    },
    stack::{self, ImageSource, Stack, Text},
};
pub use ending::ended_functions;
use grants::{authorizes, statements};
pub use names::inventory;
use names::{default_role_name, log_group_name, role_name};
use pruning::Pushed;
use std::{
    cell::{Cell, OnceCell},
    collections::BTreeMap,
    rc::Rc,
};

/// What a command line adds to the stack file.
#[derive(Debug, Clone, Default)]
pub struct Wishes {
    pub rebuild: bool,
    pub redeploy: bool,
    /// `--adopt api=<id>`, `key=<id>`, `plan=<id>`.
    pub adopt: BTreeMap<String, String>,
    /// Values of build secrets, by function and secret id.
    pub secrets: BTreeMap<String, BTreeMap<String, SecretValue>>,
}

pub struct StackGraph<'a> {
    graph: Graph,
    stack: &'a Stack,
    aws: StackAws,
    docker: Rc<dyn Docker>,
    wishes: Wishes,
    document: Rc<Document>,
    /// What clients need to know of; the stage and the keys once they are wished.
    pub api: Handle<RestApiOutput>,
    pub stage: Option<Handle<StageOutput>>,
    pub keys: Vec<Handle<ApiKeyOutput>>,
    pushed: Vec<Pushed<'a>>,
    /// Custom domains of the region; read for a destroy only.
    mappings: Vec<Mapping>,
    /// Repositories that are no longer in the stack file, by name.
    gone: BTreeMap<String, Handle<RepositoryOutput>>,
    /// A function comes where another goes.
    renames: bool,
    /// What may be this stack under another name or in another region; where it is made anew.
    pub earlier: Vec<String>,
    pub functions: Vec<Handle<FunctionOutput>>,
}

/// The handles of one function that others need.
struct Parts {
    role: Handle<RoleOutput>,
    repository: Handle<RepositoryOutput>,
    image: Handle<ImageOutput>,
    log_group: Id,
}

impl<'a> StackGraph<'a> {
    /// A graph with the REST API alone: the anchor of all the rest.
    fn new(stack: &'a Stack, cloud: &Rc<Cloud>, docker: Rc<dyn Docker>, wishes: Wishes) -> Self {
        let aws = StackAws::of(stack, cloud, wishes.adopt.get("api").cloned());
        let document = Rc::new(Document {
            aws: aws.clone(),
            api: stack.api.clone(),
            functions: stack.functions.values().map(|f| (f.key.clone(), f.name.clone())).collect(),
        });
        let mut graph = Graph::default();
        let api = graph.add(RestApi {
            aws: aws.clone(),
            id: Id::only("rest-api"),
            description: stack.api.description.clone(),
            inventory: inventory(stack, &cloud.region),
            policy: resource_policy::wished(&stack.api),
            document: document.clone(),
            which: Which::Own,
        });
        Self {
            graph,
            stack,
            aws,
            docker,
            wishes,
            document,
            api,
            stage: None,
            keys: Vec::new(),
            mappings: Vec::new(),
            pushed: Vec::new(),
            gone: BTreeMap::new(),
            renames: false,
            earlier: Vec::new(),
            functions: Vec::new(),
        }
    }

    /// Adds everything that the stack file wants.
    fn wish(&mut self) {
        let api = self.api.clone();
        let mut behind = Vec::new();
        let stack = self.stack;
        for function in stack.functions.values() {
            behind.extend(self.function(function, &api));
        }
        let stage = self.definition_and_stage(&api, behind);
        self.keys = self.stack.api.keys.iter().map(|name| self.add_key(name, &api)).collect();
        self.add_usage_plan(&api, &stage.id(), self.keys.clone());
        self.stage = Some(stage);
    }

    /// A function with all that is its own; gives the ids that a live stage waits for.
    fn function(&mut self, wish: &'a stack::Function, api: &Handle<RestApiOutput>) -> [Id; 2] {
        let role = self.role(wish, api);
        let log_group = self.log_group(wish, api);
        let (repository, image) = self.image(wish, api);
        let parts = Parts { role, repository, image, log_group };
        let function = self.lambda(wish, parts, api);
        let permission = self.permission(&wish.key, &wish.name, &function, api);
        self.functions.push(function.clone());
        [function.id(), permission]
    }

    fn role(&mut self, wish: &stack::Function, api: &Handle<RestApiOutput>) -> Handle<RoleOutput> {
        let id = Id::of("role", &wish.key);
        match &wish.role {
            stack::Role::Existing(arn) => self.graph.add(ExistingRole { id, arn: arn.clone() }),
            stack::Role::Managed(role) => self.graph.add(Role {
                aws: self.aws.clone(),
                id,
                name: role_name(self.stack, &wish.key, role, &self.aws.cloud.region),
                policies: role.policies.clone(),
                statements: statements(wish, role),
                boundary: role.boundary.clone(),
                function: wish.name.clone(),
                doomed: false,
                api: api.id(),
            }),
        }
    }

    fn log_group(&mut self, wish: &stack::Function, api: &Handle<RestApiOutput>) -> Id {
        self.graph
            .add(LogGroup {
                aws: self.aws.clone(),
                id: Id::of("log-group", &wish.key),
                name: log_group_name(&wish.name),
                retention: wish.log_retention,
                keep: self.stack.retain.logs,
                replaced: false,
                api: api.id(),
            })
            .id()
    }

    fn image(
        &mut self,
        wish: &'a stack::Function,
        api: &Handle<RestApiOutput>,
    ) -> (Handle<RepositoryOutput>, Handle<ImageOutput>) {
        let source = match &wish.image.source {
            ImageSource::Uri(uri) => return self.pinned_image(wish, uri),
            ImageSource::Archive(file) => Source::Archive(file.clone()),
            ImageSource::Context(build) => Source::StackAws {
                build: build.clone(),
                secrets: self.wishes.secrets.get(&wish.key).cloned().unwrap_or_default(),
                rebuild: self.wishes.rebuild,
            },
        };
        // Equal images are built and pushed once.
        if let Some(same) = self.pushed.iter().find(|it| it.is_of(wish)) {
            return (same.repository.clone(), same.image.clone());
        }
        let repository = self.repository(wish, api);
        let image = self.graph.add(Image {
            aws: self.aws.clone(),
            id: Id::of("image", &wish.key),
            repository_name: wish.image.repository.clone(),
            repository: repository.clone(),
            architecture: wish.architecture,
            source,
            docker: self.docker.clone(),
            fingerprint: OnceCell::new(),
        });
        self.pushed.push(Pushed { of: wish, repository: repository.clone(), image: image.clone() });
        (repository, image)
    }

    /// Somebody else's image, where it is.
    fn pinned_image(
        &mut self,
        wish: &stack::Function,
        uri: &str,
    ) -> (Handle<RepositoryOutput>, Handle<ImageOutput>) {
        let id = Id::of("repository", &wish.key);
        let repository = self.graph.add(ForeignRepository { id, uri: uri.to_owned() });
        let image = self.graph.add(PinnedImage {
            aws: self.aws.clone(),
            id: Id::of("image", &wish.key),
            uri: uri.to_owned(),
            architecture: wish.architecture,
        });
        (repository, image)
    }

    /// Functions may share one.
    fn repository(
        &mut self,
        wish: &stack::Function,
        api: &Handle<RestApiOutput>,
    ) -> Handle<RepositoryOutput> {
        let name = &wish.image.repository;
        if let Some(same) = self.pushed.iter().find(|it| it.of.image.repository == *name) {
            return same.repository.clone();
        }
        // It is called after the function whose default name it has, whoever else uses it.
        let owner = name.strip_prefix(&self.stack.name).and_then(|rest| rest.strip_prefix('/'));
        let owner = owner.filter(|key| self.stack.functions.contains_key(*key)).unwrap_or(&wish.key);
        self.graph.add(Repository {
            aws: self.aws.clone(),
            id: Id::of("repository", owner),
            name: name.clone(),
            keep: self.stack.retain.images,
            api: api.id(),
        })
    }

    fn lambda(
        &mut self,
        wish: &stack::Function,
        parts: Parts,
        api: &Handle<RestApiOutput>,
    ) -> Handle<FunctionOutput> {
        let mut wish = wish.clone();
        if let Some(cors) = &self.stack.api.cors {
            // The function can't know its origins by itself, and its own answers need the header too.
            let origins = Text::plain(cors.origins.join(","));
            wish.environment.entry("ALLOWED_ORIGINS".to_owned()).or_insert(origins);
        }
        let others = self.stack.functions.values().filter(|f| f.key != wish.key);
        let reserved_for_others = others.filter_map(|f| f.reserved_concurrency).sum();
        self.graph.add(Function {
            aws: self.aws.clone(),
            id: Id::of("function", &wish.key),
            wish,
            role: parts.role,
            repository: parts.repository,
            image: parts.image,
            log_group: parts.log_group,
            api: api.id(),
            reserved_for_others,
            kept: Default::default(),
            concurrency: Default::default(),
        })
    }

    fn permission(
        &mut self,
        key: &str,
        name: &str,
        function: &Handle<FunctionOutput>,
        api: &Handle<RestApiOutput>,
    ) -> Id {
        self.graph
            .add(Permission {
                aws: self.aws.clone(),
                id: Id::of("permission", key),
                function_name: name.to_owned(),
                function: function.clone(),
                rest_api: api.clone(),
                authorizes: authorizes(self.stack, key),
            })
            .id()
    }

    fn definition_and_stage(&mut self, api: &Handle<RestApiOutput>, behind: Vec<Id>) -> Handle<StageOutput> {
        let definition = self.graph.add(Definition {
            aws: self.aws.clone(),
            id: Id::only("definition"),
            document: self.document.clone(),
            rest_api: api.clone(),
        });
        let mut stage = self.stage(&self.stack.api.stage, api, definition.id());
        stage.behind = behind;
        stage.redeploy = self.wishes.redeploy;
        self.graph.add(stage)
    }

    fn stage(&self, name: &str, api: &Handle<RestApiOutput>, definition: Id) -> Stage {
        Stage {
            aws: self.aws.clone(),
            id: Id::of("stage", name),
            name: name.to_owned(),
            throttle: self.stack.api.throttle,
            tracing: self.stack.functions.values().any(|f| f.tracing),
            rest_api: api.clone(),
            document: self.document.clone(),
            definition,
            behind: Vec::new(),
            redeploy: false,
            replaced: false,
            is_live: Cell::new(false),
        }
    }

    fn key(&self, id: Id, name: &str, api: Id) -> ApiKey {
        let adopt = self.wishes.adopt.get("key").cloned();
        ApiKey { aws: self.aws.clone(), id, name: name.to_owned(), adopt, replaced: false, twin: None, api }
    }

    fn add_key(&mut self, name: &str, api: &Handle<RestApiOutput>) -> Handle<ApiKeyOutput> {
        let key = self.key(Id::of("api-key", name), name, api.id());
        self.graph.add(key)
    }

    fn add_usage_plan(&mut self, api: &Handle<RestApiOutput>, stage: &Id, keys: Vec<Handle<ApiKeyOutput>>) {
        if let Some(wish) = self.stack.api.usage_plan.clone() {
            let plan = self.usage_plan(wish, api, stage, keys);
            self.graph.add(plan);
        }
    }

    fn usage_plan(
        &self,
        wish: stack::UsagePlan,
        api: &Handle<RestApiOutput>,
        stage: &Id,
        keys: Vec<Handle<ApiKeyOutput>>,
    ) -> UsagePlan {
        UsagePlan {
            aws: self.aws.clone(),
            id: Id::only("usage-plan"),
            wish,
            stage_name: self.stack.api.stage.clone(),
            rest_api: api.clone(),
            stage: stage.clone(),
            keys,
            adopt: self.wishes.adopt.get("plan").cloned(),
            twin: None,
            anchor: api.id(),
        }
    }
}
