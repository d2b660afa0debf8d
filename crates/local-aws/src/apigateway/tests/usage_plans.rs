use super::{error, ok, patches, refused, served};
use crate::{LocalAws, testing::instant};
use serde_json::{Value, json};

async fn id_of(aws: &LocalAws, operation: &str, input: Value) -> String {
    ok(aws, operation, input).await["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_plan_is_made_in_one_call() {
    let aws = instant();
    let api = served(&aws).await;
    let input = json!({
        "name": "PersonalProjectUsagePlan",
        "apiStages": [{ "apiId": api, "stage": "prod" }],
        "throttle": { "rateLimit": 10, "burstLimit": 5 },
        "quota": { "limit": 100, "period": "DAY" },
        "tags": { "tag_key": "tag_value" },
    });
    let plan = ok(&aws, "CreateUsagePlan", input).await;
    let shown = json!({
        "id": plan["id"], "name": "PersonalProjectUsagePlan", "apiStages": [{ "apiId": api, "stage": "prod" }],
        "throttle": { "rateLimit": 10.0, "burstLimit": 5 }, "quota": { "limit": 100, "offset": 0, "period": "DAY" },
    });
    let mut with_tags = shown.clone();
    with_tags["tags"] = json!({ "tag_key": "tag_value" });
    assert_eq!(plan, with_tags);
    assert_eq!(ok(&aws, "GetUsagePlan", json!({ "usagePlanId": plan["id"] })).await, with_tags);
    assert_eq!(ok(&aws, "GetUsagePlans", json!({})).await["item"], json!([shown]), "no tags in the list");
    let text = format!(
        "Cannot delete Usage Plan {} because there are API Stages associated with it, including {api}:prod",
        plan["id"].as_str().unwrap()
    );
    let id = json!({ "usagePlanId": plan["id"] });
    assert_eq!(refused(&aws, "DeleteUsagePlan", id).await, error("BadRequest", &text));
}

#[tokio::test]
async fn wrong_plans_are_refused_and_leave_nothing() {
    let aws = instant();
    let api = served(&aws).await;
    let before = aws.dump();
    for plan in [
        json!({ "name": "" }),
        json!({ "name": "p", "quota": { "limit": 1, "period": "DAY", "offset": 1 } }),
        json!({ "name": "p", "quota": { "limit": 1, "period": "WEEK", "offset": 7 } }),
        json!({ "name": "p", "quota": { "limit": 1, "period": "MONTH", "offset": 28 } }),
        json!({ "name": "p", "quota": { "limit": 1 } }),
        json!({ "name": "p", "quota": { "period": "DAY" } }),
        json!({ "name": "p", "throttle": { "rateLimit": -1 } }),
    ] {
        assert_eq!(refused(&aws, "CreateUsagePlan", plan.clone()).await.0, "BadRequestException", "{plan}");
    }
    let stage = json!({ "name": "p", "apiStages": [{ "apiId": api, "stage": "other" }] });
    let (code, text) = refused(&aws, "CreateUsagePlan", stage).await;
    assert_eq!(code, "NotFoundException");
    assert!(
        text.starts_with(&format!("Invalid API Stage {{api: {api}, stage: other}} specified for usageplan "))
    );
    assert_eq!(aws.dump(), before);
}

#[tokio::test]
async fn a_plan_is_patched_piece_by_piece_in_one_call() {
    let aws = instant();
    let api = served(&aws).await;
    let plan = id_of(&aws, "CreateUsagePlan", json!({ "name": "p" })).await;
    let update =
        |list: &[(&str, &str, &str)]| json!({ "usagePlanId": plan, "patchOperations": patches(list) });
    let stage = format!("{api}:prod");
    let list = [
        ("replace", "/throttle/burstLimit", "100"),
        ("replace", "/throttle/rateLimit", "200"),
        ("replace", "/quota/limit", "5000"),
        ("replace", "/quota/period", "MONTH"),
        ("add", "/apiStages", stage.as_str()),
    ];
    let updated = ok(&aws, "UpdateUsagePlan", update(&list)).await;
    assert_eq!(
        updated,
        json!({
            "id": plan, "name": "p", "tags": {}, "apiStages": [{ "apiId": api, "stage": "prod" }],
            "quota": { "limit": 5000, "offset": 0, "period": "MONTH" },
            "throttle": { "burstLimit": 100, "rateLimit": 200.0 },
        })
    );
    let wrong_api = format!("{api}b:prod");
    let wrong_text = format!("Invalid API Stage {{api: {api}b, stage: prod}} specified for usageplan {plan}");
    for (patch, code, text) in [
        (("remove", "/apiStages", ""), "BadRequest", "Invalid API Stage specified"),
        (("remove", "/apiStages", "fakevalue"), "BadRequest", "Invalid API Stage specified"),
        (("remove", "/apiStages", &*wrong_api), "NotFound", &*wrong_text),
        (("add", "/apiStages", &*wrong_api), "NotFound", &*wrong_text),
    ] {
        let list = [("replace", "/name", "half done"), patch];
        assert_eq!(refused(&aws, "UpdateUsagePlan", update(&list)).await, error(code, text));
    }
    let (code, text) =
        refused(&aws, "UpdateUsagePlan", update(&[("remove", &format!("/apiStages/{stage}"), "")])).await;
    assert_eq!(code, "BadRequestException");
    assert!(text.contains("Must be one of: [/apiStages, /quota, /throttle,"), "{text}");
    let list = [("remove", "/throttle", ""), ("remove", "/quota", ""), ("remove", "/apiStages", &*stage)];
    let bare = ok(&aws, "UpdateUsagePlan", update(&list)).await;
    assert_eq!(bare, json!({ "id": plan, "name": "p", "tags": {}, "apiStages": [] }));
    let text = "Invalid Usage Plan ID specified";
    let unknown = json!({ "usagePlanId": "nothing", "patchOperations": [] });
    assert_eq!(refused(&aws, "UpdateUsagePlan", unknown).await, error("NotFound", text));
}

#[tokio::test]
async fn a_key_is_in_one_plan_of_a_stage_and_once() {
    let aws = instant();
    let api = served(&aws).await;
    let stages = json!([{ "apiId": api, "stage": "prod" }]);
    let plan = id_of(&aws, "CreateUsagePlan", json!({ "name": "one", "apiStages": stages })).await;
    let rival = id_of(&aws, "CreateUsagePlan", json!({ "name": "two", "apiStages": stages })).await;
    let free = id_of(&aws, "CreateUsagePlan", json!({ "name": "three" })).await;
    let key = ok(&aws, "CreateApiKey", json!({ "name": "k" })).await;
    let id = key["id"].as_str().unwrap();
    let add = |plan: &str| json!({ "usagePlanId": plan, "keyId": id, "keyType": "API_KEY" });
    let entry = json!({ "id": id, "name": "k", "type": "API_KEY", "value": key["value"] });
    assert_eq!(ok(&aws, "CreateUsagePlanKey", add(&plan)).await, entry);
    assert_eq!(refused(&aws, "CreateUsagePlanKey", add(&plan)).await.0, "ConflictException");
    assert_eq!(refused(&aws, "CreateUsagePlanKey", add(&rival)).await.0, "ConflictException");
    ok(&aws, "CreateUsagePlanKey", add(&free)).await;
    let link = patches(&[("add", "/apiStages", &format!("{api}:prod"))]);
    let link = json!({ "usagePlanId": free, "patchOperations": link });
    assert_eq!(refused(&aws, "UpdateUsagePlan", link).await.0, "ConflictException");
    assert_eq!(ok(&aws, "GetUsagePlanKeys", json!({ "usagePlanId": plan })).await["item"], json!([entry]));
    assert_eq!(ok(&aws, "GetUsagePlanKeys", json!({ "usagePlanId": "nothing" })).await["item"], json!([]));
    let plans = ok(&aws, "GetUsagePlans", json!({ "keyId": id })).await;
    assert_eq!(plans["item"].as_array().unwrap().len(), 2);
    let member = json!({ "usagePlanId": plan, "keyId": id });
    assert_eq!(ok(&aws, "GetUsagePlanKey", member.clone()).await, entry);
    ok(&aws, "DeleteUsagePlanKey", member.clone()).await;
    assert_eq!(refused(&aws, "GetUsagePlanKey", member).await.0, "NotFoundException");
    ok(&aws, "DeleteApiKey", json!({ "apiKey": id })).await;
    assert_eq!(ok(&aws, "GetUsagePlanKeys", json!({ "usagePlanId": free })).await["item"], json!([]));
}

#[tokio::test]
async fn usage_is_by_key_and_day_and_can_be_granted() {
    let aws = instant();
    let plan =
        id_of(&aws, "CreateUsagePlan", json!({ "name": "p", "quota": { "limit": 100, "period": "DAY" } }))
            .await;
    let key = id_of(&aws, "CreateApiKey", json!({})).await;
    ok(&aws, "CreateUsagePlanKey", json!({ "usagePlanId": plan, "keyId": key, "keyType": "API_KEY" })).await;
    let today = aws.shared().clock.now().to_zoned(jiff::tz::TimeZone::UTC).date();
    let ask = json!({ "usagePlanId": plan, "startDate": today.yesterday().unwrap(), "endDate": today });
    let usage = ok(&aws, "GetUsage", ask.clone()).await;
    assert_eq!(usage["values"], json!({ key.as_str(): [[0, 100], [0, 100]] }));
    let grant = patches(&[("replace", "/remaining", "120")]);
    ok(&aws, "UpdateUsage", json!({ "usagePlanId": plan, "keyId": key, "patchOperations": grant })).await;
    assert_eq!(ok(&aws, "GetUsage", ask).await["values"][&key], json!([[0, 100], [0, 120]]));
    let backwards = json!({ "usagePlanId": plan, "startDate": "2030-01-02", "endDate": "2030-01-01" });
    assert_eq!(refused(&aws, "GetUsage", backwards).await.0, "BadRequestException");
}

#[tokio::test]
async fn usage_comes_in_pages_of_keys() {
    let aws = instant();
    let plan = id_of(&aws, "CreateUsagePlan", json!({ "name": "p" })).await;
    let mut keys = Vec::new();
    for name in ["a", "b", "c"] {
        let key = id_of(&aws, "CreateApiKey", json!({ "name": name, "enabled": true })).await;
        ok(&aws, "CreateUsagePlanKey", json!({ "usagePlanId": plan, "keyId": key, "keyType": "API_KEY" }))
            .await;
        keys.push(key);
    }
    keys.sort();
    let (mut found, mut position) = (Vec::new(), Value::Null);
    loop {
        let mut asked =
            json!({ "usagePlanId": plan, "startDate": "2026-11-28", "endDate": "2026-11-29", "limit": 2 });
        if position.is_string() {
            asked["position"] = position.clone();
        }
        let page = ok(&aws, "GetUsage", asked).await;
        found.extend(page["values"].as_object().unwrap().keys().cloned());
        position = page["position"].clone();
        if position.is_null() {
            break;
        }
    }
    assert_eq!(found, keys);
}
