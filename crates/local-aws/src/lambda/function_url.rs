//! Function URLs, as settings: nothing listens at them here.

use super::{
    attached::FunctionUrl,
    errors::{not_found, refuse},
    name::FunctionRef,
    read::max_items,
};
use crate::{
    call::{Call, Reply},
    constraint::Failures,
    error::AwsError,
    stable_id,
};
use serde_json::{Value, json};

impl FunctionUrl {
    fn shown(&self, arn: &str) -> Value {
        let region = arn.split(':').nth(3).unwrap_or_default();
        let id = &stable_id::hex(&["url", arn])[..32];
        json!({
            "FunctionUrl": format!("https://{id}.lambda-url.{region}.on.aws/"),
            "FunctionArn": arn,
            "AuthType": self.auth,
            "InvokeMode": self.mode,
            "CreationTime": self.created,
            "LastModifiedTime": self.created,
        })
    }
}

fn target(call: &Call, input: &Value) -> Result<FunctionRef, AwsError> {
    let target = FunctionRef::to_change(call, input)?;
    target.ensure_function()?;
    Ok(target)
}

pub(crate) fn create(call: &mut Call, input: Value) -> Result<Reply, AwsError> {
    let target = target(call, &input)?;
    let (auth, mode) = (input["AuthType"].as_str(), input["InvokeMode"].as_str());
    let mut failures = Failures::default();
    failures.required("authType", auth.as_ref());
    failures.one_of("authType", auth, &["NONE", "AWS_IAM"]);
    failures.one_of("invokeMode", mode, &["BUFFERED", "RESPONSE_STREAM"]);
    refuse(failures)?;
    if !input["Cors"].is_null() {
        return Err(AwsError::not_implemented("CORS of a function URL"));
    }
    let created = call.now.strftime("%Y-%m-%dT%H:%M:%S.%6fZ").to_string();
    let function = target.find(call)?;
    if function.attached.url.is_some() {
        let why = format!(
            "Failed to create function url config for [functionArn = {}]. Error message:  FunctionUrlConfig exists for this Lambda function",
            target.arn
        );
        return Err(AwsError::new(409, "ResourceConflictException", why));
    }
    let url = FunctionUrl {
        auth: auth.unwrap_or_default().to_owned(),
        mode: mode.unwrap_or("BUFFERED").to_owned(),
        created,
    };
    let mut shown = url.shown(&target.arn);
    if let Some(members) = shown.as_object_mut() {
        members.remove("LastModifiedTime");
    }
    function.attached.url = Some(url);
    Ok(Reply::created(shown))
}

fn missing() -> AwsError {
    not_found("The resource you requested does not exist.")
}

pub(crate) fn get(call: &mut Call, input: Value) -> Result<Reply, AwsError> {
    let target = target(call, &input)?;
    let url = target.find(call)?.attached.url.as_ref().ok_or_else(missing)?;
    Ok(Reply::ok(url.shown(&target.arn)))
}

pub(crate) fn delete(call: &mut Call, input: Value) -> Result<Reply, AwsError> {
    let target = target(call, &input)?;
    target.find(call)?.attached.url.take().ok_or_else(missing)?;
    Ok(Reply::no_content())
}

pub(crate) fn list(call: &mut Call, input: Value) -> Result<Reply, AwsError> {
    let target = target(call, &input)?;
    let mut failures = Failures::default();
    max_items(&input, 50, &mut failures);
    refuse(failures)?;
    let url = target.find(call)?.attached.url.as_ref().map(|u| u.shown(&target.arn));
    Ok(Reply::ok(json!({ "FunctionUrlConfigs": Vec::from_iter(url) })))
}
