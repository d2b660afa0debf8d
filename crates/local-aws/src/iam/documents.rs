//! Policy documents as IAM takes and answers them.

use crate::{constraint::Shape, error::AwsError};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

pub(crate) const DOCUMENT: Shape = Shape { length: (1, 131_072), pattern: Some((DOCUMENT_PATTERN, plain)) };
const DOCUMENT_PATTERN: &str = r"[\u0009\u000A\u000D\u0020-\u00FF]+";

pub(crate) fn plain(text: &str) -> bool {
    text.chars().all(|c| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{ff}'))
}

/// RFC 3986: everything but the unreserved characters.
pub(crate) fn url_encoded(document: &str) -> String {
    const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
    utf8_percent_encode(document, RESERVED).to_string()
}

/// Quotas count no white space.
pub(crate) fn size(document: &str) -> usize {
    document.chars().filter(|c| !c.is_whitespace()).count()
}

pub(crate) fn malformed(text: String) -> AwsError {
    AwsError::new(400, "MalformedPolicyDocument", text)
}

#[cfg(test)]
mod tests {
    use super::url_encoded;

    #[test]
    fn documents_as_iam_writes_them() {
        assert_eq!(url_encoded(r#"{"A": "b-._~*/"}"#), "%7B%22A%22%3A%20%22b-._~%2A%2F%22%7D");
    }
}
