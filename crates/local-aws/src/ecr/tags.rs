//! The tags of repositories, by ARN.

use super::{
    constraint::{invalid, missing},
    errors,
    input::{Input, find},
    state::Repository,
};
use crate::{
    call::{Call, Reply},
    error::AwsError,
    tags::{self, MOST, WrongTag},
};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The input's tags, checked.
pub(crate) fn read(input: &Input) -> Result<BTreeMap<String, String>, AwsError> {
    let mut tags = BTreeMap::new();
    for tag in input.list("tags") {
        let part = |name: &str| tag[name].as_str().map(str::to_owned);
        let key = part("Key").ok_or_else(|| missing("tags.Key"))?;
        let value = part("Value").ok_or_else(|| missing("tags.Value"))?;
        check(&key, &value)?;
        if tags.insert(key.clone(), value).is_some() {
            return Err(wrong(format!("Duplicate tag keys found: {key}")));
        }
    }
    if tags.len() > MOST {
        return Err(too_many());
    }
    Ok(tags)
}

fn too_many() -> AwsError {
    let text = format!("The number of tags exceeds the limit of {MOST} tags for a repository");
    errors::refused("TooManyTagsException", text)
}

fn check(key: &str, value: &str) -> Result<(), AwsError> {
    let Some(what) = WrongTag::of(key, value) else { return Ok(()) };
    Err(wrong(match what {
        WrongTag::Reserved => "aws: prefixed tag key names are not allowed for external use.".to_owned(),
        WrongTag::Key => format!("The tag key '{key}' is not valid"),
        WrongTag::Value => format!("The tag value of the key '{key}' is not valid"),
    }))
}

fn wrong(text: String) -> AwsError {
    errors::refused("InvalidTagParameterException", text)
}

pub(crate) fn tag(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let input = Input(input);
    input.required("tags")?;
    let new = read(&input)?;
    let repository = by_arn(call, &input)?;
    repository.tags = tags::added(&repository.tags, new).ok_or_else(too_many)?;
    Ok(Reply::ok(json!({})))
}

pub(crate) fn untag(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let input = Input(input);
    input.required("tagKeys")?;
    let repository = by_arn(call, &input)?;
    for key in input.texts("tagKeys") {
        repository.tags.remove(key);
    }
    Ok(Reply::ok(json!({})))
}

pub(crate) fn list(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let repository = by_arn(call, &Input(input))?;
    let tags: Vec<_> = repository.tags.iter().map(|(k, v)| json!({ "Key": k, "Value": v })).collect();
    Ok(Reply::ok(json!({ "tags": tags })))
}

fn by_arn<'w>(call: &'w mut Call<'_>, input: &Input) -> Result<&'w mut Repository, AwsError> {
    let own = call.arn("ecr", "repository/");
    let name = input.text("resourceArn")?.strip_prefix(&own);
    find(call, name.ok_or_else(|| invalid("resourceArn", "Invalid ARN"))?)
}

#[cfg(test)]
mod tests {
    use crate::{
        ecr::testing::create,
        testing::{instant, ok, refused},
    };
    use serde_json::{Value, json};

    const ARN: &str = "arn:aws:ecr:us-east-2:000000000000:repository/app";

    fn tags(n: usize) -> Vec<Value> {
        (0..n).map(|i| json!({"Key": format!("k{i}"), "Value": "v"})).collect()
    }

    #[tokio::test]
    async fn tags_come_with_the_repository_and_change_by_its_arn() {
        let aws = instant();
        let first = json!([{"Key": "lambdeploy:stack", "Value": "art"}]);
        ok(&aws, "ecr", "CreateRepository", json!({"repositoryName": "app", "tags": first})).await;
        assert_eq!(ok(&aws, "ecr", "ListTagsForResource", json!({"resourceArn": ARN})).await["tags"], first);
        let more = json!({"resourceArn": ARN, "tags": [{"Key": "team", "Value": "web"}]});
        ok(&aws, "ecr", "TagResource", more).await;
        ok(&aws, "ecr", "UntagResource", json!({"resourceArn": ARN, "tagKeys": ["lambdeploy:stack"]})).await;
        let left = ok(&aws, "ecr", "ListTagsForResource", json!({"resourceArn": ARN})).await;
        assert_eq!(left["tags"], json!([{"Key": "team", "Value": "web"}]));
    }

    #[tokio::test]
    async fn fifty_tags_and_no_more() {
        let aws = instant();
        create(&aws, "app").await;
        ok(&aws, "ecr", "TagResource", json!({"resourceArn": ARN, "tags": tags(50)})).await;
        let (code, _) =
            refused(&aws, "ecr", "TagResource", json!({"resourceArn": ARN, "tags": tags(51)})).await;
        assert_eq!(code, "TooManyTagsException");
        let one_more = json!({"resourceArn": ARN, "tags": [{"Key": "x", "Value": ""}]});
        assert_eq!(refused(&aws, "ecr", "TagResource", one_more).await.0, "TooManyTagsException");
    }

    #[tokio::test]
    async fn wrong_keys_and_wrong_arns_are_refused() {
        let aws = instant();
        create(&aws, "app").await;
        for key in ["aws:x", "", "a;b"] {
            let input = json!({"resourceArn": ARN, "tags": [{"Key": key, "Value": ""}]});
            assert_eq!(refused(&aws, "ecr", "TagResource", input).await.0, "InvalidTagParameterException");
        }
        let arn = "arn:aws:ecr:us-east-2:000000000000:repository/none";
        let (code, _) = refused(&aws, "ecr", "ListTagsForResource", json!({"resourceArn": arn})).await;
        assert_eq!(code, "RepositoryNotFoundException");
        let (code, _) = refused(&aws, "ecr", "ListTagsForResource", json!({"resourceArn": "app"})).await;
        assert_eq!(code, "InvalidParameterException");
    }
}
