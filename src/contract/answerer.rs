//! Who gave an answer.

use crate::outside::http::Response;

/// Whether API Gateway answered itself, and not the function behind it.
pub(super) fn by_the_gateway(answer: &Response) -> bool {
    answer.header("x-amzn-errortype").is_some()
}

/// Whether this is the function's own answer, as API Gateway passes it on.
pub(super) fn by_the_function(answer: &Response) -> bool {
    names_its_request(answer) && !by_the_gateway(answer)
}

/// As every answer of API Gateway does.
pub(super) fn names_its_request(answer: &Response) -> bool {
    answer.header("x-amzn-requestid").or_else(|| answer.header("x-amz-apigw-id")).is_some()
}
