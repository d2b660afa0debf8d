//! What several resources need, each read once for all of them and again when it is old: lists, and repositories.

use super::{Cloud, FoundExt, call::call, pages::pages};
use crate::engine::{Id, Run};
use anyhow::{Error, Result};
use aws_sdk_apigateway::types::{ApiKey, RestApi, Stage, UsagePlan};
use aws_sdk_cloudwatch::types::MetricAlarm;
use aws_sdk_ecr::types::Repository;
use aws_sdk_lambda::operation::{get_alias::GetAliasOutput, get_function::GetFunctionOutput};
use futures_util::{
    FutureExt,
    future::{LocalBoxFuture, Shared},
};
use std::{cell::RefCell, collections::BTreeMap, rc::Rc, time::Duration};
use tokio::time::Instant;

/// The lists of API Gateway: its resources have no names to ask for.
#[derive(Default)]
pub struct Lookups {
    rest_apis: SharedLookup<Vec<RestApi>>,
    api_keys: SharedLookup<Vec<ApiKey>>,
    usage_plans: SharedLookup<Vec<UsagePlan>>,
    /// Of the stack's own API: there is one, but for twins.
    stages: SharedLookup<Vec<Stage>>,
    /// Of ECR, by name: the repository and its images ask for it.
    repositories: ByName<Repository>,
    /// Of Lambda, by name and qualifier: the function, its alias and its permission ask for it.
    functions: ByName<GetFunctionOutput>,
    /// Of CloudWatch, by what their names begin with.
    alarms: RefCell<BTreeMap<String, Rc<SharedLookup<Vec<MetricAlarm>>>>>,
    /// Of Lambda, by the function's name and their own.
    aliases: ByName<GetAliasOutput>,
}

/// Things that may not be there.
type ByName<T> = RefCell<BTreeMap<String, Rc<SharedLookup<Option<T>>>>>;

/// A list older than this is read again.
const FRESH: Duration = Duration::from_mins(1);

/// API Gateway's largest page.
const PAGE: i32 = 500;

type Pending<T> = Shared<LocalBoxFuture<'static, Result<Rc<T>, Rc<Error>>>>;

struct SharedLookup<T>(RefCell<Option<(Instant, Pending<T>)>>);

impl<T> Default for SharedLookup<T> {
    fn default() -> Self {
        Self(RefCell::default())
    }
}

impl<T: 'static> SharedLookup<T> {
    async fn get(&self, read: impl Future<Output = Result<T>> + 'static) -> Result<Rc<T>> {
        let fresh = self.0.borrow().as_ref().filter(|(at, _)| at.elapsed() <= FRESH).map(|(_, p)| p.clone());
        let pending = fresh.unwrap_or_else(|| self.start(read));
        pending.await.map_err(|e| shared(&e))
    }

    fn start(&self, read: impl Future<Output = Result<T>> + 'static) -> Pending<T> {
        let pending = read.map(|r| r.map(Rc::new).map_err(Rc::new)).boxed_local().shared();
        *self.0.borrow_mut() = Some((Instant::now(), pending.clone()));
        pending
    }

    fn forget(&self) {
        self.0.take();
    }
}

/// The same error for everybody who waits for the list, with its AWS failure still in it.
fn shared(error: &Rc<Error>) -> Error {
    match super::failure_of(error) {
        Some(failure) => failure.clone().into(),
        None => Error::msg(format!("{error:#}")),
    }
}

impl Cloud {
    /// Every REST API of the region, with tags.
    ///
    /// # Errors
    /// As the call.
    pub async fn rest_apis(self: &Rc<Self>) -> Result<Rc<Vec<RestApi>>> {
        let cloud = self.clone();
        self.lookups.rest_apis.get(async move { cloud.read_rest_apis().await }).await
    }

    /// Every API key, without values.
    ///
    /// # Errors
    /// As the call.
    pub async fn api_keys(self: &Rc<Self>) -> Result<Rc<Vec<ApiKey>>> {
        let cloud = self.clone();
        self.lookups.api_keys.get(async move { cloud.read_api_keys().await }).await
    }

    /// Every usage plan. AWS lists them without tags.
    ///
    /// # Errors
    /// As the call.
    pub async fn usage_plans(self: &Rc<Self>) -> Result<Rc<Vec<UsagePlan>>> {
        let cloud = self.clone();
        self.lookups.usage_plans.get(async move { cloud.read_usage_plans().await }).await
    }

    /// The stages of the stack's API.
    ///
    /// # Errors
    /// As the call.
    pub async fn stages(self: &Rc<Self>, api: &str) -> Result<Rc<Vec<Stage>>> {
        let (cloud, api) = (self.clone(), api.to_owned());
        let read = async move {
            let request = cloud.apigateway.get_stages().rest_api_id(api);
            let answer = call(&cloud.lists(), "GetStages", || request.clone().send()).await?;
            Ok(answer.item.unwrap_or_default())
        };
        self.lookups.stages.get(read).await
    }

    /// A repository of ECR, if it is there.
    ///
    /// # Errors
    /// As the call.
    pub async fn repository(self: &Rc<Self>, name: &str) -> Result<Rc<Option<Repository>>> {
        let lookup = self.lookups.repositories.borrow_mut().entry(name.to_owned()).or_default().clone();
        let (cloud, name) = (self.clone(), name.to_owned());
        let read = async move {
            let request = cloud.ecr.describe_repositories().repository_names(&name);
            let run = cloud.looking_at(&Id::of("repository", &name));
            let found = call(&run, "DescribeRepositories", || request.clone().send()).await.found()?;
            Ok(found.and_then(|f| f.repositories).and_then(|r| r.into_iter().next()))
        };
        lookup.get(read).await
    }

