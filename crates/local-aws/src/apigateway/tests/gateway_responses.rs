use super::{api, error, ok, patches, refused};
use crate::testing::instant;
use serde_json::json;

#[tokio::test]
async fn gateway_responses_inherit_from_the_default_of_their_class() {
    let aws = instant();
    let (api, _) = api(&aws).await;
    let id = |kind: &str| json!({ "restApiId": api, "responseType": kind });
    let default = json!({ "application/json": "{\"message\":$context.error.messageString}" });
    let own = ok(&aws, "GetGatewayResponse", id("THROTTLED")).await;
    assert_eq!(
        own,
        json!({ "responseType": "THROTTLED", "statusCode": "429", "defaultResponse": true, "responseParameters": {}, "responseTemplates": default })
    );
    let text = "Gateway response type not defined on api";
    assert_eq!(refused(&aws, "DeleteGatewayResponse", id("DEFAULT_4XX")).await, error("NotFound", text));
    let parameters = json!({ "gatewayresponse.header.Access-Control-Allow-Origin": "'*'" });
    let mut put = id("DEFAULT_4XX");
    put["responseParameters"] = parameters.clone();
    let put = ok(&aws, "PutGatewayResponse", put).await;
    assert_eq!(
        put,
        json!({ "responseType": "DEFAULT_4XX", "defaultResponse": false, "responseParameters": parameters, "responseTemplates": default })
    );
    let inherited = ok(&aws, "GetGatewayResponse", id("THROTTLED")).await;
    assert_eq!((&inherited["statusCode"], &inherited["responseParameters"]), (&json!("429"), &parameters));
    assert_eq!(inherited["defaultResponse"], true);
    let all = ok(&aws, "GetGatewayResponses", json!({ "restApiId": api })).await;
    assert_eq!(all["item"].as_array().unwrap().len(), 21);
    let mut update = id("DEFAULT_5XX");
    update["patchOperations"] = patches(&[("replace", "/statusCode", "599")]);
    assert_eq!(ok(&aws, "UpdateGatewayResponse", update).await["statusCode"], "599");
    assert_eq!(ok(&aws, "GetGatewayResponse", id("INTEGRATION_TIMEOUT")).await["statusCode"], "599");
    for (patch, code, text) in [
        (("add", "/statusCode", "444"), "BadRequest", "Invalid patch path /statusCode"),
        (
            ("replace", "/responseParameters/gatewayresponse.header.X", "'x'"),
            "NotFound",
            "Invalid parameter name specified",
        ),
        (
            ("add", "/responseTemplates/application~1xml", ""),
            "BadRequest",
            "Invalid null or empty value in responseTemplates",
        ),
    ] {
        let mut input = id("DEFAULT_4XX");
        input["patchOperations"] = patches(&[patch]);
        assert_eq!(refused(&aws, "UpdateGatewayResponse", input).await, error(code, text));
    }
    ok(&aws, "DeleteGatewayResponse", id("DEFAULT_4XX")).await;
    assert_eq!(ok(&aws, "GetGatewayResponse", id("THROTTLED")).await, own);
    assert_eq!(refused(&aws, "GetGatewayResponse", id("FAKE")).await.0, "ValidationException");
}
