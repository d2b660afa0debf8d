//! What to do about a promise that does not hold: each cause has its own sentence.

use super::answerer::{by_the_function, by_the_gateway};
use crate::outside::http::Response;

/// What a row's promise depends on, and so what fixes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fix {
    /// A gateway response, or who may call.
    Refusal,
    /// The OPTIONS method of a path.
    Preflight,
    /// What is deployed to the stage.
    Deployed,
    /// The usage plan.
    Plan,
    /// That this function can be called, and answers.
    Answer(String),
}

/// When something else answers, or nothing does.
pub(super) const URL: &str =
    "check that the URL is right and reachable from here (`lambdeploy output` shows it)";

/// When a function forgets the header that only it can send.
pub(super) const ORIGIN: &str = "only the function itself can send this header with its own answers; it knows the origins by ALLOWED_ORIGINS.
  Python: return {\"statusCode\": 200, \"headers\": {\"Access-Control-Allow-Origin\": os.environ[\"ALLOWED_ORIGINS\"].split(\",\")[0]}, \"body\": …}
  Node:   return { statusCode: 200, headers: { \"Access-Control-Allow-Origin\": process.env.ALLOWED_ORIGINS.split(\",\")[0] }, body: … }";

/// The same, when pages may send credentials.
pub(super) const CREDENTIALS: &str = "`cors: {credentials: true}` promises it, and only the function itself can send this header with its own answers.
  Python: return {\"statusCode\": 200, \"headers\": {\"Access-Control-Allow-Credentials\": \"true\", …}, \"body\": …}
  Node:   return { statusCode: 200, headers: { \"Access-Control-Allow-Credentials\": \"true\", … }, body: … }";

impl Fix {
    /// For a person who has seen `answer` instead; `None`: no answer is to blame.
    pub fn advice(&self, answer: Option<&Response>) -> String {
        match (self, answer) {
            (Self::Refusal, _) => "`lambdeploy plan` names the field, `lambdeploy up` fixes it; pages can read a refusal only with the gateway responses of `cors:`".to_owned(),
            (Self::Preflight, _) => "`lambdeploy plan` names the field of the OPTIONS method, `lambdeploy up` fixes it".to_owned(),
            (Self::Plan, _) => "`lambdeploy plan` names the field of the usage plan, `lambdeploy up` fixes it".to_owned(),
            (Self::Answer(function), Some(answer)) => of_answer(function, answer),
            (Self::Deployed | Self::Answer(_), _) => DEPLOYED.to_owned(),
        }
    }
}

const DEPLOYED: &str = "`lambdeploy plan` names what differs from the stack file, `lambdeploy up` fixes it";

/// When the function's answer does not arrive, or is another one.
fn of_answer(function: &str, answer: &Response) -> String {
    if by_the_function(answer) {
        return format!(
            "{function} itself gave this answer; `lambdeploy logs {function}` shows what it printed"
        );
    }
    match answer.status {
        403 if by_the_gateway(answer) => "the key is refused: the link from the key through the usage plan to the stage is broken; `lambdeploy plan` says where, `lambdeploy up` fixes it".to_owned(),
        500 if by_the_gateway(answer) => format!("API Gateway could not call {function}: the permission to call it, or that of an authorizer, is missing, or its image can't be started; `lambdeploy plan` names what differs, `lambdeploy up` fixes it"),
        502 => format!("{function} was called and failed, or its answer is not an HTTP answer; `lambdeploy logs {function}` shows which"),
        504 => format!("{function} took longer than the 29 seconds that API Gateway waits; make it faster, or let it answer at once and work on in another function"),
        _ => DEPLOYED.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{Fix, Response};

    fn advice(status: u16, headers: &[(&str, &str)]) -> String {
        let headers = headers.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
        let answer = Response { status, headers, body: bytes::Bytes::new() };
        Fix::Answer("hello".to_owned()).advice(Some(&answer))
    }

    #[test]
    fn each_status_has_its_own_sentence() {
        let gateways = |status| advice(status, &[("x-amzn-errortype", "X"), ("x-amzn-requestid", "1")]);
        let all = [
            gateways(403),
            gateways(500),
            gateways(502),
            gateways(504),
            advice(500, &[("x-amzn-requestid", "1")]),
        ];
        for (at, (text, word)) in
            all.iter().zip(["key", "permission", "failed", "29 seconds", "itself gave"]).enumerate()
        {
            assert!(text.contains(word), "{text}");
            assert!(all.iter().enumerate().all(|(other, it)| other == at || it != text), "{text}");
        }
        assert!(!gateways(502).contains("permission") && !gateways(502).contains("usage plan"));
    }
}
