//! The right of the REST API to invoke the function: one statement with a fixed id, compared by what it says.

use super::{Context, FunctionOutput, RestApiOutput, gone};
use crate::{
    aws::{Class, FoundExt, call, failure_of},
    engine::{Applied, Handle, Id, Live, Owner, Reporter, Resource, UNKNOWN},
};
use anyhow::{Context as _, Result};
use serde::Serialize;
use serde_json::Value;

pub struct Permission {
    pub at: Context,
    pub id: Id,
    pub function_name: String,
    pub function: Handle<FunctionOutput>,
    pub rest_api: Handle<RestApiOutput>,
    /// Whether the API asks the function about callers too.
    pub authorizes: bool,
}

/// One statement, as far as API Gateway's calls depend on it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Props {
    effect: String,
    action: String,
    principal: String,
    source_arn: Option<String>,
    /// Anything else that narrows it.
    other_conditions: Option<Value>,
}

const ACTION: &str = "lambda:InvokeFunction";
const PRINCIPAL: &str = "apigateway.amazonaws.com";

impl Permission {
    fn statement_id(&self) -> String {
        statement_id(&self.at)
    }

    fn props(statement: &Value) -> Props {
        let text = |v: &Value| v.as_str().map(str::to_owned).unwrap_or_else(|| v.to_string());
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
        Props {
            effect: text(&statement["Effect"]),
            action: text(&statement["Action"]),
            principal: text(principal),
            source_arn,
            other_conditions: (!empty).then_some(conditions),
        }
    }

    async fn put(&self, want: &Props, to: &Reporter) -> Result<()> {
        let request = self.at.cloud.lambda.add_permission().function_name(&self.function_name);
        let request = request
            .statement_id(self.statement_id())
            .action(&want.action)
            .principal(&want.principal)
            .set_source_arn(want.source_arn.clone());
        match call(to, "AddPermission", || request.clone().send()).await {
            // A lost reply, or a statement of the same id that says something else: whichever, ours must stand.
            Err(e) if failure_of(&e).is_some_and(|f| f.class() == Class::AlreadyThere) => {
                match self.observe().await? {
                    Some(live) if live.props == *want => Ok(()),
                    _ => {
                        self.remove(to).await?;
                        call(to, "AddPermission", || request.clone().send()).await.map(drop)
                    }
                }
            }
            other => other.map(drop),
        }
    }

    async fn remove(&self, to: &Reporter) -> Result<()> {
        let request = self.at.cloud.lambda.remove_permission().function_name(&self.function_name);
        let request = request.statement_id(self.statement_id());
        gone(call(to, "RemovePermission", || request.clone().send()).await)
    }
}

/// The id of the stack's own statement. Letters, digits, `-` and `_`, at most 100: a stack's name is all of that.
pub(super) fn statement_id(at: &Context) -> String {
    format!("lambdeploy-{}", at.own.stack)
}

/// All statements of a function's resource policy.
pub(super) async fn statements(at: &Context, function: &str, to: &Reporter) -> Result<Vec<Value>> {
    let request = at.cloud.lambda.get_policy().function_name(function);
    let answer = call(to, "GetPolicy", || request.clone().send()).await.found()?;
    let Some(text) = answer.and_then(|a| a.policy) else { return Ok(Vec::new()) };
    let document: Value = serde_json::from_str(&text).context("the function's policy is no JSON")?;
    Ok(document["Statement"].as_array().cloned().unwrap_or_default())
}

/// Adds a statement again, as it was read.
pub(super) async fn add(at: &Context, function: &str, statement: &Value, to: &Reporter) -> Result<()> {
    let props = Permission::props(statement);
    let equal = |key| statement["Condition"]["StringEquals"][key].as_str().map(str::to_owned);
    let request = at.cloud.lambda.add_permission().function_name(function);
    let request = request
        .statement_id(statement["Sid"].as_str().unwrap_or_default())
        .action(props.action)
        .principal(props.principal)
        .set_source_arn(props.source_arn)
        .set_source_account(equal("AWS:SourceAccount"))
        .set_principal_org_id(equal("aws:PrincipalOrgID"))
        .set_event_source_token(equal("lambda:EventSourceToken"))
        .set_function_url_auth_type(equal("lambda:FunctionUrlAuthType").map(|t| t.as_str().into()));
    match call(to, "AddPermission", || request.clone().send()).await {
        Err(e) if failure_of(&e).is_some_and(|f| f.class() == Class::AlreadyThere) => Ok(()),
        other => other.map(drop),
    }
}

impl Resource for Permission {
    type Props = Props;
    type Output = ();

    fn id(&self) -> Id {
        self.id.clone()
    }

    fn needs(&self) -> Vec<Id> {
        vec![self.function.id(), self.rest_api.id()]
    }

    fn deleted_before(&self) -> Vec<Id> {
        vec![self.rest_api.id()]
    }

    fn wish(&self, _: Option<&Live<Self>>) -> Result<Props> {
        let source = match self.rest_api.get() {
            // Every method and path of this API and no other; which of them exist is the API's own definition.
            // An authorizer is called as `<api>/authorizers/<id>`.
            Some(api) => {
                let which = if self.authorizes { "*" } else { "*/*/*" };
                self.at.cloud.arn("execute-api", &format!("{}/{which}", api.id))?
            }
            None => UNKNOWN.to_owned(),
        };
        Ok(Props {
            effect: "Allow".to_owned(),
            action: ACTION.to_owned(),
            principal: PRINCIPAL.to_owned(),
            source_arn: Some(source),
            other_conditions: None,
        })
    }

    async fn observe(&self) -> Result<Option<Live<Self>>> {
        let to = self.at.cloud.reporter(&self.id);
        let sid = self.statement_id();
        let ours = statements(&self.at, &self.function_name, &to)
            .await?
            .into_iter()
            .find(|s| s["Sid"] == sid.as_str());
        Ok(ours.map(|s| Live { props: Self::props(&s), output: (), owner: Owner::Us }))
    }

    async fn create(&self, want: &Props, to: &Reporter) -> Result<()> {
        self.put(want, to).await
    }

    async fn update(&self, _: &Live<Self>, want: &Props, to: &Reporter) -> Result<Applied<()>> {
        self.remove(to).await?;
        self.put(want, to).await?;
        Ok(Applied::in_place(()))
    }

    async fn delete(&self, _: &Live<Self>, to: &Reporter) -> Result<()> {
        self.remove(to).await
    }
}
