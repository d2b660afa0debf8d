//! STS: who is calling.

use crate::{
    error::AwsError,
    operation::{Call, Operation, Reply},
};
use serde_json::{Value, json};

pub const OPERATIONS: &[Operation] = &[Operation {
    name: "GetCallerIdentity",
    method: "POST",
    path: "/",
    query: &[],
    handler: get_caller_identity,
}];

/// A key that belongs to nobody is the user `local` of its account: it may do everything, but is not root.
fn get_caller_identity(call: &mut Call<'_>, _: Value) -> Result<Reply, AwsError> {
    Ok(Reply::ok(json!({
        "UserId": "AIDALOCALUSER00000000",
        "Account": call.account,
        "Arn": format!("arn:aws:iam::{}:user/local", call.account),
    })))
}

#[cfg(test)]
mod tests {
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
}
