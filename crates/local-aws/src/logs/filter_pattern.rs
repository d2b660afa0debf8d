//! The language of `filterPattern`: terms, or a question to JSON.

use super::{errors::invalid, json_filter::JsonFilter};
use crate::error::AwsError;

/// Which messages are wanted.
#[derive(Debug)]
pub(crate) enum FilterPattern {
    Terms {
        /// `ERROR "not found"`: all of these.
        all: Vec<String>,
        /// `?ERROR ?WARN`: one of these.
        any: Vec<String>,
        /// `-DEBUG`: none of these.
        none: Vec<String>,
    },
    Json(JsonFilter),
}

impl FilterPattern {
    /// # Errors
    /// `InvalidParameterException` for what is no pattern; "not implemented" for patterns of space-delimited fields and
    /// regular expressions.
    pub(crate) fn read(text: &str) -> Result<Self, AwsError> {
        let text = text.trim();
        if text.starts_with('{') {
            return JsonFilter::read(text).map(Self::Json);
        }
        if text.starts_with('[') {
            return Err(AwsError::not_implemented("a filter pattern of space-delimited fields"));
        }
        let (mut all, mut any, mut none) = (Vec::new(), Vec::new(), Vec::new());
        let mut rest = text;
        while !rest.is_empty() {
            let (list, body) = match rest.as_bytes()[0] {
                b'?' => (&mut any, &rest[1..]),
                b'-' => (&mut none, &rest[1..]),
                _ => (&mut all, rest),
            };
            let (term, behind) = term(body)?;
            list.push(term);
            rest = behind.trim_start();
        }
        Ok(Self::Terms { all, any, none })
    }

    /// Terms are found anywhere in the message, in exactly their case. As on AWS, `?` terms beside others count nothing.
    pub(crate) fn matches(&self, message: &str) -> bool {
        let has = |term: &String| message.contains(term.as_str());
        match self {
            Self::Json(filter) => filter.matches(message),
            Self::Terms { all, any, none } if all.is_empty() && none.is_empty() => {
                any.is_empty() || any.iter().any(has)
            }
            Self::Terms { all, none, .. } => all.iter().all(has) && !none.iter().any(has),
        }
    }
}

/// One term and what is behind it.
fn term(text: &str) -> Result<(String, &str), AwsError> {
    if let Some(quoted) = text.strip_prefix('"') {
        let end = end_of_quote(quoted).ok_or_else(|| invalid("Invalid filter pattern: unbalanced quotes"))?;
        let phrase = quoted[..end].replace("\\\"", "\"").replace("\\\\", "\\");
        return Ok((phrase, &quoted[end + 1..]));
    }
    if text.starts_with('%') {
        return Err(AwsError::not_implemented("a regular expression in a filter pattern"));
    }
    let end = text.find(char::is_whitespace).unwrap_or(text.len());
    let word = &text[..end];
    if word.is_empty() || !word.chars().all(|c| c.is_alphanumeric() || c == '_') {
        return Err(invalid(format!("Invalid character(s) in term '{word}'")));
    }
    Ok((word.to_owned(), &text[end..]))
}

fn end_of_quote(text: &str) -> Option<usize> {
    let mut escaped = false;
    text.char_indices().find_map(|(at, c)| {
        let ends = c == '"' && !escaped;
        escaped = c == '\\' && !escaped;
        ends.then_some(at)
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::FilterPattern;

    #[test]
    fn what_matches_what() {
        let json =
            r#"{"level":"ERROR","status":503,"user":{"name":"Ada","tags":["x","y"]},"ok":false,"none":null}"#;
        let table = [
            ("", "anything", true),
            ("ERROR", "an ERROR here", true),
            ("ERROR", "an error here", false),
            ("ERROR disk", "disk ERROR", true),
            ("ERROR disk", "ERROR", false),
            ("\"not found\"", "was not found", true),
            ("\"not found\"", "found not", false),
            (r#""say \"hi\"""#, r#"they say "hi""#, true),
            ("?ERROR ?WARN", "WARN", true),
            ("?ERROR ?WARN", "INFO", false),
            ("ERROR -retry", "ERROR", true),
            ("ERROR -\"will retry\"", "ERROR, will retry", false),
            ("-DEBUG", "INFO", true),
            (r#"{ $.level = "ERROR" }"#, json, true),
            (r#"{ $.level = "ERROR" }"#, "ERROR in plain text", false),
            (r"{ $.level = ERR* }", json, true),
            (r#"{ $.level != "ERROR" }"#, json, false),
            ("{ $.status = 503 }", json, true),
            ("{ $.status >= 500 && $.status < 600 }", json, true),
            ("{ $.status = 404 || $.user.name = \"Ada\" }", json, true),
            ("{ ($.status = 404 || $.status = 503) && $.level = \"WARN\" }", json, false),
            ("{ $.user.tags[1] = \"y\" }", json, true),
            ("{ $.user.tags[*] = \"x\" }", json, true),
            ("{ $.ok IS FALSE }", json, true),
            ("{ $.none IS NULL }", json, true),
            ("{ $.nothing NOT EXISTS }", json, true),
            ("{ $.nothing != \"x\" }", json, false),
        ];
        for (pattern, message, expected) in table {
            assert_eq!(
                FilterPattern::read(pattern).unwrap().matches(message),
                expected,
                "{pattern} on {message}"
            );
        }
    }

    #[test]
    fn what_is_no_pattern() {
        let refusal = |pattern: &str| FilterPattern::read(pattern).unwrap_err();
        assert_eq!(refusal("START-END").message, "Invalid character(s) in term 'START-END'");
        for pattern in
            ["\"open", "{ $.a = }", "{ a = 1 }", "{ $.a = 1", "{ $.a = 1 } x", "{ $.a ~ 1 }", "?", "-"]
        {
            assert_eq!(refusal(pattern).code, "InvalidParameterException", "{pattern}");
        }
        assert_eq!(refusal("[a, b]").code, "NotImplemented");
        assert_eq!(refusal("%5..%").code, "NotImplemented");
    }
}
