//! The signatures are made by the AWS SDK's own signer.

use crate::gateway::tests::world::*;
use crate::{Config, LocalAws};
use aws_credential_types::Credentials;
use aws_sigv4::{
    http_request::{SignableBody, SignableRequest, SignatureLocation, SigningSettings, sign},
    sign::v4,
};
use http::Request;
use serde_json::json;
use std::time::{Duration, SystemTime};

struct Signer {
    key: &'static str,
    secret: &'static str,
    region: &'static str,
    service: &'static str,
    time: SystemTime,
    presigned: bool,
}

fn signer() -> Signer {
    let time = SystemTime::now();
    Signer {
        key: "LOCALKEY",
        secret: "local",
        region: REGION,
        service: "execute-api",
        time,
        presigned: false,
    }
}

impl Signer {
    fn sign(&self, method: &str, uri: &str, body: &'static str) -> Request<crate::Body> {
        let identity = Credentials::new(self.key, self.secret, None, None, "test").into();
        let mut settings = SigningSettings::default();
        if self.presigned {
            settings.signature_location = SignatureLocation::QueryParams;
            settings.expires_in = Some(Duration::from_mins(10));
        }
        let params = v4::SigningParams::builder()
            .identity(&identity)
            .region(self.region)
            .name(self.service)
            .time(self.time)
            .settings(settings)
            .build()
            .unwrap()
            .into();
        let url = format!("http://{API}.execute-api.localhost:4566{uri}");
        let headers = [("content-type", "application/json")].into_iter();
        let signable =
            SignableRequest::new(method, &url, headers, SignableBody::Bytes(body.as_bytes())).unwrap();
        let (instructions, _) = sign(signable, &params).unwrap().into_parts();
        let mut request = Request::builder()
            .method(method)
            .uri(url)
            .header("host", format!("{API}.execute-api.localhost:4566"))
            .header("content-type", "application/json")
            .body(())
            .unwrap();
        instructions.apply_to_request_http1x(&mut request);
        let path = request.uri().path_and_query().unwrap().to_string();
        *request.uri_mut() = path.parse().unwrap();
        request.map(|()| crate::body::full(body))
    }
}

fn guarded() -> LocalAws {
    let aws = local_aws(Config::default());
    let mut any = method("ANY", mock("200"));
    any.authorization_type = "AWS_IAM".to_owned();
    let made = any.method_integration.as_mut().unwrap().integration_responses.get_mut("200").unwrap();
    let user = ("method.response.header.x-user".to_owned(), "context.identity.userArn".to_owned());
    made.response_parameters = [user].into();
    publish(&aws, draft([("/", any.clone()), ("/{proxy+}", any)]));
    aws
}

