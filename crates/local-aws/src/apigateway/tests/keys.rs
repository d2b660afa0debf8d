use super::{error, ok, patches, refused};
use crate::testing::instant;
use serde_json::{Value, json};

fn without_dates(mut key: Value) -> Value {
    for date in ["createdDate", "lastUpdatedDate"] {
        assert!(key.as_object_mut().unwrap().remove(date).unwrap().is_i64());
    }
    key
}

#[tokio::test]
async fn a_key_shows_its_value_when_made_and_when_asked() {
    let aws = instant();
    let made = ok(&aws, "CreateApiKey", json!({ "name": "VercelFrontendKey" })).await;
    let value = made["value"].as_str().unwrap();
    assert_eq!(value.len(), 40);
    let shown = json!({ "id": made["id"], "name": "VercelFrontendKey", "enabled": false, "stageKeys": [] });
    let with = |more: Value| {
        let mut key = shown.clone();
        key.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        key
    };
    assert_eq!(without_dates(made.clone()), with(json!({ "value": value })));
    let id = json!({ "apiKey": made["id"] });
    assert_eq!(without_dates(ok(&aws, "GetApiKey", id.clone()).await), with(json!({ "tags": {} })));
    let asked = json!({ "apiKey": made["id"], "includeValue": true });
    assert_eq!(ok(&aws, "GetApiKey", asked).await["value"], value);
    let list = ok(&aws, "GetApiKeys", json!({})).await;
    assert_eq!(without_dates(list["item"][0].clone()), shown, "neither value nor tags");
    assert_eq!(ok(&aws, "GetApiKeys", json!({ "includeValues": true })).await["item"][0]["value"], value);
    let enable =
        json!({ "apiKey": made["id"], "patchOperations": patches(&[("replace", "/enabled", "true")]) });
    let enabled = ok(&aws, "UpdateApiKey", enable).await;
    assert_eq!((&enabled["enabled"], enabled.get("value")), (&json!(true), None));
    ok(&aws, "DeleteApiKey", id.clone()).await;
    let text = "Invalid API Key identifier specified";
    assert_eq!(refused(&aws, "GetApiKey", id).await, error("NotFound", text));
}

#[tokio::test]
async fn keys_are_asked_for_by_the_beginning_of_their_name() {
    let aws = instant();
    for name in ["front", "frontier", "back"] {
        ok(&aws, "CreateApiKey", json!({ "name": name })).await;
    }
    for (query, count) in [("front", 2), ("frontier", 1), ("Front", 0), ("ont", 0), ("", 3)] {
        let found = ok(&aws, "GetApiKeys", json!({ "nameQuery": query, "limit": -1 })).await;
        assert_eq!(found["item"].as_array().unwrap().len(), count, "{query}");
    }
}

#[tokio::test]
async fn wrong_keys_are_refused() {
    let aws = instant();
    let value = "twenty-characters-or-more";
    let key = ok(&aws, "CreateApiKey", json!({ "value": value })).await;
    assert_eq!(key["value"], value);
    let cases = [
        (json!({ "value": value }), "Conflict", "API Key already exists"),
        (json!({ "value": "short" }), "BadRequest", "API Key value should be at least 20 characters"),
        (
            json!({ "value": "x".repeat(129) }),
            "BadRequest",
            "API Key value exceeds maximum size of 128 characters",
        ),
        (
            json!({ "name": "x".repeat(1025) }),
            "BadRequest",
            "Invalid API Key name, can be at most 1024 characters.",
        ),
        (
            json!({ "description": "x".repeat(125_001) }),
            "BadRequest",
            "Invalid API Key description specified.",
        ),
    ];
    for (input, code, text) in cases {
        assert_eq!(refused(&aws, "CreateApiKey", input).await, error(code, text));
    }
    let unchanged = json!({ "apiKey": key["id"], "patchOperations": patches(&[("replace", "/value", "x")]) });
    let text = "Invalid patch path  '/value' specified for op 'replace'. Must be one of: [/description, /enabled, /name, /customerId]";
    assert_eq!(refused(&aws, "UpdateApiKey", unchanged).await, error("BadRequest", text));
}

#[tokio::test]
async fn ids_and_values_come_from_the_seed() {
    let (one, two) = (instant(), instant());
    let of = async |aws| ok(aws, "CreateApiKey", json!({})).await["value"].clone();
    assert_eq!(of(&one).await, of(&two).await);
    let other = crate::testing::with(crate::Config { seed: 1, ..Default::default() });
    assert_ne!(of(&one).await, of(&other).await);
}
