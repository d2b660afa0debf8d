//! What the stack file wants, in an order in which each needs only earlier ones: the one place that knows all kinds.

use super::{StackGraph, Wishes, release::Released};
use crate::{
    aws::{Cloud, StackAws},
    docker::Docker,
    ecr::{OldImages, PinnedImage},
    engine::{Graph, Handle, Id, Kind as _},
    policy,
    resources::{
        AccountConcurrency, AliasOutput, ApiKey, ApiKeyWish, Definition, DefinitionWish, Document, Function,
        FunctionOutput, FunctionWish, Image, ImageOutput, ImageWish, KeptStatements, LogGroup, LogGroupWish,
        Permission, PermissionWish, Repository, RepositoryOutput, RestApi, RestApiWish, RestoredStatements,
        Role, RoleOutput, RoleWish, Source, Stage, StageWish, UsagePlan, UsagePlanWish, log_group_name,
    },
    stack::{self, Auth, DefaultNames, ImageSource, Stack, Text},
};
use anyhow::Result;
use futures_util::TryFutureExt;
use std::{
    cell::{OnceCell, RefCell},
    future::ready,
    rc::Rc,
};

/// An image that the stack pushes, and where it goes.
struct Pushed<'a> {
    /// The first function that runs it.
    of: &'a stack::Function,
    repository: Handle<RepositoryOutput>,
    image: Handle<ImageOutput>,
    old_images: Rc<OldImages>,
}

/// What is given to the functions and the stage, and what was added so far that others need.
struct Shared<'a> {
    docker: Rc<dyn Docker>,
    wishes: Wishes,
    pushed: Vec<Pushed<'a>>,
    concurrency: Option<Handle<Option<AccountConcurrency>>>,
    permissions: Vec<Handle<()>>,
}

impl<'a> StackGraph<'a> {
    /// A graph of everything that the stack file wants.
    ///
    /// # Errors
    /// What can't be written down, which is a mistake in the program.
    pub(super) fn wished(
        stack: &'a Stack,
        cloud: &Rc<Cloud>,
        docker: Rc<dyn Docker>,
        wishes: Wishes,
    ) -> Result<Self> {
        let aws = StackAws::of(stack, cloud, wishes.adopt.clone());
        let document = Rc::new(Document {
            aws: aws.clone(),
            api: stack.api.clone(),
            functions: stack.functions.values().map(|f| (f.key.clone(), f.name.clone())).collect(),
        });
        let mut graph = Graph::default();
        let api = graph.want(|_| RestApiWish {
            api: RestApi { aws: aws.clone() },
            description: stack.api.description.clone(),
            policy: policy::wished_api_policy(&stack.api),
            document: document.clone(),
        });
        let mut this = Self::of(stack, aws, graph, api);
        let (pushed, concurrency, permissions) = (Vec::new(), None, Vec::new());
        let mut shared = Shared { docker, wishes, pushed, concurrency, permissions };
        let released: Vec<_> = stack.functions.values().map(|it| this.function(it, &mut shared)).collect();
        shared.permissions = this.aliases(&released, &shared.wishes);
        this.stage(document, &shared);
        this.keys_and_plan();
        this.alerts_and_budget()?;
        Ok(this)
    }