#[tokio::test]
async fn right_signatures_pass_whatever_the_url_looks_like() {
    let aws = guarded();
    for presigned in [false, true] {
        let signer = Signer { presigned, ..signer() };
        for (method, uri, body) in [
            ("GET", "/default/", ""),
            ("GET", "/default/a%20b/c%2Bd/e~f?x=1&y=a%20b&x=0&empty=", ""),
            ("POST", "/default/items", r#"{"a":"é"}"#),
        ] {
            let seen = send(&aws, signer.sign(method, uri, body)).await;
            assert_eq!((seen.status, why(&aws)), (200, String::new()), "{method} {uri} {presigned}");
            assert_eq!(seen.header("x-user"), Some("arn:aws:iam::000000000000:user/local"));
        }
    }
}

#[tokio::test]
async fn wrong_signatures_are_refused_in_awss_words() {
    let aws = guarded();
    let late = SystemTime::now() - Duration::from_secs(400);
    let early = SystemTime::now() + Duration::from_secs(400);
    let table = [
        (
            Signer { secret: "other", ..signer() },
            "InvalidSignatureException",
            "The request signature we calculated does not match",
        ),
        (
            Signer { presigned: true, secret: "other", ..signer() },
            "InvalidSignatureException",
            "The request signature we calculated does not match",
        ),
        (
            Signer { region: "eu-west-1", ..signer() },
            "InvalidSignatureException",
            "Credential should be scoped to a valid region, not 'eu-west-1'.",
        ),
        (
            Signer { service: "lambda", ..signer() },
            "InvalidSignatureException",
            "Credential should be scoped to correct service: 'execute-api'.",
        ),
        (Signer { time: late, ..signer() }, "InvalidSignatureException", "Signature expired"),
        (Signer { time: early, ..signer() }, "InvalidSignatureException", "Signature not yet current"),
        (
            Signer { key: "AKIAIOSFODNN7EXAMPLE", ..signer() },
            "UnrecognizedClientException",
            "The security token included in the request is invalid.",
        ),
    ];
    for (signer, error, text) in table {
        let seen = send(&aws, signer.sign("GET", "/default/", "")).await;
        assert_eq!((seen.status, seen.header("x-amzn-errortype")), (403, Some(error)), "{text}");
        assert!(seen.message().as_str().unwrap().starts_with(text), "{}", seen.body);
    }
    let seen = call(&aws, "GET", "/", &[], "").await;
    assert_eq!((seen.status, seen.message()), (403, "Missing Authentication Token".into()));
    let seen = call(&aws, "GET", "/", &[("authorization", "Bearer x")], "").await;
    assert_eq!(seen.header("x-amzn-errortype"), Some("IncompleteSignatureException"));
}

#[tokio::test]
async fn what_was_changed_after_signing_is_noticed() {
    let aws = guarded();
    let mut request = signer().sign("POST", "/default/", "{}");
    *request.body_mut() = crate::body::full("{\"more\":1}");
    assert_eq!(send(&aws, request).await.status, 403);
    let mut request = signer().sign("GET", "/default/?a=1", "");
    *request.uri_mut() = "/default/?a=2".parse().unwrap();
    assert_eq!(send(&aws, request).await.status, 403);
    let mut request = signer().sign("GET", "/default/", "");
    request.headers_mut().insert("content-type", "text/plain".parse().unwrap());
    assert_eq!(send(&aws, request).await.status, 403);
    assert!(why(&aws).starts_with("The request signature we calculated"));
}

#[tokio::test]
async fn another_account_needs_the_resource_policy() {
    let aws = guarded();
    let other = Signer { key: "123456789012", ..signer() };
    let seen = send(&aws, other.sign("GET", "/default/", "")).await;
    let text = "User: arn:aws:iam::123456789012:user/local is not authorized to perform: execute-api:Invoke on \
                resource: arn:aws:execute-api:us-east-2:********0000:abc123/default/GET/";
    assert_eq!(serde_json::from_str::<serde_json::Value>(&seen.body).unwrap()["Message"], text);
    let policy = json!({ "Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": { "AWS": "123456789012" }, "Action": "execute-api:Invoke", "Resource": "*",
    }] });
    aws.shared().world().region(ACCOUNT, REGION).apigateway.apis.get_mut(API).unwrap().policy =
        Some(policy.to_string());
    assert_eq!(send(&aws, other.sign("GET", "/default/", "")).await.status, 200);
}

#[tokio::test]
async fn an_iam_user_may_what_its_policies_say() {
    use crate::testing::ok;
    let aws = guarded();
    ok(&aws, "iam", "CreateUser", json!({ "UserName": "ann" })).await;
    let key = ok(&aws, "iam", "CreateAccessKey", json!({ "UserName": "ann" })).await["AccessKey"].clone();
    let leak = |name: &str| -> &'static str { key[name].as_str().unwrap().to_owned().leak() };
    let ann = Signer { key: leak("AccessKeyId"), secret: leak("SecretAccessKey"), ..signer() };
    let seen = send(&aws, ann.sign("GET", "/default/items", "")).await;
    assert_eq!(seen.status, 403);
    assert!(seen.body.contains("user/ann is not authorized to perform: execute-api:Invoke"), "{}", seen.body);
    let policy = json!({ "Version": "2012-10-17", "Statement": [
        { "Effect": "Allow", "Action": "execute-api:Invoke", "Resource": "*" },
        { "Effect": "Deny", "Action": "execute-api:*", "Resource": "arn:aws:execute-api:*:*:*/*/*/secret" },
    ] });
    let input = json!({ "UserName": "ann", "PolicyName": "p", "PolicyDocument": policy.to_string() });
    ok(&aws, "iam", "PutUserPolicy", input).await;
    assert_eq!(send(&aws, ann.sign("GET", "/default/items", "")).await.status, 200);
    let seen = send(&aws, ann.sign("GET", "/default/secret", "")).await;
    assert!(seen.status == 403 && seen.body.contains("with an explicit deny"));
    let forged = Signer { secret: "local", ..ann };
    assert_eq!(send(&aws, forged.sign("GET", "/default/items", "")).await.status, 403);
}

