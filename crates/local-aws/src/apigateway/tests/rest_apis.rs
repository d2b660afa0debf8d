use super::{api, error, ok, patches, put_document, refused, served};
use crate::{
    Config,
    testing::{instant, realistic, with},
};
use serde_json::{Value, json};
use std::time::Duration;

#[tokio::test]
async fn a_new_api_is_as_aws_answers_it() {
    let aws = instant();
    let mut api = ok(&aws, "CreateRestApi", json!({ "name": "shop" })).await;
    for (member, length) in [("id", 10), ("rootResourceId", 10)] {
        let id = api.as_object_mut().unwrap().remove(member).unwrap();
        let id = id.as_str().unwrap();
        assert_eq!(id.len(), length);
        assert!(id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()), "{id}");
    }
    assert!(api.as_object_mut().unwrap().remove("createdDate").unwrap().is_i64());
    assert_eq!(
        api,
        json!({
            "name": "shop",
            "apiKeySource": "HEADER",
            "disableExecuteApiEndpoint": false,
            "endpointConfiguration": { "types": ["EDGE"], "ipAddressType": "ipv4" },
        })
    );
}

#[tokio::test]
async fn what_aws_refuses_in_a_new_api_is_refused() {
    let aws = instant();
    let cases = [
        (json!({ "name": "a", "description": "" }), "Description cannot be an empty string"),
        (
            json!({ "name": "a", "endpointConfiguration": { "types": ["EDGE", "REGIONAL"] } }),
            "Cannot create an api with multiple Endpoint Types.",
        ),
        (
            json!({ "name": "a", "endpointConfiguration": { "types": [] } }),
            "REGIONAL Configuration and EDGE Configuration cannot be both DISABLED.",
        ),
        (
            json!({ "name": "a", "endpointConfiguration": { "types": ["PRIVATE"], "ipAddressType": "ipv4" } }),
            "Only dualstack ipAddressType is supported for Private APIs.",
        ),
        (
            json!({ "name": "a", "minimumCompressionSize": -1 }),
            "Invalid minimum compression size, must be between 0 and 10485760",
        ),
        (json!({ "name": " " }), "Name cannot be empty"),
        (
            json!({ "name": "a", "policy": "{" }),
            "Invalid policy document. Please check the policy syntax and ensure that Principals are valid.",
        ),
    ];
    for (input, text) in cases {
        assert_eq!(refused(&aws, "CreateRestApi", input).await, error("BadRequest", text));
    }
    let input =
        json!({ "name": "a", "endpointConfiguration": { "types": ["wrong"], "ipAddressType": "wrong" } });
    let text = "2 validation errors detected: Value '[wrong]' at 'createRestApiInput.endpointConfiguration.types' failed to satisfy constraint: Member must satisfy constraint: [Member must satisfy enum value set: [PRIVATE, EDGE, REGIONAL]]; Value 'wrong' at 'createRestApiInput.endpointConfiguration.ipAddressType' failed to satisfy constraint: Member must satisfy enum value set: [ipv4, dualstack]";
    assert_eq!(refused(&aws, "CreateRestApi", input).await, error("Validation", text));
    assert_eq!(aws.dump(), crate::testing::instant().dump(), "a refused call leaves nothing");
}

