//! The right of the REST API to invoke the function's alias: one statement with one of two fixed ids, compared by what it
//! says. Two, because another statement is added before the old one goes: without either, callers get 500.
//!
//! Stacks that were made before there was an alias have it on the function itself. That one goes last, once what the stage
//! serves is known to work.

use super::{
    RestApiOutput,
    alias::LIVE,
    chains,
    function::FunctionOutput,
    leftovers::Listed,
    statements::{sids, statements},
};
use crate::{
    aws::{Class, StackAws, call, ignore_not_found, is_class, ordered},
    engine::{Applied, Breaks, Change, Deletable, Found, Kind, Link, Need, Owner, Run, UNKNOWN, Wish, Words},
    stack::Entry,
};
use anyhow::Result;
use serde::Serialize;
use serde_json::Value;
use std::time::Duration;

pub(crate) struct Permission {
    pub aws: StackAws,
    pub key: String,
    pub function_name: String,
}

/// What the stack file wishes of it.
pub(crate) struct PermissionWish {
    pub permission: Permission,
    pub function: Need<FunctionOutput>,
    pub rest_api: Need<RestApiOutput>,
    /// Whether the API asks the function about callers too.
    pub authorizes: bool,
}

/// One statement, as far as API Gateway's calls depend on it.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Settings {
    effect: String,
    action: String,
    principal: String,
    source_arn: Option<String>,
    /// Anything else that narrows it.
    other_conditions: Option<Value>,
    /// What it is on: the alias, or the function itself.
    on: Option<&'static str>,
    /// The id of a second statement, which a run that died left.
    left_over: Option<String>,
    /// The ids of statements on the function itself, beside that on the alias.
    former: Vec<String>,
    /// Ids of all that are on the alias.
    #[serde(skip)]
    sids: Vec<String>,
    /// Ids of all that are on the function itself.
    #[serde(skip)]
    former_sids: Vec<String>,
}

/// As `on` shows it.
const ON_FUNCTION: &str = "the function itself";

/// How long API Gateway may go on to serve a deployment after the stage has moved to another.
const SERVED_ON: Duration = Duration::from_secs(30);

const ACTION: &str = "lambda:InvokeFunction";
const PRINCIPAL: &str = "apigateway.amazonaws.com";

impl Permission {
    fn settings_of(statement: &Value) -> Settings {
        let mut conditions = statement["Condition"].clone();
        let source_arn = conditions
            .get_mut("ArnLike")
            .and_then(Value::as_object_mut)
            .and_then(|c| c.remove("AWS:SourceArn").or_else(|| c.remove("aws:SourceArn")))
            .and_then(|v| v.as_str().map(str::to_owned));
        if let Some(map) = conditions.as_object_mut() {
            map.retain(|_, v| v.as_object().is_none_or(|m| !m.is_empty()));
        }
        let principal = &statement["Principal"];
        let principal = principal.get("Service").or(principal.get("AWS")).unwrap_or(principal);
        let empty = conditions.as_object().is_none_or(serde_json::Map::is_empty);
        Settings {
            effect: text(&statement["Effect"]),
            action: text(&statement["Action"]),
            principal: text(principal),
            source_arn,
            other_conditions: (!empty).then_some(conditions),
            on: Some(LIVE),
            left_over: None,
            former: Vec::new(),
            sids: vec![text(&statement["Sid"])],
            former_sids: Vec::new(),
        }
    }

    async fn add(&self, sid: &str, want: &Settings, run: &Run) -> Result<()> {
        let request = self.aws.cloud.lambda.add_permission().function_name(&self.function_name);
        let request = request
            .statement_id(sid)
            .action(&want.action)
            .principal(&want.principal)
            .set_source_arn(want.source_arn.clone())
            .qualifier(LIVE);
        call(run, "AddPermission", || request.clone().send()).await.map(drop)
    }

    /// `on`: an alias; `None`: the function itself.
    async fn remove(&self, sid: &str, on: Option<&str>, run: &Run) -> Result<()> {
        let request = self.aws.cloud.lambda.remove_permission().function_name(&self.function_name);
        let request = request.statement_id(sid).set_qualifier(on.map(str::to_owned));
        ignore_not_found(call(run, "RemovePermission", || request.clone().send()).await)
    }

    async fn ours(&self, on: Option<&str>, run: &Run) -> Result<Vec<Value>> {
        let sids = sids(&self.aws);
        let all = statements(&self.aws, &self.function_name, on, run).await?;
        Ok(all.into_iter().filter(|s| sids.iter().any(|sid| s["Sid"] == sid.as_str())).collect())
    }

    /// That it stands already is success: an answer may have been lost.
    async fn add_or_find(&self, sid: &str, want: &Settings, run: &Run) -> Result<()> {
        match self.add(sid, want, run).await {
            Err(e) if is_class(&e, Class::AlreadyThere) => {
                let ours = self.ours(Some(LIVE), run).await?;
                let stands = ours.iter().any(|it| it["Sid"] == sid && Self::is_wished(it, want));
                if stands { Ok(()) } else { Err(e) }
            }
            added => added,
        }
    }

    fn is_wished(statement: &Value, want: &Settings) -> bool {
        Change::between(Some(&Self::settings_of(statement)), want).is_ok_and(|change| change.is_keep())
    }

