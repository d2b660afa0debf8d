use super::world::*;
use crate::{Config, apigateway::draft::RequestValidator};

#[tokio::test]
async fn a_validator_names_the_parameters_that_are_missing() {
    let aws = local_aws(Config::default());
    let mut get = method("GET", mock("200"));
    get.request_parameters = [("header.X-A", true), ("querystring.b", true), ("querystring.c", false)]
        .map(|(name, required)| (format!("method.request.{name}"), required))
        .into();
    let mut open = draft([("/", get.clone())]);
    publish(&aws, open.clone());
    assert_eq!(call(&aws, "GET", "/", &[], "").await.status, 200);
    get.request_validator_id = Some("v".to_owned());
    open.resources.get_mut("/").unwrap().resource_methods.insert("GET".to_owned(), get);
    let validator = RequestValidator { validate_request_parameters: true, ..RequestValidator::default() };
    open.request_validators.insert("v".to_owned(), validator);
    publish(&aws, open);
    let seen = call(&aws, "GET", "/", &[], "").await;
    assert_eq!((seen.status, seen.message()), (400, "Missing required request parameters: [X-A, b]".into()));
    assert_eq!(seen.header("x-amzn-errortype"), Some("BadRequestException"));
    assert_eq!(call(&aws, "GET", "/?b=1", &[("x-a", "1")], "").await.status, 200);
}