    /// A function, if it is there; with a qualifier one of its versions, or what an alias names.
    ///
    /// # Errors
    /// As the call.
    pub async fn function(
        self: &Rc<Self>,
        name: &str,
        qualifier: Option<&str>,
    ) -> Result<Rc<Option<GetFunctionOutput>>> {
        let key = qualifier.map_or_else(|| name.to_owned(), |q| format!("{name}:{q}"));
        let lookup = self.lookups.functions.borrow_mut().entry(key).or_default().clone();
        let request = self.lambda.get_function().function_name(name);
        let request = request.set_qualifier(qualifier.map(str::to_owned));
        let run = self.looking_at(&Id::of("function", name));
        let read = async move { call(&run, "GetFunction", || request.clone().send()).await.found() };
        lookup.get(read).await
    }

    /// An alias of a function, if both are there.
    ///
    /// # Errors
    /// As the call.
    pub async fn alias(self: &Rc<Self>, function: &str, name: &str) -> Result<Rc<Option<GetAliasOutput>>> {
        let key = format!("{function}:{name}");
        let lookup = self.lookups.aliases.borrow_mut().entry(key).or_default().clone();
        let request = self.lambda.get_alias().function_name(function).name(name);
        let run = self.looking_at(&Id::of("alias", function));
        let read = async move { call(&run, "GetAlias", || request.clone().send()).await.found() };
        lookup.get(read).await
    }

    /// The alarms whose names begin so. AWS lists them without tags.
    ///
    /// # Errors
    /// As the call.
    pub async fn alarms(self: &Rc<Self>, prefix: &str) -> Result<Rc<Vec<MetricAlarm>>> {
        let lookup = self.lookups.alarms.borrow_mut().entry(prefix.to_owned()).or_default().clone();
        let (cloud, prefix) = (self.clone(), prefix.to_owned());
        lookup.get(async move { cloud.read_alarms(&prefix).await }).await
    }

    /// As [`Cloud::forget_lists`], for the alarms.
    pub fn forget_alarms(&self) {
        self.lookups.alarms.borrow_mut().clear();
    }

    /// As [`Cloud::forget_lists`], for functions and their aliases.
    pub fn forget_functions(&self) {
        self.lookups.functions.borrow_mut().clear();
        self.lookups.aliases.borrow_mut().clear();
    }

    /// As [`Cloud::forget_lists`], for the repositories.
    pub fn forget_repositories(&self) {
        self.lookups.repositories.borrow_mut().clear();
    }

    /// Makes the next look a new one, for lists that decide about a create.
    pub fn forget_lists(&self) {
        self.forget_rest_apis();
        self.forget_api_keys();
        self.forget_usage_plans();
        self.forget_alarms();
        self.forget_repositories();
        self.forget_functions();
    }

    /// As [`Cloud::forget_lists`], for the APIs and their stages.
    pub fn forget_rest_apis(&self) {
        self.lookups.rest_apis.forget();
        self.forget_stages();
    }

    /// As [`Cloud::forget_lists`], for one list.
    pub fn forget_stages(&self) {
        self.lookups.stages.forget();
    }

    /// As [`Cloud::forget_lists`], for one list.
    pub fn forget_api_keys(&self) {
        self.lookups.api_keys.forget();
    }

    /// As [`Cloud::forget_lists`], for one list.
    pub fn forget_usage_plans(&self) {
        self.lookups.usage_plans.forget();
    }

    fn lists(&self) -> Run {
        self.looking_at(&Id::only("lists"))
    }

    async fn read_alarms(&self, prefix: &str) -> Result<Vec<MetricAlarm>> {
        let client = aws_sdk_cloudwatch::Client::new(self.sdk());
        pages(async |next| {
            let request = client.describe_alarms().alarm_name_prefix(prefix).set_next_token(next);
            let page = call(&self.lists(), "DescribeAlarms", || request.clone().send()).await?;
            Ok((page.metric_alarms.unwrap_or_default(), page.next_token))
        })
        .await
    }

    async fn read_rest_apis(&self) -> Result<Vec<RestApi>> {
        pages(async |position| {
            let request = self.apigateway.get_rest_apis().limit(PAGE).set_position(position);
            let page = call(&self.lists(), "GetRestApis", || request.clone().send()).await?;
            Ok((page.items.unwrap_or_default(), page.position))
        })
        .await
    }

    async fn read_api_keys(&self) -> Result<Vec<ApiKey>> {
        pages(async |position| {
            let request = self.apigateway.get_api_keys().limit(PAGE).include_values(false);
            let request = request.set_position(position);
            let page = call(&self.lists(), "GetApiKeys", || request.clone().send()).await?;
            Ok((page.items.unwrap_or_default(), page.position))
        })
        .await
    }

    async fn read_usage_plans(&self) -> Result<Vec<UsagePlan>> {
        pages(async |position| {
            let request = self.apigateway.get_usage_plans().limit(PAGE).set_position(position);
            let page = call(&self.lists(), "GetUsagePlans", || request.clone().send()).await?;
            Ok((page.items.unwrap_or_default(), page.position))
        })
        .await
    }
}
