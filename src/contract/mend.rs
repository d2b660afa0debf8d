//! What to do about a promise that does not hold.

pub const REFUSAL: &str = "`lambdeploy plan` names the field, `lambdeploy up` mends it; pages can read a refusal only with the gateway responses of `cors:`";
pub const DEPLOYED: &str =
    "`lambdeploy plan` names what differs from the stack file, `lambdeploy up` mends it";
pub const PLAN: &str = "`lambdeploy plan` names the field of the usage plan, `lambdeploy up` mends it";

/// When something else answers, or nothing does.
pub const URL: &str = "see whether the URL is right and reachable from here (`lambdeploy output`)";

/// When the function's answer does not arrive.
pub fn answer(function: &str) -> String {
    format!(
        "403: the chain key, usage plan, stage is broken, 500: the permission of {function} is; `lambdeploy plan` says \
         where and `lambdeploy up` mends it. 502 or 504: `lambdeploy logs {function}` says why"
    )
}

/// When a function forgets the header that only it can send.
pub const ORIGIN: &str = "only the function itself can send this header with its own answers; it knows the origins by ALLOWED_ORIGINS.
  Python: return {\"statusCode\": 200, \"headers\": {\"Access-Control-Allow-Origin\": os.environ[\"ALLOWED_ORIGINS\"].split(\",\")[0]}, \"body\": …}
  Node:   return { statusCode: 200, headers: { \"Access-Control-Allow-Origin\": process.env.ALLOWED_ORIGINS.split(\",\")[0] }, body: … }";
