//! A statement of a function's resource policy that AddPermission can write: one principal, allowed one action, under
//! the few conditions that AddPermission knows. Others' statements can say more, since PutResourcePolicy takes whole
//! documents; those can't be given back to a function that is made anew.

use crate::{
    aws::{Class, Cloud, call, is_class},
    engine::Run,
};
use anyhow::Result;
use serde_json::{Map, Value, json};

/// The arguments of one AddPermission.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Grant {
    pub sid: String,
    pub action: String,
    pub principal: String,
    pub source_arn: Option<String>,
    source_account: Option<String>,
    organization: Option<String>,
    event_source_token: Option<String>,
    url_auth_type: Option<String>,
    via_function_url: bool,
}

const SOURCE_ACCOUNT: &str = "aws:sourceaccount";
const ORGANIZATION: &str = "aws:principalorgid";
const EVENT_SOURCE_TOKEN: &str = "lambda:eventsourcetoken";
const URL_AUTH_TYPE: &str = "lambda:functionurlauthtype";
const VIA_FUNCTION_URL: &str = "lambda:invokedviafunctionurl";
const SOURCE_ARN: &str = "aws:sourcearn";

impl Grant {
    /// The grant that AWS stores as exactly this statement; `None` where there is no such grant.
    pub(crate) fn of(statement: &Value, function_arn: &str) -> Option<Self> {
        let statement = canonical(statement);
        let grant = Self::read(&statement)?;
        (grant.stored(function_arn) == statement).then_some(grant)
    }

    fn read(statement: &Value) -> Option<Self> {
        let text = |v: &Value| v.as_str().map(str::to_owned);
        let condition = |operator: &str, key: &str| text(&statement["Condition"][operator][key]);
        let principal = &statement["Principal"];
        let aws = text(&principal["AWS"]).filter(|arn| arn.starts_with("arn:"));
        let everybody = || text(principal).filter(|p| p == "*");
        Some(Self {
            sid: text(&statement["Sid"])?,
            action: text(&statement["Action"])?,
            principal: aws.or_else(|| text(&principal["Service"])).or_else(everybody)?,
            source_arn: condition("ArnLike", SOURCE_ARN),
            source_account: condition("StringEquals", SOURCE_ACCOUNT),
            organization: condition("StringEquals", ORGANIZATION),
            event_source_token: condition("StringEquals", EVENT_SOURCE_TOKEN),
            url_auth_type: condition("StringEquals", URL_AUTH_TYPE),
            via_function_url: condition("Bool", VIA_FUNCTION_URL).is_some_and(|v| v == "true"),
        })
    }

    /// The statement as AWS stores it, in canonical form.
    fn stored(&self, function_arn: &str) -> Value {
        let principal = match self.principal.as_str() {
            "*" => json!("*"),
            arn if arn.starts_with("arn:") => json!({ "AWS": arn }),
            service => json!({ "Service": service }),
        };
        let mut statement = json!({
            "Sid": self.sid, "Effect": "Allow", "Principal": principal, "Action": self.action,
            "Resource": function_arn,
        });
        let via_url = self.via_function_url.then(|| "true".to_owned());
        for (operator, key, value) in [
            ("ArnLike", SOURCE_ARN, &self.source_arn),
            ("StringEquals", SOURCE_ACCOUNT, &self.source_account),
            ("StringEquals", ORGANIZATION, &self.organization),
            ("StringEquals", EVENT_SOURCE_TOKEN, &self.event_source_token),
            ("StringEquals", URL_AUTH_TYPE, &self.url_auth_type),
            ("Bool", VIA_FUNCTION_URL, &via_url),
        ] {
            if let Some(value) = value {
                statement["Condition"][operator][key] = json!(value);
            }
        }
        statement
    }

    /// Adds the statement; one of the same id that is there already stays as it is.
    pub(crate) async fn add(&self, cloud: &Cloud, function: &str, run: &Run) -> Result<()> {
        let request = cloud.lambda.add_permission().function_name(function);
        let request = request
            .statement_id(&self.sid)
            .action(&self.action)
            .principal(&self.principal)
            .set_source_arn(self.source_arn.clone())
            .set_source_account(self.source_account.clone())
            .set_principal_org_id(self.organization.clone())
            .set_event_source_token(self.event_source_token.clone())
            .set_function_url_auth_type(self.url_auth_type.as_deref().map(Into::into))
            .set_invoked_via_function_url(self.via_function_url.then_some(true));
        match call(run, "AddPermission", || request.clone().send()).await {
            Err(e) if is_class(&e, Class::AlreadyThere) => Ok(()),
            other => other.map(drop),
        }
    }
}

/// Those of a function's statements that AddPermission can't write.
pub(crate) fn not_grants(statements: &[Value], function_arn: &str) -> Vec<Value> {
    statements.iter().filter(|s| Grant::of(s, function_arn).is_none()).cloned().collect()
}

