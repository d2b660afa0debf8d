//! Who may call the functions past the API, its keys and its quotas: by a function URL, or by a statement of somebody else's.

use super::{Advice, Checkup};
use crate::{
    aws::{FoundExt, StackAws, call, pages},
    resources::{LIVE, foreign_statements},
};
use anyhow::Result;
use aws_sdk_lambda::types::{FunctionUrlAuthType, FunctionUrlConfig};
use futures_util::future::try_join_all;
use serde_json::Value;

impl Checkup<'_> {
    pub(super) async fn doors(&self) -> Result<Vec<Advice>> {
        let Some((stack, aws)) = self.stack_aws() else { return Ok(Vec::new()) };
        let each = stack.functions.values().map(|f| self.doors_of(&aws, &f.key, &f.name));
        let open: Vec<Advice> = try_join_all(each).await?.into_iter().flatten().collect();
        if open.is_empty() {
            return Ok(vec![Advice::fine("open doors", "the functions can be called by the API alone")]);
        }
        Ok(open)
    }

    async fn doors_of(&self, aws: &StackAws, key: &str, name: &str) -> Result<Vec<Advice>> {
        let (urls, of_function, of_alias) = tokio::join!(
            self.urls(name),
            foreign_statements(aws, name, None, &self.run),
            foreign_statements(aws, name, Some(LIVE), &self.run),
        );
        let urls = urls?.into_iter().filter(|url| url.auth_type == FunctionUrlAuthType::None);
        let urls = urls.map(|url| by_url(key, name, &url.function_url));
        let statement = |alias: Option<&'static str>| {
            move |s: Value| opened(&s).map(|who| by_statement(key, name, alias, &s, &who))
        };
        let of_function = of_function?.into_iter().filter_map(statement(None));
        let of_alias = of_alias?.into_iter().filter_map(statement(Some(LIVE)));
        Ok(urls.chain(of_function).chain(of_alias).collect())
    }

    async fn urls(&self, function: &str) -> Result<Vec<FunctionUrlConfig>> {
        pages(async |marker| {
            let request = self.cloud.lambda.list_function_url_configs().function_name(function);
            let request = request.set_marker(marker);
            let page = call(&self.run, "ListFunctionUrlConfigs", || request.clone().send()).await.found()?;
            Ok(page.map_or((Vec::new(), None), |page| (page.function_url_configs, page.next_marker)))
        })
        .await
    }
}

fn by_url(key: &str, name: &str, url: &str) -> Advice {
    let text = format!("anybody can call {key} at {url}, without a key and past every quota");
    let todo = format!("aws lambda delete-function-url-config --function-name {name}");
    Advice::beware("open doors", text, todo)
}

fn by_statement(key: &str, name: &str, alias: Option<&str>, statement: &Value, who: &str) -> Advice {
    let sid = statement["Sid"].as_str().unwrap_or_default();
    let text = format!("{who} {key} (statement {sid} of its policy)");
    let qualifier = alias.map(|alias| format!(" --qualifier {alias}")).unwrap_or_default();
    let todo = format!("aws lambda remove-permission --function-name {name}{qualifier} --statement-id {sid}");
    Advice::beware("open doors", text, todo)
}

/// Who may do what by a statement that opens a function, such as `anybody may call`. Statements for function URLs do nothing
/// without one (`docs/aws.md` 18), and a condition on the source is what keeps a service to one caller.
fn opened(statement: &Value) -> Option<String> {
    if statement["Effect"] != "Allow" {
        return None;
    }
    let principal = &statement["Principal"];
    let change = actions(statement).find(|a| ["*", "lambda:*", "lambda:UpdateFunctionCode"].contains(a));
    let is_free = statement["Condition"].as_object().is_none_or(serde_json::Map::is_empty);
    let verb = if change.is_some() { "may change" } else { "may call" };
    match (principal["AWS"].as_str(), principal["Service"].as_str()) {
        _ if principal == "*" && is_free => Some(format!("anybody {verb}")),
        (Some("*"), _) if is_free => Some(format!("anybody {verb}")),
        (Some(who), _) if change.is_some() => Some(format!("{who} may change")),
        (_, Some(service)) if is_free => Some(format!("{service} {verb}, for any account,")),
        _ => None,
    }
}

fn actions(statement: &Value) -> impl Iterator<Item = &str> {
    let action = &statement["Action"];
    let many = action.as_array().into_iter().flatten().filter_map(Value::as_str);
    action.as_str().into_iter().chain(many)
}

#[cfg(test)]
mod tests {
    use super::opened;
    use serde_json::{Value, json};

    fn of(principal: Value, action: Value, condition: Value) -> Option<String> {
        opened(&json!({
            "Sid": "x", "Effect": "Allow", "Principal": principal, "Action": action, "Condition": condition,
        }))
    }

    #[test]
    fn what_opens_a_function() {
        let call = || json!("lambda:InvokeFunction");
        let says = |principal: Value| of(principal, call(), Value::Null).unwrap_or_default();
        assert_eq!(says(json!("*")), "anybody may call");
        assert_eq!(says(json!({ "AWS": "*" })), "anybody may call");
        assert_eq!(
            says(json!({ "Service": "s3.amazonaws.com" })),
            "s3.amazonaws.com may call, for any account,"
        );
        let account = json!({ "AWS": "arn:aws:iam::123456789012:root" });
        assert_eq!(says(account.clone()), "");
        let change = of(account, json!(["lambda:GetFunction", "lambda:*"]), Value::Null);
        assert_eq!(change.as_deref(), Some("arn:aws:iam::123456789012:root may change"));
    }

    #[test]
    fn what_does_not() {
        let call = json!("lambda:InvokeFunctionUrl");
        let by_url = json!({ "StringEquals": { "lambda:FunctionUrlAuthType": "NONE" } });
        assert_eq!(of(json!("*"), call.clone(), by_url), None);
        let source = json!({ "ArnLike": { "AWS:SourceArn": "arn:aws:s3:::mine" } });
        assert_eq!(of(json!({ "Service": "s3.amazonaws.com" }), call, source), None);
        assert_eq!(opened(&json!({ "Effect": "Deny", "Principal": "*" })), None);
    }
}