    /// A function with all that is its own.
    fn function(&mut self, wish: &'a stack::Function, shared: &mut Shared<'a>) -> Released<'a> {
        let role = self.role(wish);
        let log_group = self.log_group(wish);
        let (repository, image) = self.image(wish, shared);
        let concurrency = wish.takes_concurrency().then(|| self.concurrency(shared));
        let others = self.stack.functions.values().filter(|f| f.key != wish.key);
        let taken_by_others = others.map(stack::Function::taken_concurrency).sum();
        let (aws, key, name) = (self.aws.clone(), wish.key.clone(), wish.name.clone());
        let (function, function_wish) = self.graph.want_shared(|needs| {
            needs.after(&log_group);
            FunctionWish {
                rest_api: needs.output(&self.api),
                function: Function { aws, key, name },
                wish: with_origins(wish, self.stack),
                role: needs.output(&role),
                repository: needs.output(&repository),
                image: needs.output(&image),
                concurrency: concurrency.as_ref().map(|account| needs.output(account)),
                taken_by_others,
                restorable: RefCell::default(),
            }
        });
        self.graph.want(|needs| RestoredStatements {
            kept: KeptStatements::of(&self.aws, &wish.key, &wish.name),
            function: needs.output(&function),
        });
        let version = self.version(wish, &function_wish, &function, &shared.wishes);
        self.functions.push(function.clone());
        Released { wish, function_wish, function, version, concurrency }
    }

    fn role(&mut self, wish: &stack::Function) -> Handle<RoleOutput> {
        let key = wish.key.clone();
        let managed = match &wish.role {
            stack::Role::Managed(managed) => managed.clone(),
            stack::Role::Existing(arn) => {
                let output = RoleOutput { arn: arn.clone(), created: None };
                return self.graph.given(Id::of(Role::NAME, &key), arn.clone(), ready(Ok(output)));
            }
        };
        let aws = self.aws.clone();
        let names = DefaultNames { stack: &self.stack.name, region: &aws.cloud.region };
        let name = managed.name_or_default(&key, names);
        self.graph.want(|needs| {
            needs.follows(&self.api);
            RoleWish { role: Role { aws: aws.clone(), key, name }, wish: managed, function: wish.clone() }
        })
    }

    fn log_group(&mut self, wish: &stack::Function) -> Handle<()> {
        let (aws, key, name) = (self.aws.clone(), wish.key.clone(), log_group_name(&wish.name));
        self.graph.want(|needs| {
            needs.follows(&self.api);
            LogGroupWish { group: LogGroup { aws, key, name }, retention: wish.log_retention }
        })
    }

    /// Equal images are built and pushed once.
    fn image(
        &mut self,
        wish: &'a stack::Function,
        shared: &mut Shared<'a>,
    ) -> (Handle<RepositoryOutput>, Handle<ImageOutput>) {
        let name = &wish.image.repository;
        let source = match &wish.image.source {
            ImageSource::Uri(uri) => return self.pinned_image(wish, uri),
            ImageSource::Archive(file) => Source::Archive(file.clone()),
            ImageSource::Context(build) => Source::Context {
                build: build.clone(),
                secrets: shared.wishes.secrets.get(&wish.key).cloned().unwrap_or_default(),
                rebuild: shared.wishes.rebuild,
            },
        };
        let of_repository = || shared.pushed.iter().filter(|it| it.of.image.repository == *name);
        if let Some(same) = of_repository().find(|it| it.of.has_the_image_of(wish)) {
            return (same.repository.clone(), same.image.clone());
        }
        let known = of_repository().next().map(|it| (it.repository.clone(), it.old_images.clone()));
        let (repository, old_images) = known.unwrap_or_else(|| self.repository(wish));
        let image = self.graph.want(|needs| ImageWish {
            image: Image {
                aws: self.aws.clone(),
                key: wish.key.clone(),
                repository_name: name.clone(),
                architecture: wish.architecture,
                source,
                fingerprint: OnceCell::new(),
            },
            repository: needs.output(&repository),
            docker: shared.docker.clone(),
            old_images: old_images.clone(),
            folder: self.stack.folder.clone(),
        });
        let pushed = Pushed { of: wish, repository, image, old_images };
        let handles = (pushed.repository.clone(), pushed.image.clone());
        shared.pushed.push(pushed);
        handles
    }

    /// Somebody else's image, where it is.
    fn pinned_image(
        &mut self,
        wish: &stack::Function,
        uri: &str,
    ) -> (Handle<RepositoryOutput>, Handle<ImageOutput>) {
        let pinned = || PinnedImage {
            cloud: self.aws.cloud.clone(),
            key: wish.key.clone(),
            uri: uri.to_owned(),
            architecture: wish.architecture,
        };
        let repository = ready(pinned().repository().map(RepositoryOutput::of_others));
        let image = pinned().digest().map_ok(|digest| ImageOutput { digest });
        (
            self.graph.given(Id::of(Repository::NAME, &wish.key), String::new(), repository),
            self.graph.given(Id::of(Image::NAME, &wish.key), String::new(), image),
        )
    }

    /// Functions may share one: it is called after the function whose default name it has, whoever else uses it.
    fn repository(&mut self, wish: &stack::Function) -> (Handle<RepositoryOutput>, Rc<OldImages>) {
        let name = &wish.image.repository;
        let owner = name.strip_prefix(&self.stack.name).and_then(|rest| rest.strip_prefix('/'));
        let owner = owner.filter(|key| self.stack.functions.contains_key(*key)).unwrap_or(&wish.key);
        let (aws, key) = (self.aws.clone(), owner.to_owned());
        let handle = self.graph.want(|needs| {
            needs.follows(&self.api);
            Repository { aws, key, name: name.clone() }
        });
        // Functions that share a repository keep their own number each.
        let images = self.stack.functions.values().map(|f| &f.image);
        let sharing = images.filter(|i| i.is_pushed() && i.repository == *name);
        let keep = sharing.map(|i| i.keep as usize).sum();
        (handle, OldImages::of(&self.aws.cloud, name, keep))
    }

    /// Asked once, and only where the file reserves some.
    fn concurrency(&mut self, shared: &mut Shared<'a>) -> Handle<Option<AccountConcurrency>> {
        let read = AccountConcurrency::read(self.aws.clone());
        let known = &mut shared.concurrency;
        known.get_or_insert_with(|| self.graph.look_up(Id::only("concurrency"), read)).clone()
    }

    pub(super) fn permission(
        &mut self,
        wish: &stack::Function,
        function: &Handle<FunctionOutput>,
        alias: &Handle<AliasOutput>,
    ) -> Handle<()> {
        let asks = |auth: &Auth| matches!(auth, Auth::Authorizer(a) if a.function == wish.key);
        let authorizes = self.stack.api.routes.iter().any(|route| asks(&route.auth));
        let (aws, key) = (self.aws.clone(), wish.key.clone());
        self.graph.want(|needs| {
            needs.after(alias);
            let permission = Permission { aws, key, function_name: wish.name.clone() };
            let (function, rest_api) = (needs.output(function), needs.output(&self.api));
            PermissionWish { permission, function, rest_api, authorizes }
        })
    }

    fn stage(&mut self, document: Rc<Document>, shared: &Shared<'a>) {
        let definition = self.graph.want(|needs| DefinitionWish {
            definition: Definition { document: document.clone() },
            rest_api: needs.output(&self.api),
        });
        let stage = self.graph.want(|needs| {
            needs.after(&definition);
            self.aliases.iter().for_each(|alias| needs.changes_after(alias));
            shared.permissions.iter().for_each(|permission| needs.changes_after(permission));
            StageWish {
                stage: Stage { aws: self.aws.clone(), name: self.stack.api.stage.clone() },
                throttle: self.stack.api.throttle,
                metrics: self.stack.api.metrics,
                tracing: self.stack.functions.values().any(|f| f.tracing),
                rest_api: needs.output(&self.api),
                document,
                redeploy: shared.wishes.redeploy,
            }
        });
        self.stage = Some(stage);
    }

    fn keys_and_plan(&mut self) {
        for name in &self.stack.api.keys {
            let key = self.graph.want(|needs| {
                let value = self.stack.api.key_values.get(name).cloned();
                let key = ApiKey { aws: self.aws.clone(), name: name.clone(), has_value: value.is_some() };
                ApiKeyWish { key, value, rest_api: needs.output(&self.api) }
            });
            self.keys.push(key);
        }
        let Some(wish) = self.stack.api.usage_plan.clone() else { return };
        let keys = self.stack.api.keys.iter().zip(&self.keys);
        self.graph.want(|needs| {
            self.stage.iter().for_each(|stage| needs.after(stage));
            UsagePlanWish {
                plan: UsagePlan { aws: self.aws.clone() },
                wish,
                rest_api: needs.output(&self.api),
                keys: keys.map(|(name, key)| (name.clone(), needs.output(key))).collect(),
            }
        });
    }
}

/// The function can't know its origins by itself, and its own answers need the header too.
fn with_origins(wish: &stack::Function, stack: &Stack) -> stack::Function {
    let mut wish = wish.clone();
    if let Some(cors) = &stack.api.cors {
        let origins = Text::plain(cors.origins.join(","));
        wish.environment.entry("ALLOWED_ORIGINS".to_owned()).or_insert(origins);
    }
    wish
}
