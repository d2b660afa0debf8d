//! The lifecycle policy: kept and checked, not carried out (ECR does that within a day).

use super::{constraint::invalid, errors, input::Input};
use crate::{
    call::{Call, Reply},
    error::AwsError,
};
use serde_json::{Value, json};
use std::{collections::BTreeSet, ops::RangeInclusive};

const LENGTH: RangeInclusive<usize> = 100..=30_720;

pub(crate) fn put(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let input = Input(input);
    let text = input.text("lifecyclePolicyText")?;
    check(text)?;
    input.repository(call)?.lifecycle_policy = Some(text.to_owned());
    reply(call, &input, text, false)
}

pub(crate) fn get(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let input = Input(input);
    let text = input.repository(call)?.lifecycle_policy.clone().ok_or_else(|| missing(call, &input))?;
    reply(call, &input, &text, true)
}

pub(crate) fn delete(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let input = Input(input);
    let text = input.repository(call)?.lifecycle_policy.take().ok_or_else(|| missing(call, &input))?;
    reply(call, &input, &text, true)
}

fn missing(call: &Call<'_>, input: &Input) -> AwsError {
    let name = input.optional("repositoryName").unwrap_or_default();
    errors::policy_not_found("Lifecycle policy", name, &call.account)
}

/// `lastEvaluatedAt` is the beginning of time: it never was.
fn reply(call: &Call<'_>, input: &Input, text: &str, evaluated: bool) -> Result<Reply, AwsError> {
    let mut reply = json!({
        "registryId": call.account,
        "repositoryName": input.text("repositoryName")?,
        "lifecyclePolicyText": text,
    });
    if evaluated {
        reply["lastEvaluatedAt"] = json!(0.0);
    }
    Ok(Reply::ok(reply))
}

fn check(text: &str) -> Result<(), AwsError> {
    let why =
        |why: &str| invalid("LifecyclePolicyText", format!("Lifecycle policy validation failure: {why}"));
    if !LENGTH.contains(&text.len()) {
        let (low, high) = (LENGTH.start(), LENGTH.end());
        return Err(invalid("lifecyclePolicyText", format!("must have length between {low} and {high}")));
    }
    let policy: Value = serde_json::from_str(text).map_err(|e| why(&e.to_string()))?;
    let rules =
        policy["rules"].as_array().filter(|r| !r.is_empty()).ok_or_else(|| why("rules are missing"))?;
    let mut priorities = BTreeSet::new();
    for rule in rules {
        check_rule(rule).map_err(why)?;
        if !priorities.insert(rule["rulePriority"].as_u64()) {
            return Err(why("rulePriority is not unique"));
        }
    }
    let any = rules.iter().find(|r| r["selection"]["tagStatus"] == "any");
    match any.filter(|r| Some(&r["rulePriority"].as_u64()) != priorities.last()) {
        Some(_) => Err(why("the rule with tagStatus any must have the lowest priority")),
        None => Ok(()),
    }
}

fn check_rule(rule: &Value) -> Result<(), &'static str> {
    let selection = &rule["selection"];
    let count_unit = selection["countUnit"].as_str();
    let filtered = ["tagPrefixList", "tagPatternList"].iter().any(|l| selection[*l].is_array());
    let require = |good: bool, why| if good { Ok(()) } else { Err(why) };
    require(rule["rulePriority"].as_u64().is_some_and(|p| p > 0), "rulePriority is not a positive number")?;
    require(rule["action"]["type"] == "expire", "action type is not expire")?;
    require(
        selection["countNumber"].as_u64().is_some_and(|n| n > 0),
        "countNumber is not a positive number",
    )?;
    match selection["tagStatus"].as_str() {
        Some("tagged") => require(filtered, "tagStatus tagged needs tagPrefixList or tagPatternList")?,
        Some("untagged" | "any") => require(!filtered, "tag lists go with tagStatus tagged")?,
        _ => return Err("tagStatus is not tagged, untagged or any"),
    }
    match selection["countType"].as_str() {
        Some("imageCountMoreThan") => require(count_unit.is_none(), "imageCountMoreThan takes no countUnit"),
        Some("sinceImagePushed") => {
            require(count_unit == Some("days"), "sinceImagePushed needs countUnit days")
        }
        _ => Err("countType is not imageCountMoreThan or sinceImagePushed"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        ecr::testing::create,
        testing::{instant, ok, refused},
    };

    fn policy(priority: u64, selection: Value) -> String {
        let rule = json!({"rulePriority": priority, "description": "keep the newest images only, so that nothing piles up",
            "selection": selection, "action": {"type": "expire"}});
        json!({ "rules": [rule] }).to_string()
    }

    #[tokio::test]
    async fn a_policy_is_kept_as_it_was_put() {
        let aws = instant();
        create(&aws, "app").await;
        let text =
            policy(1, json!({"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 10}));
        let name = json!({"repositoryName": "app"});
        let (code, _) = refused(&aws, "ecr", "GetLifecyclePolicy", name.clone()).await;
        assert_eq!(code, "LifecyclePolicyNotFoundException");
        ok(&aws, "ecr", "PutLifecyclePolicy", json!({"repositoryName": "app", "lifecyclePolicyText": text}))
            .await;
        assert_eq!(ok(&aws, "ecr", "GetLifecyclePolicy", name.clone()).await["lifecyclePolicyText"], text);
        ok(&aws, "ecr", "DeleteLifecyclePolicy", name.clone()).await;
        assert_eq!(
            refused(&aws, "ecr", "GetLifecyclePolicy", name).await.0,
            "LifecyclePolicyNotFoundException"
        );
    }

    #[test]
    fn nonsense_is_refused() {
        let selections = [
            json!({"tagStatus": "some", "countType": "imageCountMoreThan", "countNumber": 10}),
            json!({"tagStatus": "tagged", "countType": "imageCountMoreThan", "countNumber": 10}),
            json!({"tagStatus": "untagged", "countType": "sinceImagePushed", "countNumber": 10}),
            json!({"tagStatus": "untagged", "countType": "imageCountMoreThan", "countNumber": 0}),
        ];
        for selection in selections {
            assert!(check(&policy(1, selection.clone())).is_err(), "{selection}");
        }
        assert!(check("{}").is_err());
        let good = json!({"tagStatus": "untagged", "countType": "sinceImagePushed", "countNumber": 1, "countUnit": "days"});
        assert!(check(&policy(1, good.clone())).is_ok() && check(&policy(0, good)).is_err());
    }
}