#[tokio::test]
async fn patches_of_an_api_do_what_aws_does() {
    let aws = instant();
    let (id, _) = api(&aws).await;
    let update = async |list: &[(&str, &str, &str)]| {
        ok(&aws, "UpdateRestApi", json!({ "restApiId": id, "patchOperations": patches(list) })).await
    };
    let added = update(&[
        ("add", "/binaryMediaTypes/image~1png", ""),
        ("add", "/binaryMediaTypes/image~1jpeg", ""),
        ("replace", "/description", "pictures"),
    ])
    .await;
    assert_eq!(added["binaryMediaTypes"], json!(["image/png", "image/jpeg"]));
    assert_eq!(added["description"], "pictures");
    assert_eq!(added["tags"], json!({}));
    let replaced = update(&[("replace", "/binaryMediaTypes/image~1png", "image/gif")]).await;
    assert_eq!(replaced["binaryMediaTypes"], json!(["image/jpeg", "image/gif"]));
    let removed =
        update(&[("remove", "/binaryMediaTypes/image~1gif", ""), ("remove", "/description", "")]).await;
    assert_eq!(removed["binaryMediaTypes"], json!(["image/jpeg"]));
    assert_eq!(removed.get("description"), None);
    let moved = update(&[
        ("replace", "/endpointConfiguration/types/REGIONAL", "EDGE"),
        ("replace", "/apiKeySource", "AUTHORIZER"),
        ("replace", "/minimumCompressionSize", "10"),
        ("replace", "/disableExecuteApiEndpoint", "true"),
    ])
    .await;
    assert_eq!(moved["endpointConfiguration"]["types"], json!(["EDGE"]));
    assert_eq!(
        (&moved["apiKeySource"], &moved["minimumCompressionSize"]),
        (&json!("AUTHORIZER"), &json!(10))
    );
    assert_eq!(moved["disableExecuteApiEndpoint"], true);
}

#[tokio::test]
async fn wrong_patches_of_an_api_are_refused_and_change_nothing() {
    let aws = instant();
    let (id, _) = api(&aws).await;
    let before = aws.dump();
    let cases = [
        (("add", "/binaryMediaTypes", "a/b"), "Invalid patch path /binaryMediaTypes"),
        (("replace", "/tags/a", "b"), "Invalid patch path /tags/a"),
        (("add", "/name", "b"), "Invalid patch operation specified. Must be one of: [replace]"),
        (
            ("replace", "/minimumCompressionSize", "many"),
            "Invalid minimum compression size, must be between 0 and 10485760",
        ),
        (
            ("replace", "/endpointConfiguration/types/0", "wrong"),
            "Invalid EndpointTypes specified. Valid options are REGIONAL,EDGE,PRIVATE",
        ),
        (
            ("replace", "/endpointConfiguration/ipAddressType", "wrong"),
            "ipAddressType must be either ipv4 or dualstack.",
        ),
    ];
    for (patch, text) in cases {
        let list = patches(&[("replace", "/name", "half done"), patch]);
        let input = json!({ "restApiId": id, "patchOperations": list });
        assert_eq!(refused(&aws, "UpdateRestApi", input).await, error("BadRequest", text));
    }
    let input = json!({ "restApiId": id, "patchOperations": [{ "op": "wrong", "path": "/name" }] });
    let text = "1 validation error detected: Value 'wrong' at 'updateRestApiInput.patchOperations.1.member.op' failed to satisfy constraint: Member must satisfy enum value set: [add, remove, move, test, replace, copy]";
    assert_eq!(refused(&aws, "UpdateRestApi", input).await, error("Validation", text));
    assert_eq!(aws.dump(), before);
}

#[tokio::test]
async fn a_policy_is_kept_with_full_arns_and_answered_escaped_twice() {
    let aws = instant();
    let (id, _) = api(&aws).await;
    let policy = json!({ "Statement": [{ "Effect": "Allow", "Principal": "*", "Action": "execute-api:Invoke", "Resource": "execute-api:/*" }] });
    let list = patches(&[("replace", "/policy", &policy.to_string())]);
    let updated = ok(&aws, "UpdateRestApi", json!({ "restApiId": id, "patchOperations": list })).await;
    let inside = updated["policy"].as_str().unwrap();
    assert!(inside.contains("\\\"Statement\\\"") && inside.contains(&format!("{id}\\/*")), "{inside}");
    let text: String = serde_json::from_str(&format!("\"{inside}\"")).unwrap();
    let read: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(
        read["Statement"][0]["Resource"],
        format!("arn:aws:execute-api:us-east-2:000000000000:{id}/*")
    );
    let list = patches(&[("replace", "/policy", "")]);
    let updated = ok(&aws, "UpdateRestApi", json!({ "restApiId": id, "patchOperations": list })).await;
    assert_eq!(updated.get("policy"), None);
}

