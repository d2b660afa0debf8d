//! The URI of an integration, by its type.

use super::errors::bad_request;
use crate::error::AwsError;

/// Whether the URI says where an integration of that type goes. That the function exists is not checked, as on AWS.
pub(crate) fn check(kind: &str, uri: &str) -> Result<(), AwsError> {
    match kind {
        "MOCK" => Ok(()),
        "HTTP" | "HTTP_PROXY" => check_http(uri),
        _ => check_aws(kind, uri),
    }
}

fn check_http(uri: &str) -> Result<(), AwsError> {
    let scheme = ["http://", "https://", "${stageVariables."].iter().any(|s| uri.starts_with(s));
    if scheme { Ok(()) } else { Err(bad_request("Invalid HTTP endpoint specified for URI")) }
}

/// `arn:aws:apigateway:us-east-2:lambda:path/2015-03-31/functions/<function ARN>/invocations`
fn check_aws(kind: &str, uri: &str) -> Result<(), AwsError> {
    let fields: Vec<&str> = uri.splitn(6, ':').collect();
    let ["arn", _, service, _, target, path] = fields.as_slice() else {
        return Err(bad_request("Invalid ARN specified in the request"));
    };
    if *service != "apigateway" || !(path.starts_with("path/") || path.starts_with("action/")) {
        return Err(bad_request("AWS ARN for integration must contain path or action"));
    }
    let function = path
        .strip_prefix("path/2015-03-31/functions/")
        .and_then(|rest| rest.strip_suffix("/invocations"))
        .filter(|_| *target == "lambda");
    match function {
        Some(arn) => check_function(arn),
        None if kind == "AWS_PROXY" && !(*target == "firehose" && path.starts_with("action/")) => {
            Err(bad_request(
                "Integrations of type 'AWS_PROXY' currently only supports Lambda function and Firehose stream invocations.",
            ))
        }
        None => Ok(()),
    }
}

fn check_function(arn: &str) -> Result<(), AwsError> {
    let fields: Vec<&str> = arn.split(':').collect();
    let function = matches!(
        fields.as_slice(),
        ["arn", _, "lambda", _, _, "function", name] | ["arn", _, "lambda", _, _, "function", name, _]
            if !name.is_empty()
    );
    if function || arn.contains("${stageVariables.") {
        return Ok(());
    }
    Err(bad_request("Invalid function ARN or invalid uri"))
}