/// A statement without what changes nothing of its meaning: the case of condition keys, lists of one, empty conditions,
/// the two ways to write "everybody".
pub(super) fn canonical(statement: &Value) -> Value {
    let mut statement = statement.clone();
    if let Some(principal) = statement.get_mut("Principal") {
        let kinds = principal.as_object_mut().into_iter().flat_map(|kinds| kinds.values_mut());
        kinds.for_each(unwrap_one);
        if *principal == json!({ "AWS": "*" }) {
            *principal = json!("*");
        }
    }
    for member in ["Action", "Resource"] {
        statement.get_mut(member).into_iter().for_each(unwrap_one);
    }
    let conditions = statement["Condition"].take();
    let conditions: Map<String, Value> = conditions
        .as_object()
        .into_iter()
        .flatten()
        .filter(|(_, keys)| keys.as_object().is_none_or(|k| !k.is_empty()))
        .map(|(operator, keys)| (operator.clone(), canonical_keys(keys)))
        .collect();
    if let Some(members) = statement.as_object_mut() {
        members.remove("Condition");
        if !conditions.is_empty() {
            members.insert("Condition".to_owned(), Value::Object(conditions));
        }
    }
    statement
}

fn canonical_keys(keys: &Value) -> Value {
    let Some(keys) = keys.as_object() else { return keys.clone() };
    let one = |value: &Value| {
        let mut value = value.clone();
        unwrap_one(&mut value);
        value.as_bool().map_or(value, |b| json!(b.to_string()))
    };
    keys.iter().map(|(key, value)| (key.to_lowercase(), one(value))).collect()
}

fn unwrap_one(value: &mut Value) {
    if let Value::Array(items) = value
        && items.len() == 1
    {
        *value = items.remove(0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ARN: &str = "arn:aws:lambda:us-east-2:123456789012:function:f";

    /// A statement of API Gateway's right, with `members` set or, where they are null, taken away.
    fn statement(members: Value) -> Value {
        let mut statement = json!({
            "Sid": "s", "Effect": "Allow", "Principal": { "Service": "apigateway.amazonaws.com" },
            "Action": "lambda:InvokeFunction", "Resource": ARN,
        });
        for (name, value) in members.as_object().into_iter().flatten() {
            statement[name] = value.clone();
        }
        statement
    }

    #[test]
    fn what_add_permission_writes_comes_back_as_it_was() {
        for members in [
            json!({}),
            json!({ "Principal": "*", "Action": "lambda:InvokeFunctionUrl",
                "Condition": { "StringEquals": { "lambda:FunctionUrlAuthType": "NONE" } } }),
            json!({ "Principal": "*", "Condition": { "Bool": { "lambda:InvokedViaFunctionUrl": "true" } } }),
            json!({ "Principal": { "AWS": "*" }, "Condition": { "StringEquals": { "aws:PrincipalOrgID": "o-a1b2c3d4e5" } } }),
            json!({ "Principal": { "AWS": "arn:aws:iam::123456789012:root" } }),
            json!({ "Condition": { "ArnLike": { "AWS:SourceArn": "arn:aws:s3:::b" },
                "StringEquals": { "AWS:SourceAccount": "123456789012" } } }),
            json!({ "Condition": { "StringEquals": { "lambda:EventSourceToken": "t" } } }),
            json!({ "Action": ["lambda:InvokeFunction"], "Condition": {} }),
        ] {
            let statement = statement(members);
            let grant = Grant::of(&statement, ARN);
            let stored = grant.map(|g| g.stored(ARN));
            assert_eq!(stored, Some(canonical(&statement)), "{statement}");
        }
    }

    #[test]
    fn what_it_would_change_is_no_grant() {
        for members in [
            json!({ "Effect": "Deny" }),
            json!({ "Sid": null }),
            json!({ "Action": ["lambda:InvokeFunction", "lambda:GetFunction"] }),
            json!({ "Principal": { "AWS": ["arn:aws:iam::1:root", "arn:aws:iam::2:root"] } }),
            json!({ "Principal": { "AWS": "AIDAEXAMPLE" } }),
            json!({ "Principal": { "Service": "s3.amazonaws.com", "AWS": "*" } }),
            json!({ "Resource": format!("{ARN}:live") }),
            json!({ "Principal": "*", "Condition": { "Bool": { "lambda:InvokedViaFunctionUrl": "false" } } }),
            json!({ "Principal": "*", "Condition": { "IpAddress": { "aws:SourceIp": "203.0.113.0/24" } } }),
            json!({ "Condition": { "StringEquals": { "aws:SourceArn": "arn:aws:s3:::b" } } }),
            json!({ "Condition": { "StringEquals": { "aws:SourceAccount": ["1", "2"] } } }),
            json!({ "NotAction": "lambda:InvokeFunction" }),
        ] {
            let statement = statement(members);
            assert_eq!(Grant::of(&statement, ARN), None, "{statement}");
        }
    }
}