    /// What is wished first, then nothing else of ours.
    async fn settle(&self, want: &Settings, run: &Run) -> Result<()> {
        let ours = self.ours(Some(LIVE), run).await?;
        let [one, other] = sids(&self.aws);
        let keep = match ours.iter().find(|statement| Self::is_wished(statement, want)) {
            Some(statement) => text(&statement["Sid"]),
            None => {
                let new = if ours.iter().any(|s| s["Sid"] == one.as_str()) { other } else { one };
                if ours.iter().any(|s| s["Sid"] == new.as_str()) {
                    self.remove(&new, Some(LIVE), run).await?;
                }
                self.add_or_find(&new, want, run).await?;
                new
            }
        };
        for old in ours.iter().map(|s| text(&s["Sid"])).filter(|sid| *sid != keep) {
            self.remove(&old, Some(LIVE), run).await?;
        }
        Ok(())
    }
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

impl Kind for Permission {
    const NAME: &'static str = "permission";
    const WORDS: &'static [Words] = &[Words::new(
        "former",
        "the right to call the function itself goes, once its alias is known to be called",
        "API Gateway may still call the function itself, past its alias",
    )];
    const LINKS: &'static [Link] = &[Link::of(
        chains::FUNCTION,
        Breaks::Fields(&["effect", "action", "principal", "source_arn", "other_conditions", "on"]),
    )];
    type Settings = Settings;
    type Output = ();

    fn key(&self) -> &str {
        &self.key
    }

    async fn find(&self) -> Result<Option<Found<Self>>> {
        let run = self.aws.cloud.looking_at(&self.id());
        if self.aws.cloud.function(&self.function_name, None).await?.is_none() {
            return Ok(None);
        }
        let (on_alias, former) = tokio::try_join!(self.ours(Some(LIVE), &run), self.ours(None, &run))?;
        let former_sids: Vec<String> = former.iter().map(|s| text(&s["Sid"])).collect();
        let Some(first) = on_alias.first().or(former.first()) else { return Ok(None) };
        let sids: Vec<String> = on_alias.iter().map(|s| text(&s["Sid"])).collect();
        let settings = Settings {
            on: Some(if sids.is_empty() { ON_FUNCTION } else { LIVE }),
            left_over: sids.get(1).cloned(),
            former: if sids.is_empty() { Vec::new() } else { former_sids.clone() },
            sids,
            former_sids,
            ..Self::settings_of(first)
        };
        Ok(Some(Found { settings, output: (), owner: Owner::Us }))
    }
}

impl Deletable for Permission {
    /// What calls the alias of a function that was adopted stays when that does.
    async fn find_doomed(&self) -> Result<Option<Found<Self>>> {
        let function = self.aws.cloud.function(&self.function_name, None).await?;
        let owner =
            function.as_ref().as_ref().map(|it| self.aws.ownership.owner(&ordered(it.tags()), String::new));
        let adopted = owner == Some(Owner::Adopted);
        let found = self.find().await?;
        Ok(found.map(|found| if adopted { Found { owner: Owner::Unclaimed, ..found } } else { found }))
    }

    async fn delete(&self, found: &Found<Self>, run: &Run) -> Result<()> {
        for sid in &found.settings.sids {
            self.remove(sid, Some(LIVE), run).await?;
        }
        for sid in &found.settings.former_sids {
            self.remove(sid, None, run).await?;
        }
        Ok(())
    }
}

impl Listed for Permission {
    const ENTRY: &'static str = "function";

    fn of(aws: &StackAws, entry: &Entry) -> Self {
        Self { aws: aws.clone(), key: entry.key.clone(), function_name: entry.name.clone() }
    }
}

impl Wish for PermissionWish {
    type Kind = Permission;

    fn kind(&self) -> &Permission {
        &self.permission
    }

    fn settings(&self, _: Option<&Found<Permission>>) -> Result<Settings> {
        let source = match self.rest_api.get() {
            // Every method and path of this API and no other; which of them exist is the API's own definition.
            // An authorizer is called as `<api>/authorizers/<id>`.
            Some(api) => {
                let which = if self.authorizes { "*" } else { "*/*/*" };
                self.permission.aws.cloud.arn("execute-api", &format!("{}/{which}", api.id))?
            }
            None => UNKNOWN.to_owned(),
        };
        Ok(Settings {
            effect: "Allow".to_owned(),
            action: ACTION.to_owned(),
            principal: PRINCIPAL.to_owned(),
            source_arn: Some(source),
            other_conditions: None,
            on: Some(LIVE),
            left_over: None,
            former: Vec::new(),
            sids: Vec::new(),
            former_sids: Vec::new(),
        })
    }

    async fn create(&self, want: &Settings, run: &Run) -> Result<()> {
        let [sid, _] = sids(&self.permission.aws);
        match self.permission.add(&sid, want, run).await {
            // A lost reply, or a statement of the same id that says something else: whichever, ours must stand.
            Err(e) if is_class(&e, Class::AlreadyThere) => self.permission.settle(want, run).await,
            other => other,
        }
    }

    async fn update(&self, _: &Found<Permission>, want: &Settings, run: &Run) -> Result<Applied<()>> {
        self.permission.settle(want, run).await?;
        Ok(Applied::in_place(()))
    }

    /// Where the stage has moved a moment ago, what it served before may still be called.
    async fn tidy(&self, run: &Run) -> Result<()> {
        if self.function.ready()?.is_new {
            return Ok(());
        }
        let former = self.permission.ours(None, run).await?;
        if former.is_empty() {
            return Ok(());
        }
        run.note(
            "the right to call the function itself goes in 30 s: until then API Gateway may still use it",
        );
        run.stop.sleep(SERVED_ON).await?;
        for statement in &former {
            self.permission.remove(&text(&statement["Sid"]), None, run).await?;
        }
        Ok(())
    }
}
