//! STS: who is calling.

use crate::{
    call::{Call, Reply},
    error::AwsError,
    error_words::ErrorWords,
    permission::Permission,
    service::{Operation, Protocol, Service},
};
use serde_json::{Value, json};

pub(crate) static SERVICE: Service = Service {
    name: "sts",
    signing_name: "sts",
    protocol: Protocol::Query { namespace: "https://sts.amazonaws.com/doc/2011-06-15/" },
    body_limit: 1024 * 1024,
    operations: &[Operation::named("GetCallerIdentity", get_caller_identity)],
    // GetCallerIdentity can be denied by nobody.
    permissions: |_, _, _| Vec::new(),
    permission_to_tag: |_, _, resource| Permission::new("sts:TagSession", resource),
    tags_of: |_, _, _| None,
    request_quotas: |_, _| Vec::new(),
    words: ErrorWords::QUERY,
};

/// A key that belongs to no user is `local` of its account, who may do everything but is not root.
fn get_caller_identity(call: &mut Call<'_>, _: Value) -> Result<Reply, AwsError> {
    let (account, key) = (call.account.clone(), call.access_key.clone());
    let (id, arn) = match call.account_mut().iam.caller_of_key(&key) {
        Some(caller) => (caller.id, caller.arn),
        None => ("AIDALOCALUSER00000000".to_owned(), format!("arn:aws:iam::{account}:user/local")),
    };
    Ok(Reply::ok(json!({ "UserId": id, "Account": account, "Arn": arn })))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use crate::testing::{Client, instant};
    use serde_json::json;

    #[tokio::test]
    async fn a_key_of_twelve_digits_is_the_user_local_of_that_account() {
        let aws = instant();
        let client = Client { access_key: "123456789012", ..Client::of(&aws) };
        let (status, identity) = client.call("sts", "GetCallerIdentity", json!({})).await;
        assert_eq!(status, 200);
        assert_eq!(identity["Account"], "123456789012");
        assert_eq!(identity["Arn"], "arn:aws:iam::123456789012:user/local");
    }

    #[tokio::test]
    async fn a_users_key_is_that_user_in_its_account() {
        let aws = instant();
        let admin = Client { access_key: "123456789012", ..Client::of(&aws) };
        let (_, user) = admin.call("iam", "CreateUser", json!({ "UserName": "ada", "Path": "/team/" })).await;
        let (_, key) = admin.call("iam", "CreateAccessKey", json!({ "UserName": "ada" })).await;
        let ada = Client { access_key: key["AccessKey"]["AccessKeyId"].as_str().unwrap(), ..admin };
        let (_, identity) = ada.call("sts", "GetCallerIdentity", json!({})).await;
        assert_eq!(identity["Arn"], "arn:aws:iam::123456789012:user/team/ada");
        assert_eq!(identity["UserId"], user["User"]["UserId"]);
    }
}
