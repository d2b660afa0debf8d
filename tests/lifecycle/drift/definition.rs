//! What the API serves.

use super::{
    Drift,
    keys::{api_id, operation, replace},
};
use crate::world::{ACCOUNT, REGION};
use aws_sdk_apigateway::types::{AuthorizerType, GatewayResponseType, IntegrationType, Op, PatchOperation};
use lambdeploy::testing::aws::Cloud;

const PATH: &str = "/items/{id}";

/// One resource's draft, changed by hand.
struct Draft<'a> {
    aws: &'a Cloud,
    api: String,
    resource: String,
}

impl<'a> Draft<'a> {
    async fn of(aws: &'a Cloud) -> Self {
        let api = api_id(aws).await;
        let all = aws.apigateway.get_resources().rest_api_id(&api).send().await.unwrap();
        let resource = all.items().iter().find(|r| r.path() == Some(PATH)).unwrap().id().unwrap().to_owned();
        Self { aws, api, resource }
    }

    async fn method(&self, verb: &str, operations: Vec<PatchOperation>) {
        let update = self.aws.apigateway.update_method().rest_api_id(&self.api).resource_id(&self.resource);
        update.http_method(verb).set_patch_operations(Some(operations)).send().await.unwrap();
    }

    async fn method_response(&self, operations: Vec<PatchOperation>) {
        let update = self.aws.apigateway.update_method_response().rest_api_id(&self.api);
        let update = update.resource_id(&self.resource).http_method("OPTIONS").status_code("200");
        update.set_patch_operations(Some(operations)).send().await.unwrap();
    }

    async fn integration(&self, verb: &str, operations: Vec<PatchOperation>) {
        let update =
            self.aws.apigateway.update_integration().rest_api_id(&self.api).resource_id(&self.resource);
        update.http_method(verb).set_patch_operations(Some(operations)).send().await.unwrap();
    }

    async fn integration_response(&self, operations: Vec<PatchOperation>) {
        let update = self.aws.apigateway.update_integration_response().rest_api_id(&self.api);
        let update = update.resource_id(&self.resource).http_method("OPTIONS").status_code("200");
        update.set_patch_operations(Some(operations)).send().await.unwrap();
    }
}

fn add(path: &str, value: &str) -> PatchOperation {
    operation(Op::Add, path, Some(value))
}

#[tokio::test(start_paused = true)]
async fn every_field() {
    let mut drift = Drift::of("definition").await;
    method(&mut drift).await;
    models_validators_authorizers(&mut drift).await;
    other_methods(&mut drift).await;
    integrations(&mut drift).await;
    responses(&mut drift).await;
    whole_api(&mut drift).await;
    drift.every_field_is_proven(&[]).await;
}

async fn method(drift: &mut Drift) {
    let post = format!("routes.POST {PATH}");
    for (field, path, operation) in [
        ("auth", "", replace("/authorizationType", "AWS_IAM")),
        ("api_key_required", "", replace("/apiKeyRequired", "false")),
        (
            "parameters",
            "method.request.querystring.q",
            add("/requestParameters/method.request.querystring.q", "false"),
        ),
        ("operation_name", "", replace("/operationName", "byHand")),
    ] {
        let field = format!("{post}.{field}");
        drift
            .shows_as(&field, &[path], async |aws| Draft::of(aws).await.method("POST", vec![operation]).await)
            .await;
    }
}

async fn models_validators_authorizers(drift: &mut Drift) {
    let post = format!("routes.POST {PATH}");
    let models = format!("{post}.models");
    drift
        .shows_as(&models, &["application/json"], async |aws| {
            let draft = Draft::of(aws).await;
            let made = aws.apigateway.create_model().rest_api_id(&draft.api).name("ByHand");
            made.content_type("application/json").schema("{}").send().await.unwrap();
            draft.method("POST", vec![add("/requestModels/application~1json", "ByHand")]).await;
        })
        .await;
    let validator = format!("{post}.validator");
    drift
        .shows(&validator, async |aws| {
            let draft = Draft::of(aws).await;
            let made = aws.apigateway.create_request_validator().rest_api_id(&draft.api).name("by-hand");
            let id = made.validate_request_parameters(true).send().await.unwrap().id.unwrap();
            draft.method("POST", vec![replace("/requestValidatorId", &id)]).await;
        })
        .await;
    let (auth, authorizer) = (format!("{post}.auth"), format!("{post}.authorizer"));
    drift
        .mends(&[&auth, &authorizer], async |aws| {
            let draft = Draft::of(aws).await;
            let made = aws.apigateway.create_authorizer().rest_api_id(&draft.api).name("by-hand");
            let made =
                made.r#type(AuthorizerType::Token).identity_source("method.request.header.Authorization");
            let id = made.authorizer_uri(uri("authorizer")).send().await.unwrap().id.unwrap();
            let operations = vec![replace("/authorizationType", "CUSTOM"), replace("/authorizerId", &id)];
            draft.method("POST", operations).await;
        })
        .await;
    drift.proves(&authorizer);
}

async fn other_methods(drift: &mut Drift) {
    let options = format!("routes.OPTIONS {PATH}");
    drift
        .mends(&[&options], async |aws| {
            let draft = Draft::of(aws).await;
            let delete = aws.apigateway.delete_method().rest_api_id(&draft.api).resource_id(&draft.resource);
            delete.http_method("OPTIONS").send().await.unwrap();
        })
        .await;
    let get = format!("routes.GET {PATH}");
    drift
        .mends(&[&get], async |aws| {
            let draft = Draft::of(aws).await;
            let put = aws.apigateway.put_method().rest_api_id(&draft.api).resource_id(&draft.resource);
            put.http_method("GET").authorization_type("NONE").send().await.unwrap();
        })
        .await;
}