#[tokio::test]
async fn lists_come_in_pages_that_deleting_does_not_shift() {
    let aws = instant();
    for n in 0..5 {
        ok(&aws, "CreateRestApi", json!({ "name": format!("api{n}"), "tags": { "n": n.to_string() } })).await;
    }
    let first = ok(&aws, "GetRestApis", json!({ "limit": 2 })).await;
    let ids = |page: &Value| -> Vec<String> {
        page["item"].as_array().unwrap().iter().map(|i| i["id"].as_str().unwrap().to_owned()).collect()
    };
    let gone = &ids(&first)[0];
    assert!(first["item"][0]["tags"]["n"].is_string(), "tags are in the list");
    ok(&aws, "DeleteRestApi", json!({ "restApiId": gone })).await;
    let second = ok(&aws, "GetRestApis", json!({ "limit": 2, "position": first["position"] })).await;
    let third = ok(&aws, "GetRestApis", json!({ "limit": 2, "position": second["position"] })).await;
    let mut all = [ids(&first), ids(&second), ids(&third)].concat();
    assert_eq!((all.len(), third.get("position")), (5, None));
    all.dedup();
    assert_eq!(all.len(), 5);
    let (code, _) = refused(&aws, "GetRestApis", json!({ "position": "made up" })).await;
    assert_eq!(code, "BadRequestException");
    let small = with(Config { page_size: Some(1), ..Config::default() });
    for name in ["a", "b"] {
        ok(&small, "CreateRestApi", json!({ "name": name })).await;
    }
    assert_eq!(ids(&ok(&small, "GetRestApis", json!({})).await).len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_lagging_list_does_not_show_a_young_api_yet() {
    let aws = realistic();
    let (id, _) = api(&aws).await;
    assert_eq!(ok(&aws, "GetRestApis", json!({})).await["item"], json!([]));
    assert_eq!(ok(&aws, "GetRestApi", json!({ "restApiId": id })).await["id"], json!(id));
    tokio::time::advance(Duration::from_secs(5)).await;
    assert_eq!(ok(&aws, "GetRestApis", json!({})).await["item"][0]["id"], json!(id));
}

#[tokio::test]
async fn tags_of_all_four_kinds_are_set_read_and_taken_away() {
    let aws = instant();
    let api = super::served(&aws).await;
    let key = ok(&aws, "CreateApiKey", json!({})).await;
    let plan = ok(&aws, "CreateUsagePlan", json!({ "name": "p" })).await;
    let paths = [
        format!("/restapis/{api}"),
        format!("/restapis/{api}/stages/prod"),
        format!("/apikeys/{}", key["id"].as_str().unwrap()),
        format!("/usageplans/{}", plan["id"].as_str().unwrap()),
    ];
    for path in paths {
        let arn = format!("arn:aws:apigateway:us-east-2::{path}");
        let tags = json!({ "lambdeploy:stack": "egyptian-art", "Cost Center": "jane@corp.com é1=3" });
        ok(&aws, "TagResource", json!({ "resourceArn": arn, "tags": tags })).await;
        assert_eq!(ok(&aws, "GetTags", json!({ "resourceArn": arn })).await, json!({ "tags": tags }));
        ok(&aws, "UntagResource", json!({ "resourceArn": arn, "tagKeys": ["Cost Center"] })).await;
        let left = ok(&aws, "GetTags", json!({ "resourceArn": arn })).await;
        assert_eq!(left, json!({ "tags": { "lambdeploy:stack": "egyptian-art" } }));
        let many: Value =
            (0..50).map(|n| (format!("k{n}"), json!("v"))).collect::<serde_json::Map<_, _>>().into();
        let outside = ["a,b", "a;b", "a<b", "a*", "a\tb"].map(|text| json!({ "a": text }));
        for tags in [json!({ "aws:x": "y" }), json!({ "a,b": "y" }), many].into_iter().chain(outside) {
            let (code, _) = refused(&aws, "TagResource", json!({ "resourceArn": arn, "tags": tags })).await;
            assert_eq!(code, "BadRequestException", "{tags}");
        }
        assert_eq!(ok(&aws, "GetTags", json!({ "resourceArn": arn })).await, left);
    }
    let arn = "arn:aws:apigateway:us-east-2::/restapis/nothing";
    let text = "Invalid API identifier specified 000000000000:nothing";
    assert_eq!(refused(&aws, "GetTags", json!({ "resourceArn": arn })).await, error("NotFound", text));
}

#[tokio::test(start_paused = true)]
async fn an_api_takes_no_update_while_another_is_in_progress() {
    let aws = realistic();
    let (id, _) = api(&aws).await;
    let update = |path: &str, value: &str| json!({ "restApiId": id, "patchOperations": patches(&[("replace", path, value)]) });
    ok(&aws, "UpdateRestApi", update("/description", "one")).await;
    ok(&aws, "UpdateRestApi", update("/description", "two")).await;
    let edge = ok(&aws, "UpdateRestApi", update("/endpointConfiguration/types/0", "EDGE")).await;
    assert_eq!(edge["apiStatus"], "UPDATING");
    let text = "There is already an update in progress. Please wait until the current update finishes before making another request.";
    assert_eq!(
        refused(&aws, "UpdateRestApi", update("/description", "three")).await,
        error("BadRequest", text)
    );
    let (status, body) = put_document(&aws, json!({ "restApiId": id }), json!({ "openapi": "3.0.1" })).await;
    assert_eq!((status, body["message"].as_str()), (400, Some(text)));
    tokio::time::advance(aws.shared().config.delays().api_update).await;
    let there = ok(&aws, "GetRestApi", json!({ "restApiId": id })).await;
    assert_eq!(there.get("apiStatus"), None);
    ok(&aws, "UpdateRestApi", update("/description", "four")).await;
}

#[tokio::test]
async fn a_policys_list_of_one_address_is_read_back_as_that_address() {
    let aws = instant();
    for (addresses, back) in [
        (json!(["192.0.2.1"]), json!("192.0.2.1")),
        (json!(["192.0.2.1", "192.0.2.2"]), json!(["192.0.2.1", "192.0.2.2"])),
    ] {
        let policy = json!({ "Version": "2012-10-17", "Statement": [{
            "Effect": "Deny", "Principal": "*", "Action": "execute-api:Invoke", "Resource": "*",
            "Condition": { "NotIpAddress": { "aws:SourceIp": addresses } },
        }] });
        let made = ok(&aws, "CreateRestApi", json!({ "name": "a", "policy": policy.to_string() })).await;
        let text: String =
            serde_json::from_str(&format!("\"{}\"", made["policy"].as_str().unwrap())).unwrap();
        let read: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(read["Statement"][0]["Condition"]["NotIpAddress"]["aws:SourceIp"], back);
    }
}

#[tokio::test]
async fn an_api_that_a_custom_domain_leads_to_is_not_deleted() {
    let aws = instant();
    let api = served(&aws).await;
    let domain = json!({ "domainName": "api.example.com", "regionalCertificateArn": "arn:aws:acm:us-east-2:000000000000:certificate/c" });
    let made = ok(&aws, "CreateDomainName", domain).await;
    assert_eq!(made["domainNameStatus"], "AVAILABLE");
    let mapping = json!({ "domainName": "api.example.com", "restApiId": api, "stage": "prod" });
    let root = json!({ "basePath": "(none)", "restApiId": api, "stage": "prod" });
    assert_eq!(ok(&aws, "CreateBasePathMapping", mapping.clone()).await, root);
    let text = "Base path already exists for this domain name";
    assert_eq!(refused(&aws, "CreateBasePathMapping", mapping).await, error("Conflict", text));
    let listed = ok(&aws, "GetBasePathMappings", json!({ "domainName": "api.example.com" })).await;
    assert_eq!(listed["item"], json!([root]));
    let delete = json!({ "restApiId": api });
    let text = format!(
        "Deleting RestApi {api} failed. Please remove all base path mappings related to the RestApi in your domains: api.example.com"
    );
    assert_eq!(refused(&aws, "DeleteRestApi", delete.clone()).await, error("BadRequest", &text));
    let unmap = json!({ "domainName": "api.example.com", "basePath": "(none)" });
    ok(&aws, "DeleteBasePathMapping", unmap).await;
    ok(&aws, "DeleteRestApi", delete).await;
    ok(&aws, "DeleteDomainName", json!({ "domainName": "api.example.com" })).await;
    assert_eq!(ok(&aws, "GetDomainNames", json!({})).await["item"], json!([]));
}
