//! Budgets themselves, and their tags.

use super::{ARN, about, budget, create, done, merged, no, pages};
use crate::testing::{ACCOUNT, Client, instant, refused};
use serde_json::{Value, json};

fn new(budget: Value) -> Value {
    json!({ "AccountId": ACCOUNT, "Budget": budget })
}

#[tokio::test]
async fn a_budget_from_birth_to_death() {
    let aws = instant();
    create(&aws, "monthly", json!([])).await;
    assert_eq!(
        no(&aws, "CreateBudget", new(budget("monthly", json!({})))).await,
        (
            "DuplicateRecordException".to_owned(),
            "Error creating budget: monthly - the budget already exists.".to_owned()
        )
    );
    let more = json!({ "BudgetLimit": { "Amount": "20.50", "Unit": "USD" }, "TimeUnit": "DAILY" });
    done(&aws, "UpdateBudget", json!({ "AccountId": ACCOUNT, "NewBudget": budget("monthly", more) })).await;
    let found = done(&aws, "DescribeBudget", about(json!({}))).await;
    assert_eq!(found["Budget"]["BudgetLimit"], json!({ "Amount": "20.5", "Unit": "USD" }));
    assert_eq!(found["Budget"]["TimeUnit"], "DAILY");
    done(&aws, "DeleteBudget", about(json!({}))).await;
    assert_eq!(aws.dump(), json!({}));
    let gone = |text: &str| ("NotFoundException".to_owned(), text.to_owned());
    assert_eq!(
        no(&aws, "DeleteBudget", about(json!({}))).await,
        gone("Unable to delete budget: monthly - the budget doesn't exist. Try creating it first. ")
    );
    assert_eq!(
        no(&aws, "DescribeBudget", about(json!({}))).await,
        gone("Unable to get budget: monthly - the budget doesn't exist.")
    );
    let update = json!({ "AccountId": ACCOUNT, "NewBudget": budget("monthly", json!({})) });
    assert_eq!(no(&aws, "UpdateBudget", update).await.0, "NotFoundException");
}

#[tokio::test]
async fn what_is_left_out_is_what_aws_takes_it_for() {
    let aws = instant();
    let filters = json!({ "TagKeyValue": ["user:team$web"] });
    let more = json!({ "CostFilters": filters, "CostTypes": { "IncludeTax": false, "IncludeRefund": null } });
    done(&aws, "CreateBudget", new(budget("monthly", more))).await;
    let found = done(&aws, "DescribeBudget", about(json!({}))).await["Budget"].clone();
    assert_eq!(found["BudgetLimit"]["Amount"], "100.0");
    assert_eq!(found["CostFilters"], filters);
    assert_eq!(found["CostTypes"]["IncludeTax"], false);
    assert_eq!(found["CostTypes"]["IncludeRefund"], true);
    assert_eq!(found["CostTypes"]["UseBlended"], false);
    assert_eq!(found["TimePeriod"]["End"], 3_706_473_600.0);
    assert_eq!(found["CalculatedSpend"], json!({ "ActualSpend": { "Amount": "0.0", "Unit": "USD" } }));
    let (start, now) =
        (found["TimePeriod"]["Start"].as_f64().unwrap(), found["LastUpdatedTime"].as_f64().unwrap());
    assert!(start <= now && now - start < 31.0 * 24.0 * 3600.0, "{start} {now}");
}

#[tokio::test]
async fn what_aws_refuses() {
    let aws = instant();
    let unable = "Unable to create/update budget - ";
    let table = [
        (json!({ "BudgetLimit": null }), "please provide one of the followings: Budget Limit/"),
        (
            json!({ "BudgetLimit": { "Amount": "1", "Unit": "EUR" } }),
            "EUR is not in the supported unit set: [USD]",
        ),
        (
            json!({ "CostFilters": { "user:team": ["web"] } }),
            "user:team is not in the supported in cost budget dimension set: [PurchaseType, ",
        ),
        (
            json!({ "TimePeriod": { "End": 3_706_473_601_i64 } }),
            "end time should not be after timestamp 3706473600",
        ),
        (json!({ "TimePeriod": { "Start": 2000, "End": 1000 } }), "start time should be before end time"),
    ];
    for (more, why) in table {
        let input = new(merged(budget("monthly", json!({})), more));
        let (code, text) = no(&aws, "CreateBudget", input).await;
        assert_eq!(code, "InvalidParameterException");
        assert!(text.starts_with(&format!("{unable}{why}")), "{text}");
    }
    assert_eq!(aws.dump(), json!({}));
}

#[tokio::test]
async fn what_is_not_built_is_said() {
    let aws = instant();
    create(&aws, "monthly", json!([])).await;
    for more in [
        json!({ "BudgetType": "USAGE" }),
        json!({ "TimeUnit": "CUSTOM" }),
        json!({ "FilterExpression": {} }),
        json!({ "PlannedBudgetLimits": {} }),
        json!({ "AutoAdjustData": { "AutoAdjustType": "FORECAST" } }),
    ] {
        assert_eq!(no(&aws, "CreateBudget", new(budget("other", more))).await.0, "NotImplemented");
    }
    let shown = about(json!({ "ShowFilterExpression": true }));
    assert_eq!(no(&aws, "DescribeBudget", shown).await.0, "NotImplemented");
}

