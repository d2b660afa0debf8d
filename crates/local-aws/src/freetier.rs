//! The free tier's service: on which plan an account is, and what is left of it (botocore's model `freetier`).

use crate::{
    call::{Call, Reply},
    error::AwsError,
    error_words::ErrorWords,
    permission::Permission,
    service::{Operation, Protocol, Service},
};
use serde_json::{Value, json};
use std::collections::BTreeMap;

pub(crate) static SERVICE: Service = Service {
    name: "freetier",
    signing_name: "freetier",
    protocol: Protocol::Json,
    body_limit: 64 * 1024,
    operations: &[Operation::named("GetAccountPlanState", plan_state)],
    permissions: |_, operation, _| vec![Permission::new(format!("freetier:{}", operation.name), "*")],
    permission_to_tag: |_, operation, _| Permission::new(format!("freetier:{}", operation.name), "*"),
    tags_of: |_, _, _| None::<BTreeMap<String, String>>,
    // AWS says that there are some, and not how many.
    request_quotas: |_, _| Vec::new(),
    words: ErrorWords {
        internal: ("InternalServerException", "An unexpected error occurred. Please try again later."),
        ..ErrorWords::JSON
    },
};

/// Credits and an end have accounts on the free plan only.
fn plan_state(call: &mut Call<'_>, _: Value) -> Result<Reply, AwsError> {
    let account = call.account.clone();
    let plan = &call.account_mut().settings.plan;
    let mut state =
        json!({ "accountId": account, "accountPlanType": plan.kind, "accountPlanStatus": plan.status });
    if let Some(credits) = plan.credits {
        state["accountPlanRemainingCredits"] = json!({ "amount": credits, "unit": "USD" });
    }
    if let Some(expires) = &plan.expires {
        state["accountPlanExpirationDate"] = json!(expires);
    }
    Ok(Reply::ok(state))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use crate::testing::{ACCOUNT, instant, ok};
    use serde_json::json;

    #[tokio::test]
    async fn the_plan_is_as_it_was_set() {
        let aws = instant();
        let paid = ok(&aws, "freetier", "GetAccountPlanState", json!({})).await;
        assert_eq!(
            paid,
            json!({ "accountId": ACCOUNT, "accountPlanType": "PAID", "accountPlanStatus": "ACTIVE" })
        );
        let plan = json!({ "type": "FREE", "status": "ACTIVE", "credits": 120.5, "expires": "2027-01-15T00:00:00Z" });
        aws.shared().world().account(ACCOUNT).settings.plan = serde_json::from_value(plan).unwrap();
        let free = ok(&aws, "freetier", "GetAccountPlanState", json!({})).await;
        assert_eq!(free["accountPlanRemainingCredits"], json!({ "amount": 120.5, "unit": "USD" }));
        assert_eq!(free["accountPlanExpirationDate"], "2027-01-15T00:00:00Z");
    }
}
