//! How much a JSON document becomes in memory: each value takes many times the two bytes in which it can be written.

use crate::error::AwsError;

/// More values than any request of AWS has: an API of 300 resources has some ten thousand.
pub(crate) const MOST: usize = 200_000;

/// # Errors
/// The document has more values than anything that AWS takes.
pub(crate) fn check(document: &[u8]) -> Result<(), AwsError> {
    if count(document) <= MOST {
        return Ok(());
    }
    Err(AwsError::new(400, "SerializationException", format!("the document has more than {MOST} values")))
}

/// About how many values there are: what separates and opens them, outside of texts.
fn count(document: &[u8]) -> usize {
    let (mut count, mut in_text, mut escaped) = (0, false, false);
    for byte in document {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_text => escaped = true,
            b'"' => in_text = !in_text,
            b',' | b'[' | b'{' if !in_text => count += 1,
            _ => {}
        }
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_counted_and_what_is_in_texts_is_not() {
        assert_eq!(count(br#"{"a": [1, 2, {"b": null}]}"#), 5);
        assert_eq!(count(br#"{"a,[{": "\",,\\"}"#), 1);
        assert!(check(format!("[{}0]", "0,".repeat(MOST)).as_bytes()).is_err());
        assert!(check(format!("{{\"ZipFile\": \"{}\"}}", ",".repeat(10 * MOST)).as_bytes()).is_ok());
    }
}
