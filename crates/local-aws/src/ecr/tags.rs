//! The tags of repositories, by ARN.

use super::{
    constraint::invalid,
    errors,
    input::{Input, find},
    state::Repository,
};
use crate::{
    call::{Call, Reply},
    error::AwsError,
};
use serde_json::{Value, json};
use std::collections::BTreeMap;

const MAX_TAGS: usize = 50;
const MAX_KEY: usize = 128;
const MAX_VALUE: usize = 256;

/// The input's tags, checked.
pub(crate) fn read(input: &Input) -> Result<BTreeMap<String, String>, AwsError> {
    let mut tags = BTreeMap::new();
    for tag in input.list("tags") {
        let part = |name: &str| tag[name].as_str().map(str::to_owned);
        let key = part("Key").ok_or_else(|| invalid("tags.Key", "must not be null"))?;
        let value = part("Value").ok_or_else(|| invalid("tags.Value", "must not be null"))?;
        check(&key, &value)?;
        if tags.insert(key.clone(), value).is_some() {
            return Err(wrong(format!("Duplicate tag keys found: {key}")));
        }
    }
    bounded(tags)
}

fn bounded(tags: BTreeMap<String, String>) -> Result<BTreeMap<String, String>, AwsError> {
    if tags.len() <= MAX_TAGS {
        return Ok(tags);
    }
    let text = format!("The number of tags exceeds the limit of {MAX_TAGS} tags for a repository");
    Err(errors::refused("TooManyTagsException", text))
}

fn check(key: &str, value: &str) -> Result<(), AwsError> {
    let allowed = |c: char| c.is_alphanumeric() || c.is_whitespace() || "_.:/=+-@".contains(c);
    if key.to_ascii_lowercase().starts_with("aws:") {
        return Err(wrong("aws: prefixed tag key names are not allowed for external use.".to_owned()));
    }
    if !(1..=MAX_KEY).contains(&key.chars().count()) || !key.chars().all(allowed) {
        return Err(wrong(format!("The tag key '{key}' is not valid")));
    }
    if value.chars().count() > MAX_VALUE || !value.chars().all(allowed) {
        return Err(wrong(format!("The tag value of the key '{key}' is not valid")));
    }
    Ok(())
}

fn wrong(text: String) -> AwsError {
    errors::refused("InvalidTagParameterException", text)
}

pub(crate) fn tag(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let input = Input(input);
    input.required("tags")?;
    let new = read(&input)?;
    let repository = by_arn(call, &input)?;
    let mut tags = repository.tags.clone();
    tags.extend(new);
    repository.tags = bounded(tags)?;
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
