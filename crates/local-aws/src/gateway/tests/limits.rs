use super::super::request::PAYLOAD_LIMIT;
use super::world::*;
use crate::Config;

#[tokio::test]
async fn a_payload_over_ten_megabytes_is_413_and_one_over_lambdas_six_too() {
    let aws = local_aws(Config::default());
    publish(&aws, draft([("/mock", method("POST", mock("200"))), ("/", method("POST", proxy()))]));
    assert_eq!(call(&aws, "POST", "/mock", &[], &"x".repeat(PAYLOAD_LIMIT)).await.status, 200);
    let seen = call(&aws, "POST", "/mock", &[], &"x".repeat(PAYLOAD_LIMIT + 1)).await;
    assert_eq!((seen.status, seen.message()), (413, "Request Too Long".into()));
    let seen = call(&aws, "POST", "/", &[], &"x".repeat(6 * 1024 * 1024)).await;
    assert_eq!((seen.status, seen.message()), (413, "Request Too Long".into()));
    assert_eq!(why(&aws), "the event is over Lambda's 6291456 bytes");
}