/// A request whose signature was made by hand, with these signed headers and this date in its scope.
fn by_hand(headers: &[(&str, &str)], signed: &str, date: &str) -> Request<crate::Body> {
    use ring::hmac;
    use sha2::{Digest, Sha256};
    let hmac = |key: &[u8], text: &str| {
        hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), text.as_bytes()).as_ref().to_vec()
    };
    let now = jiff::Timestamp::now().strftime("%Y%m%dT%H%M%SZ").to_string();
    let date = if date == "today" { &now[..8] } else { date };
    let host = format!("{API}.execute-api.localhost:4566");
    let all = [headers, &[("host", host.as_str()), ("x-amz-date", now.as_str())]].concat();
    let value = |name: &str| all.iter().find(|(n, _)| *n == name).map_or("", |(_, v)| v);
    let canonical: String = signed.split(';').map(|name| format!("{name}:{}\n", value(name))).collect();
    let body = hex::encode(Sha256::digest(""));
    let request = hex::encode(Sha256::digest(format!("GET\n/default/\n\n{canonical}\n{signed}\n{body}")));
    let scope = format!("{date}/{REGION}/execute-api/aws4_request");
    let text = format!("AWS4-HMAC-SHA256\n{now}\n{scope}\n{request}");
    let key = [date, REGION, "execute-api", "aws4_request"]
        .iter()
        .fold(b"AWS4local".to_vec(), |key, part| hmac(&key, part));
    let signature = hex::encode(hmac(&key, &text));
    let authorization = format!(
        "AWS4-HMAC-SHA256 Credential=LOCALKEY/{scope}, SignedHeaders={signed}, Signature={signature}"
    );
    let mut request = Request::get("/default/").header("authorization", authorization);
    for (name, value) in all {
        request = request.header(name, value);
    }
    request.body(crate::body::full("")).unwrap()
}

#[tokio::test]
async fn what_is_awss_own_has_to_be_signed() {
    let aws = guarded();
    let token = [("x-amz-security-token", "t")];
    let right = by_hand(&token, "host;x-amz-date;x-amz-security-token", "today");
    assert_eq!((send(&aws, right).await.status, why(&aws)), (200, String::new()));
    let date = jiff::Timestamp::now().strftime("%Y").to_string();
    let table: [(&[_], &str, &str, &str); 6] = [
        (&[], "x-amz-date", "today", "'Host' or ':authority' must be a 'SignedHeader'"),
        (&[], "", "today", "'Host' or ':authority' must be a 'SignedHeader'"),
        (&[], "host", "today", "'x-amz-date' must be a 'SignedHeader'"),
        (&token, "host;x-amz-date", "today", "'x-amz-security-token' must be a 'SignedHeader'"),
        (&[], "host;x-amz-date", "", "Date in Credential scope does not match"),
        (&[], "host;x-amz-date", &date, "Date in Credential scope does not match"),
    ];
    for (headers, signed, date, text) in table {
        let seen = send(&aws, by_hand(headers, signed, date)).await;
        assert_eq!((seen.status, seen.header("x-amzn-errortype")), (403, Some("InvalidSignatureException")));
        assert!(seen.message().as_str().unwrap().starts_with(text), "{signed}: {}", seen.body);
    }
}

#[tokio::test]
async fn a_presigned_url_holds_a_week_at_most() {
    let aws = guarded();
    let presigned = signer();
    let presigned = Signer { presigned: true, ..presigned };
    for (seconds, text) in [
        ("604801", "X-Amz-Expires must be less than a week"),
        ("315360000", "X-Amz-Expires must be less than a week"),
        ("-1", "X-Amz-Expires must be non-negative"),
        ("soon", "X-Amz-Expires should be a number"),
    ] {
        let mut request = presigned.sign("GET", "/default/", "");
        let uri = request.uri().to_string().replace("X-Amz-Expires=600", &format!("X-Amz-Expires={seconds}"));
        *request.uri_mut() = uri.parse().unwrap();
        let seen = send(&aws, request).await;
        assert_eq!(seen.status, 403, "{seconds}");
        assert!(seen.message().as_str().unwrap().starts_with(text), "{}", seen.body);
    }
}
