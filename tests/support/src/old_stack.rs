//! A stack as it was made before functions had an alias: its API calls the functions themselves.

use crate::world::{ACCOUNT, REGION};
use aws_sdk_apigateway::types::{Op, PatchOperation};
use lambdeploy::testing::aws::Cloud;

/// Takes the alias of a stack's only function away, and lets its API call the function itself.
pub async fn make_it_old(aws: &Cloud, function: &str, key: &str, stage: &str) {
    let apis = aws.apigateway.get_rest_apis().send().await.unwrap();
    let api = apis.items()[0].id().unwrap();
    let source = format!("arn:aws:execute-api:{REGION}:{ACCOUNT}:{api}/*/*/*");
    let add = aws.lambda.add_permission().function_name(function).statement_id(format!("lambdeploy-{key}"));
    let add = add.action("lambda:InvokeFunction").principal("apigateway.amazonaws.com").source_arn(source);
    add.send().await.unwrap();
    call_the_function(aws, api).await;
    aws.apigateway.create_deployment().rest_api_id(api).stage_name(stage).send().await.unwrap();
    aws.lambda.delete_alias().function_name(function).name("live").send().await.unwrap();
    let versions = aws.lambda.list_versions_by_function().function_name(function).send().await.unwrap();
    for number in versions.versions().iter().filter_map(|it| it.version()).filter(|it| *it != "$LATEST") {
        aws.lambda.delete_function().function_name(function).qualifier(number).send().await.unwrap();
    }
}

async fn call_the_function(aws: &Cloud, api: &str) {
    let resources = aws.apigateway.get_resources().rest_api_id(api).embed("methods").send().await.unwrap();
    for resource in resources.items() {
        for (name, method) in resource.resource_methods().into_iter().flatten() {
            let uri = method.method_integration().and_then(|it| it.uri()).unwrap_or_default();
            if !uri.contains(":live/") {
                continue;
            }
            let itself = uri.replace(":live/", "/");
            let patch = PatchOperation::builder().op(Op::Replace).path("/uri").value(itself).build();
            let update = aws.apigateway.update_integration().rest_api_id(api);
            let update = update.resource_id(resource.id().unwrap()).http_method(name);
            update.patch_operations(patch).send().await.unwrap();
        }
    }
}
