//! Whether this machine may call at all. What keeps it out answers before the API does, and says nothing about the API.

use super::{
    answerer::by_the_gateway,
    carrier::Carrier,
    finding::{Finding, Verdict},
    row::{Must, Row, RowNeed, SentKey},
};
use crate::outside::http::Response;

pub(super) const BY_POLICY: &str = "this machine may not call (allow_from)";
const BY_WEB_ACL: &str = "this machine may not call (a web ACL guards the stage)";

/// Whether the API's resource policy refused a call: it denies addresses that `allow_from` does not name.
pub(super) fn by_policy(answer: &Response) -> bool {
    let denied = answer.header("x-amzn-errortype").is_some_and(|t| t.starts_with("AccessDeniedException"));
    let text = answer.text();
    denied && answer.status == 403 && text.contains("execute-api:Invoke") && text.contains("explicit deny")
}

/// For a stage that has a web ACL: what is to be said of all rows if that refuses this machine. It answers 403 "Forbidden",
/// as API Gateway does for a key, so a call is asked about for which no key is looked at: of a path that is not there.
pub async fn by_web_acl<C: Carrier>(carrier: &C, rows: &[Row]) -> Option<Vec<Finding>> {
    let nowhere = |row: &&Row| {
        row.ask.key == SentKey::None && row.must.contains(&Must::Say("Missing Authentication Token"))
    };
    let answer = carrier.carry(&rows.iter().find(nowhere)?.ask).await.ok()?;
    let forbidden = answer.header("x-amzn-errortype").is_some_and(|t| t.starts_with("ForbiddenException"));
    let is_out = answer.status == 403 && by_the_gateway(&answer) && forbidden;
    let asked = rows.iter().filter(|row| row.need == RowNeed::Nothing);
    is_out.then(|| asked.map(unknown).collect())
}

fn unknown(row: &Row) -> Finding {
    let verdict = Verdict::Unknown { why: BY_WEB_ACL.to_owned() };
    Finding::new(row, verdict)
}
