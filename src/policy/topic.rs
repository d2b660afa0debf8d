//! A topic's policy: what may tell it something.

use super::{document, grant, parse, statements};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The statement that the stack needs.
const OURS: &str = "lambdeploy-alerts";
/// What AWS gives a topic that has no policy of its own: its account, which needs none.
const USUAL: &str = "__default_statement_ID";
/// Alarms and budgets (`docs/aws.md` 7.3).
const PUBLISHERS: [&str; 2] = ["cloudwatch.amazonaws.com", "budgets.amazonaws.com"];

/// Statements as they are, in canonical form, by their ids.
pub(crate) type TopicStatements = BTreeMap<String, Value>;

/// What the stack needs: alarms and budgets of this account may tell the topic something.
pub(crate) fn wished(topic: &str, account: &str) -> TopicStatements {
    let statement = json!({
        "Sid": OURS, "Effect": "Allow", "Principal": { "Service": PUBLISHERS }, "Action": "SNS:Publish", "Resource": topic,
        "Condition": { "StringEquals": { "aws:SourceAccount": account } },
    });
    [(OURS.to_owned(), grant::canonical(&statement))].into()
}

/// Those of a policy as AWS gives it, without the usual one.
pub(crate) fn read(policy: &str) -> TopicStatements {
    let id = |n: usize, statement: &Value| {
        statement["Sid"].as_str().map_or_else(|| format!("statement {}", n + 1), str::to_owned)
    };
    let policy = parse(policy);
    let all = statements(&policy).iter().enumerate();
    let all = all.map(|(n, statement)| (id(n, statement), grant::canonical(statement)));
    all.filter(|(id, _)| id != USUAL).collect()
}

/// The stack's own statement alone.
pub(crate) fn ours(all: &TopicStatements) -> TopicStatements {
    all.iter().filter(|(id, _)| *id == OURS).map(|(id, it)| (id.clone(), it.clone())).collect()
}

/// The policy with `wished`, which replaces what has the same ids in `kept`.
pub(crate) fn text(kept: &TopicStatements, wished: &TopicStatements) -> String {
    let mut all = kept.clone();
    all.extend(wished.clone());
    document(all.into_values().collect::<Vec<_>>()).to_string()
}

#[cfg(test)]
mod tests {
    use super::{ours, read, text, wished};
    use serde_json::json;

    const TOPIC: &str = "arn:aws:sns:us-east-2:123456789012:t";

    #[test]
    fn what_is_written_is_read_and_others_stay() {
        let want = wished(TOPIC, "123456789012");
        assert_eq!(read(&text(&read(""), &want)), want);
        let theirs = json!({ "Sid": "theirs", "Effect": "Allow", "Principal": "*", "Action": ["SNS:Subscribe"], "Resource": TOPIC });
        let usual =
            json!({ "Sid": "__default_statement_ID", "Effect": "Allow", "Principal": { "AWS": "*" } });
        let found = read(&json!({ "Statement": [usual, theirs] }).to_string());
        assert_eq!(found.keys().collect::<Vec<_>>(), ["theirs"]);
        let both = read(&text(&found, &want));
        assert_eq!((both.len(), ours(&both)), (2, want));
    }
}
