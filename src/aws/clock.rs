//! A clock that is off: AWS refuses what was signed more than five minutes from its own time.

use aws_smithy_types::{DateTime, date_time::Format};
use std::time::SystemTime;

/// What refuses a signature may mean the clock.
const SIGNED: [&str; 5] = [
    "SignatureDoesNotMatch",
    "InvalidSignatureException",
    "RequestTimeTooSkewed",
    "RequestExpired",
    "AuthFailure",
];

/// Below this, the clock is not why (AWS takes five minutes).
const SKEWED: i64 = 4 * 60;

/// Seconds that AWS's clock, by the answer's `date`, is ahead of this machine's, if that explains `code`.
pub(super) fn skew(code: Option<&str>, date: &str) -> Option<i64> {
    let theirs = DateTime::from_str(date, Format::HttpDate).ok()?.secs();
    let ours = DateTime::from(SystemTime::now()).secs();
    Some(theirs - ours).filter(|skew| code.is_some_and(|c| SIGNED.contains(&c)) && skew.abs() >= SKEWED)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_is_to_blame_only_for_what_is_about_a_signature_and_far_off() {
        let at = |seconds: i64| {
            let time = DateTime::from_secs(DateTime::from(SystemTime::now()).secs() + seconds);
            time.fmt(Format::HttpDate).unwrap()
        };
        let skew = |code, seconds| super::skew(Some(code), &at(seconds));
        assert!(skew("SignatureDoesNotMatch", 600).is_some_and(|s| (599..=601).contains(&s)));
        assert!(skew("InvalidSignatureException", -600).is_some_and(|s| s < 0));
        assert_eq!(skew("SignatureDoesNotMatch", 60), None);
        assert_eq!(skew("AccessDenied", 600), None);
    }
}