#[tokio::test]
async fn all_that_breaks_the_model_is_said_at_once() {
    let aws = instant();
    let input = json!({ "AccountId": "1", "Budget": {
        "BudgetName": "a:b", "TimeUnit": "HOURLY", "BudgetLimit": { "Amount": "-1", "Unit": "USD" },
    } });
    let (code, text) = no(&aws, "CreateBudget", input).await;
    assert_eq!(code, "InvalidParameterException");
    for part in [
        "5 validation errors detected: Value '1' at 'accountId' failed to satisfy constraint: Member must have length greater than or equal to 12",
        r"Value 'a:b' at 'budget.budgetName' failed to satisfy constraint: Member must satisfy regular expression pattern: ^(?!",
        r"Value '-1' at 'budget.budgetLimit.amount' failed to satisfy constraint: Member must satisfy regular expression pattern: ([0-9]*\.)?[0-9]+",
        "Value 'HOURLY' at 'budget.timeUnit' failed to satisfy constraint: Member must satisfy enum value set: [DAILY, MONTHLY, QUARTERLY, ANNUALLY, CUSTOM]",
        "Value null at 'budget.budgetType' failed to satisfy constraint: Member must not be null",
    ] {
        assert!(text.contains(part), "{part}\n{text}");
    }
    for name in ["", "a\\b", "a/action/b", "<SCRIPT>x</script>", &"a".repeat(101)] {
        let (code, _) = no(&aws, "CreateBudget", new(budget(name, json!({})))).await;
        assert_eq!(code, "InvalidParameterException", "{name}");
    }
    let (code, text) = no(&aws, "DescribeBudget", about(json!({ "BudgetName": 5 }))).await;
    assert_eq!(
        (code.as_str(), text.as_str()),
        ("SerializationException", "the value at 'budgetName' is of another kind")
    );
}

#[tokio::test]
async fn budgets_are_the_accounts_whatever_the_region() {
    let aws = instant();
    create(&aws, "monthly", json!([])).await;
    for region in ["us-east-1", "eu-west-1"] {
        let client = Client { region, ..Client::of(&aws) };
        let (status, found) = client.call("budgets", "DescribeBudget", about(json!({}))).await;
        assert_eq!((status, &found["Budget"]["BudgetName"]), (200, &json!("monthly")));
    }
    assert_eq!(
        refused(&aws, "budgets", "DescribeBudgets", json!({ "AccountId": "123456789012" })).await,
        (
            "AccessDeniedException".to_owned(),
            "You are not authorized to use this operation with the given parameters.".to_owned()
        )
    );
}

#[tokio::test]
async fn budgets_come_in_pages() {
    let aws = instant();
    let all = json!({ "AccountId": ACCOUNT });
    assert_eq!(done(&aws, "DescribeBudgets", all.clone()).await, json!({ "Budgets": [] }));
    for name in ["second", "first", "third"] {
        create(&aws, name, json!([])).await;
    }
    let found = pages(&aws, "DescribeBudgets", all, "Budgets").await;
    let names: Vec<&Value> = found.iter().map(|b| &b["BudgetName"]).collect();
    assert_eq!(names, ["first", "second", "third"]);
    let wrong = json!({ "AccountId": ACCOUNT, "NextToken": "%" });
    assert_eq!(no(&aws, "DescribeBudgets", wrong).await.0, "InvalidNextTokenException");
    let many = json!({ "AccountId": ACCOUNT, "MaxResults": 1001 });
    assert_eq!(no(&aws, "DescribeBudgets", many).await.0, "InvalidParameterException");
}

#[tokio::test]
async fn tags_come_with_the_budget_and_are_changed_by_its_arn() {
    let aws = instant();
    let tags = json!([{ "Key": "team", "Value": "web" }]);
    done(&aws, "CreateBudget", merged(new(budget("monthly", json!({}))), json!({ "ResourceTags": tags })))
        .await;
    let of = |arn: &str, more: Value| merged(json!({ "ResourceARN": arn }), more);
    let more = json!({ "ResourceTags": [{ "Key": "lambdeploy:stack", "Value": "art" }] });
    done(&aws, "TagResource", of(ARN, more)).await;
    done(&aws, "UntagResource", of(ARN, json!({ "ResourceTagKeys": ["team", "none"] }))).await;
    let listed = done(&aws, "ListTagsForResource", of(ARN, json!({}))).await;
    assert_eq!(listed, json!({ "ResourceTags": [{ "Key": "lambdeploy:stack", "Value": "art" }] }));
    for (arn, expected) in [
        ("arn:aws:budgets::000000000000:budget/none", "NotFoundException"),
        ("arn:aws:budgets::123456789012:budget/monthly", "AccessDeniedException"),
        ("arn:aws:budgets:us-east-1:000000000000:budget/monthly", "InvalidParameterException"),
        ("monthly", "InvalidParameterException"),
    ] {
        assert_eq!(no(&aws, "ListTagsForResource", of(arn, json!({}))).await.0, expected, "{arn}");
    }
    let tag = |key: &str| json!({ "Key": key, "Value": "" });
    let many: Vec<Value> = (0..50).map(|n| tag(&n.to_string())).collect();
    for (tags, expected) in [
        (json!([tag("aws:x")]), "InvalidParameterException"),
        (json!([tag("a"), tag("a")]), "InvalidParameterException"),
        (json!(many), "ServiceQuotaExceededException"),
    ] {
        let input = of(ARN, json!({ "ResourceTags": tags }));
        assert_eq!(no(&aws, "TagResource", input).await.0, expected);
    }
}
