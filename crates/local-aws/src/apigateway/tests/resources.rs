use super::{api, error, ok, patches, refused};
use crate::{LocalAws, testing::instant};
use serde_json::{Value, json};

async fn child(aws: &LocalAws, api: &str, parent: &str, part: &str) -> Value {
    ok(aws, "CreateResource", json!({ "restApiId": api, "parentId": parent, "pathPart": part })).await
}

#[tokio::test]
async fn resources_are_a_tree_with_aws_rules() {
    let aws = instant();
    let (api, root) = api(&aws).await;
    let parent = child(&aws, &api, &root, "parent").await;
    assert_eq!(
        parent,
        json!({ "id": parent["id"], "parentId": root, "pathPart": "parent", "path": "/parent" })
    );
    let id = parent["id"].as_str().unwrap();
    let greedy = child(&aws, &api, &root, "{proxy+}").await;
    let below = child(&aws, &api, id, "{item}").await;
    assert_eq!(below["path"], "/parent/{item}");
    let cases = [
        (
            root.as_str(),
            "parent",
            "Conflict",
            "Another resource with the same parent already has this name: parent",
        ),
        (
            root.as_str(),
            "{other}",
            "BadRequest",
            "A sibling ({proxy+}) of this resource already has a variable path part -- only one is allowed",
        ),
        (
            greedy["id"].as_str().unwrap(),
            "x",
            "BadRequest",
            "Cannot create a child of a resource with a greedy path variable: {proxy+}",
        ),
        (
            id,
            "a b",
            "BadRequest",
            "Resource's path part only allow a-zA-Z0-9._-: or a valid greedy path variable and curly braces at the beginning and the end.",
        ),
        ("nothing", "x", "NotFound", "Invalid Resource identifier specified"),
    ];
    for (parent, part, code, text) in cases {
        let input = json!({ "restApiId": api, "parentId": parent, "pathPart": part });
        assert_eq!(refused(&aws, "CreateResource", input).await, error(code, text));
    }
    let moved = json!({ "restApiId": api, "resourceId": id, "patchOperations": patches(&[("replace", "/pathPart", "dogs")]) });
    assert_eq!(ok(&aws, "UpdateResource", moved).await["path"], "/dogs");
    let below = json!({ "restApiId": api, "resourceId": below["id"] });
    assert_eq!(ok(&aws, "GetResource", below.clone()).await["path"], "/dogs/{item}");
    ok(&aws, "DeleteResource", json!({ "restApiId": api, "resourceId": id })).await;
    let text = "Invalid Resource identifier specified";
    assert_eq!(refused(&aws, "GetResource", below).await, error("NotFound", text));
}

#[tokio::test]
async fn updates_of_resources_are_refused_in_aws_words() {
    let aws = instant();
    let (api, root) = api(&aws).await;
    let parent = child(&aws, &api, &root, "a").await["id"].clone();
    let inner = child(&aws, &api, parent.as_str().unwrap(), "b").await["id"].clone();
    let cases = [
        (
            &parent,
            ("replace", "/invalid", "x"),
            "Invalid patch path  '/invalid' specified for op 'replace'. Must be one of: [/parentId, /pathPart]",
        ),
        (
            &parent,
            ("remove", "/pathPart", ""),
            "Invalid patch path  '/pathPart' specified for op 'remove'. Please choose supported operations",
        ),
        (&parent, ("replace", "/parentId", inner.as_str().unwrap()), "Resources cannot be cyclical."),
        (&json!(root), ("replace", "/pathPart", "x"), "Root resource cannot update its pathPart."),
    ];
    for (id, patch, text) in cases {
        let input = json!({ "restApiId": api, "resourceId": id, "patchOperations": patches(&[patch]) });
        assert_eq!(refused(&aws, "UpdateResource", input).await, error("BadRequest", text));
    }
}

#[tokio::test]
async fn an_api_holds_three_hundred_resources() {
    let aws = instant();
    let (api, root) = api(&aws).await;
    for n in 1..300 {
        child(&aws, &api, &root, &format!("r{n}")).await;
    }
    let input = json!({ "restApiId": api, "parentId": root, "pathPart": "more" });
    assert_eq!(refused(&aws, "CreateResource", input).await.0, "LimitExceededException");
    let all = ok(&aws, "GetResources", json!({ "restApiId": api, "limit": 500 })).await;
    assert_eq!((all["item"].as_array().unwrap().len(), all.get("position")), (300, None));
}