fn uri(function: &str) -> String {
    let function = format!("arn:aws:lambda:{REGION}:{ACCOUNT}:function:{function}");
    format!("arn:aws:apigateway:{REGION}:lambda:path/2015-03-31/functions/{function}/invocations")
}

async fn integrations(drift: &mut Drift) {
    let other = uri("other");
    for (verb, field, path, operation) in [
        ("POST", "uri", "", replace("/uri", &other)),
        ("POST", "http_method", "", replace("/httpMethod", "GET")),
        ("POST", "credentials", "", replace("/credentials", "arn:aws:iam::000000000000:role/by-hand")),
        ("POST", "timeout_ms", "", replace("/timeoutInMillis", "5000")),
        ("OPTIONS", "passthrough", "", replace("/passthroughBehavior", "NEVER")),
        ("OPTIONS", "content_handling", "", replace("/contentHandling", "CONVERT_TO_BINARY")),
        (
            "POST",
            "parameters",
            "integration.request.header.X",
            add("/requestParameters/integration.request.header.X", "'x'"),
        ),
        (
            "OPTIONS",
            "templates",
            "application/json",
            replace("/requestTemplates/application~1json", r#"{"statusCode": 500}"#),
        ),
    ] {
        let field = format!("routes.{verb} {PATH}.integration.{field}");
        drift
            .shows_as(&field, &[path], async |aws| {
                Draft::of(aws).await.integration(verb, vec![operation]).await;
            })
            .await;
    }
    let field = format!("routes.POST {PATH}.integration.cache_keys");
    drift
        .shows(&field, async |aws| {
            let operations = vec![operation(Op::Add, "/cacheKeyParameters/method.request.path.id", None)];
            Draft::of(aws).await.integration("POST", operations).await;
        })
        .await;
    let field = format!("routes.POST {PATH}.integration.type");
    drift
        .shows(&field, async |aws| {
            let draft = Draft::of(aws).await;
            let put = aws.apigateway.put_integration().rest_api_id(&draft.api).resource_id(&draft.resource);
            let put = put.http_method("POST").r#type(IntegrationType::Aws).integration_http_method("POST");
            put.uri(uri("hello-hello:live")).passthrough_behavior("WHEN_NO_MATCH").send().await.unwrap();
        })
        .await;
}

async fn responses(drift: &mut Drift) {
    let options = format!("routes.OPTIONS {PATH}");
    let declared = format!("{options}.responses");
    drift
        .shows_as(&declared, &["200.method.response.header.X"], async |aws| {
            let operation = add("/responseParameters/method.response.header.X", "false");
            Draft::of(aws).await.method_response(vec![operation]).await;
        })
        .await;
    let models = format!("{options}.response_models");
    drift
        .shows(&models, async |aws| {
            let draft = Draft::of(aws).await;
            let made = aws.apigateway.create_model().rest_api_id(&draft.api).name("Answer");
            made.content_type("application/json").schema("{}").send().await.unwrap();
            draft.method_response(vec![add("/responseModels/application~1json", "Answer")]).await;
        })
        .await;
    let header = "method.response.header.Access-Control-Max-Age";
    for (field, path, operation) in [
        ("selection_pattern", "", replace("/selectionPattern", "2..")),
        ("content_handling", "", replace("/contentHandling", "CONVERT_TO_BINARY")),
        ("parameters", header, replace(&format!("/responseParameters/{header}"), "'1'")),
        ("templates", "text/plain", add("/responseTemplates/text~1plain", "hello")),
    ] {
        let field = format!("{options}.integration.responses.200.{field}");
        drift
            .shows_as(&field, &[path], async |aws| {
                Draft::of(aws).await.integration_response(vec![operation]).await;
            })
            .await;
    }
}

async fn whole_api(drift: &mut Drift) {
    let origin = "gatewayresponse.header.Access-Control-Allow-Origin";
    for (field, path, operation) in [
        ("status", "", replace("/statusCode", "418")),
        ("parameters", origin, replace(&format!("/responseParameters/{origin}"), "'https://evil.example'")),
        ("templates", "application/json", replace("/responseTemplates/application~1json", "{}")),
    ] {
        let field = format!("gateway_responses.DEFAULT_4XX.{field}");
        drift
            .shows_as(&field, &[path], async |aws| {
                let update = aws.apigateway.update_gateway_response().rest_api_id(api_id(aws).await);
                let update = update.response_type(GatewayResponseType::Default4Xx);
                update.patch_operations(operation).send().await.unwrap();
            })
            .await;
    }
    drift
        .mends(&["gateway_responses.DEFAULT_5XX", "gateway_responses.UNAUTHORIZED"], async |aws| {
            let api = api_id(aws).await;
            let delete = aws.apigateway.delete_gateway_response().rest_api_id(&api);
            delete.response_type(GatewayResponseType::Default5Xx).send().await.unwrap();
            let put = aws.apigateway.put_gateway_response().rest_api_id(&api);
            put.response_type(GatewayResponseType::Unauthorized).status_code("402").send().await.unwrap();
        })
        .await;
    for (field, operation) in [
        ("binary_types", operation(Op::Add, "/binaryMediaTypes/image~1png", None)),
        ("api_key_source", replace("/apiKeySource", "AUTHORIZER")),
    ] {
        drift
            .shows(field, async |aws| {
                let update = aws.apigateway.update_rest_api().rest_api_id(api_id(aws).await);
                update.patch_operations(operation).send().await.unwrap();
            })
            .await;
    }
}
