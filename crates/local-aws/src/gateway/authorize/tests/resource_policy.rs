use crate::gateway::tests::world::*;
use crate::{Config, LocalAws, peer::Peer};
use serde_json::{Value, json};

fn serve(policy: Value) -> LocalAws {
    let aws = local_aws(Config::default());
    publish(&aws, draft([("/", method("GET", mock("200"))), ("/a", method("GET", mock("200")))]));
    aws.shared().world().region(ACCOUNT, REGION).apigateway.apis.get_mut(API).unwrap().policy =
        Some(policy.to_string());
    aws
}

async fn from(aws: &LocalAws, address: &str, path: &str) -> Seen {
    let mut request = request("GET", &format!("/default{path}"), &[], "");
    request.extensions_mut().insert(Peer(address.parse().unwrap()));
    send(aws, request).await
}

#[tokio::test]
async fn only_the_allowed_addresses_pass() {
    let allow = json!({
        "Effect": "Allow", "Principal": "*", "Action": "execute-api:Invoke", "Resource": "arn:aws:execute-api:us-east-2:000000000000:abc123/*",
    });
    let mut deny = allow.clone();
    deny["Effect"] = "Deny".into();
    deny["Condition"] = json!({ "NotIpAddress": { "aws:SourceIp": ["10.0.0.0/8", "192.0.2.7"] } });
    let aws = serve(json!({ "Version": "2012-10-17", "Statement": [allow, deny] }));
    for (address, status) in [("10.1.2.3", 200), ("192.0.2.7", 200), ("192.0.2.8", 403), ("127.0.0.1", 403)] {
        assert_eq!(from(&aws, address, "/").await.status, status, "{address}");
    }
    let seen = from(&aws, "192.0.2.8", "/a").await;
    let body: Value = serde_json::from_str(&seen.body).unwrap();
    let text = "User: anonymous is not authorized to perform: execute-api:Invoke on resource: \
                arn:aws:execute-api:us-east-2:********0000:abc123/default/GET/a with an explicit deny";
    assert_eq!(body, json!({ "Message": text }));
    assert_eq!(seen.header("x-amzn-errortype"), Some("AccessDeniedException"));
}

#[tokio::test]
async fn without_an_allow_nothing_passes() {
    let statement = json!({
        "Effect": "Allow", "Principal": "*", "Action": "execute-api:Invoke",
        "Resource": "arn:aws:execute-api:us-east-2:000000000000:abc123/default/GET/a",
    });
    let aws = serve(json!({ "Version": "2012-10-17", "Statement": statement }));
    assert_eq!(from(&aws, "127.0.0.1", "/a").await.status, 200);
    let seen = from(&aws, "127.0.0.1", "/").await;
    assert!(seen.status == 403 && !seen.body.contains("explicit deny"));
    assert_eq!(why(&aws), "no statement of the resource policy allows");
}
